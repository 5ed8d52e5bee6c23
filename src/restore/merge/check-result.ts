// What a check by a program of the system says of a text before it is put in place.

export interface CheckResult {
  /** `unchecked`: the program is missing or gave no answer. */
  verdict: 'valid' | 'invalid' | 'unchecked';
  /** What the program complains of, a line each; why there is no verdict, for `unchecked`. */
  problems: readonly string[];
}

/** Lines of the second answer that the first one does not have. */
export function newComplaints(before: readonly string[], after: readonly string[]): string[] {
  return after.filter((line) => !before.includes(line));
}

export function complaintLines(...outputs: readonly string[]): string[] {
  return outputs
    .flatMap((output) => output.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
