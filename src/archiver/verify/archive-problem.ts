// What is wrong with an archive, or with one entry of it, as a value: verifying and extracting go on and tell it all.

export interface ArchiveProblem {
  /** Stable, kebab-case, for scripts: e.g. `content-differs`. */
  code: string;
  message: string;
  /** ArchivePath of the entry concerned. */
  path?: string;
}

/** The first problems in full, and the number of all: a ruined archive of a million entries must not fill memory. */
export class ProblemList {
  readonly items: ArchiveProblem[] = [];
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(problem: ArchiveProblem): void {
    this.#total += 1;
    if (this.items.length < keptProblems) this.items.push(problem);
  }
}

const keptProblems = 100;
