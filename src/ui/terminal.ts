// Where text goes. stdout carries the result and nothing else; everything for people goes to stderr.

import type { PromptStreams } from './prompts.ts';

export interface OutputStream {
  /** Never throws: what can no longer be written is dropped, and `failure` says why. */
  write(text: string | Buffer): void;
  /** Waits until everything was written, or could not be; then `failure` is up to date. */
  flush(): Promise<void>;
  isTerminal: boolean;
  /** Width now; a window can be resized. 80 where there is no terminal. */
  readonly columns: number;
  /** Set once a write has failed: EPIPE when the reader went away, ENOSPC on a full disk. */
  readonly failure?: NodeJS.ErrnoException | undefined;
}

export interface Terminal {
  stdout: OutputStream;
  stderr: OutputStream;
  /** A person works here: stdin and stdout are a terminal. */
  isInteractive: boolean;
  /** Where a person can be asked (stdin and stderr are a terminal); stdout may go elsewhere meanwhile. */
  prompts?: PromptStreams;
}
