// Times to the nanosecond. Node hands utimes a double, which cannot hold them; `touch` of the coreutils can. It is asked
// only where the double was not exact: what packages install has whole seconds.

import { hasRawBytes } from '../util/byte-path.ts';
import type { Host } from './host.ts';
import { placeForOthers, withHeldPlace } from './safe-tree.ts';

const touchTimeoutMs = 10_000;

/**
 * Sets the modification time of a name below the root, links never followed. Without `touch` the time is exact to a
 * microsecond. @throws BlockedPathError, the system's errors
 */
export async function setExactTime(host: Host, path: string, mtimeNs: bigint): Promise<void> {
  const isExact = withHeldPlace(host, path, ({ at }) => {
    // Nothing is written where it is so already: the file system may be read-only by now.
    if (host.fs.lstat(at).mtimeNs === mtimeNs) return true;
    host.fs.changeTimes(at, mtimeNs);
    return host.fs.lstat(at).mtimeNs === mtimeNs;
  });
  // A name that is not UTF-8 cannot be an argument.
  if (isExact || hasRawBytes(path)) return;
  const held = holdOpen(host, path);
  try {
    const argv = ['touch', '-h', '-c', '-d', `@${formatNanoseconds(mtimeNs)}`, '--', held.at] as const;
    // Not the run's signal: what is begun here is ended, also on the way out.
    await host.tools.run({ argv, timeoutMs: touchTimeoutMs, maxOutputBytes: 4096 });
  } finally {
    host.fs.close(held.fd);
  }
}

function holdOpen(host: Host, path: string): { fd: number; at: string } {
  return withHeldPlace(host, path, (place) => {
    const fd = host.fs.openDirectory(place.sibling('.'));
    const at = placeForOthers(host, place).replace(/\/fd\/\d+\//u, `/fd/${fd}/`);
    return { fd, at };
  });
}

/** Seconds with nine decimals, as touch reads them after `@`. */
function formatNanoseconds(time: bigint): string {
  const seconds = time / 1_000_000_000n;
  const rest = time % 1_000_000_000n;
  const sign = time < 0n ? '-' : '';
  const absolute = (value: bigint) => (value < 0n ? -value : value);
  return `${sign}${absolute(seconds)}.${absolute(rest).toString().padStart(9, '0')}`;
}
