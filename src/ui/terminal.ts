// Where text goes. stdout carries the result and nothing else; everything for people goes to stderr.

export interface OutputStream {
  write(text: string | Buffer): void;
  isTerminal: boolean;
  columns: number;
}

export interface Terminal {
  stdout: OutputStream;
  stderr: OutputStream;
  /** A person can be asked. */
  isInteractive: boolean;
}
