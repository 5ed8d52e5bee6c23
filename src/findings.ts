// A finding is what a run has to tell about the host or about itself. Findings are collected as values;
// the exit code, the summary, the run record and the notifications are all made from them, never from a log.

export type Severity = 'info' | 'warning' | 'error';

export interface Finding {
  severity: Severity;
  /** Stable, kebab-case, for scripts: e.g. `file-unreadable`. */
  code: string;
  message: string;
  /** Id of the catalogue area concerned. */
  area?: string;
  /** Absolute path on the host, or the command line. */
  path?: string;
  /** What to do about it. */
  hint?: string;
}

/** Where a phase reports what it noticed. */
export type ReportFinding = (finding: Finding) => void;

/** The most serious severity in the list, or undefined for an empty one. */
export function worstSeverity(findings: readonly Finding[]): Severity | undefined {
  for (const severity of ['error', 'warning', 'info'] as const) {
    if (findings.some((finding) => finding.severity === severity)) return severity;
  }
  return undefined;
}
