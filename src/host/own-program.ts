// How this program starts itself again, for work that must be able to die alone.

import { isSea } from 'node:sea';

/** First argument of a process that serves the io of one storage tier; see storage/isolated-directory. */
export const ioWorkerArgument = '--internal-io-worker';

/** argv of another process of this program, up to where its own arguments begin. */
export function ownCommand(): [string, ...string[]] {
  // The released executable is program and runtime in one.
  if (isSea()) return [process.execPath];
  return [process.execPath, '--disable-warning=ExperimentalWarning', entryFile()];
}

/** From sources it is a neighbour; in a bundle this module is a part of the entry itself. */
function entryFile(): string {
  const here = import.meta.filename;
  return here.endsWith('/src/host/own-program.ts')
    ? `${here.slice(0, -'host/own-program.ts'.length)}main.ts`
    : here;
}
