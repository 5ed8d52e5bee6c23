// A host that dies at its Nth effect: before it, or with half of what is written on disk. From then on nothing has an effect
// any more, so what the code does on its way out does not count: as with kill -9 or a power cut.

import type { FileSystem } from '../../../src/host/file-system.ts';
import type { Host } from '../../../src/host/host.ts';

const effects = [
  'createFile',
  'openForAppend',
  'sync',
  'syncDirectory',
  'makeDirectory',
  'makeOneDirectory',
  'rename',
  'link',
  'symlink',
  'unlink',
  'removeDirectory',
  'removeTree',
  'changeModeOf',
  'changeOwner',
  'changeTimes',
  'writeFileAtomic',
] as const satisfies (keyof FileSystem)[];

export interface Dying {
  host: Host;
  /** Effects so far. */
  count: () => number;
}

/** @param die called once, at the effect with this number (from 1); when it returns, all further calls throw */
export function dyingHost(real: Host, at: number, die: () => void = () => undefined): Dying {
  let count = 0;
  let isDead = false;
  const step = (): boolean => {
    if (isDead) throw new Error('dead');
    count += 1;
    if (count !== at) return false;
    isDead = true;
    return true;
  };
  const fs = { ...real.fs };
  for (const name of effects) {
    const call = (real.fs[name] as (...args: unknown[]) => unknown).bind(real.fs);
    (fs[name] as unknown) = (...args: unknown[]) => {
      if (step()) {
        die();
        throw new Error('dead');
      }
      return call(...args);
    };
  }
  fs.write = (fd, bytes, position) => {
    if (!step()) {
      real.fs.write(fd, bytes, position);
      return;
    }
    real.fs.write(fd, bytes.subarray(0, bytes.length >> 1), position);
    die();
    throw new Error('dead');
  };
  const tools: Host['tools'] = {
    ...real.tools,
    run: (request) => {
      step();
      return isDead ? Promise.reject(new Error('dead')) : real.tools.run(request);
    },
  };
  return { host: { ...real, fs, tools }, count: () => count };
}
