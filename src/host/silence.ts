// Notices when a program that should get on does nothing for too long.

/**
 * Calls `onSilent` once, after `limitMs` without a restart. Counts ticks instead of comparing times: when we ourselves
 * were stopped (Ctrl-Z, a suspended machine) that is one tick, not the program's silence.
 */
export function watchSilence(
  limitMs: number,
  onSilent: () => void,
): { restart: () => void; stop: () => void } {
  const ticksAtMost = 10;
  let silentTicks = 0;
  const stop = () => {
    clearInterval(timer);
  };
  const timer = setInterval(
    () => {
      silentTicks += 1;
      if (silentTicks < ticksAtMost) return;
      stop();
      onSilent();
    },
    Math.max(1, limitMs / ticksAtMost),
  );
  return {
    restart: () => {
      silentTicks = 0;
    },
    stop,
  };
}

/** A line longer than this is given in pieces: no program may fill our memory with one. */
const longestLine = 64 * 1024;

/** Cuts chunks into whole lines; what has no line feed yet waits for the next chunk. */
export function createLineCutter(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      onLine(rest.toString('utf8', start, end));
      start = end + 1;
    }
    if (rest.length - start > longestLine) {
      onLine(rest.toString('utf8', start));
      start = rest.length;
    }
    rest = Buffer.from(rest.subarray(start));
  };
}
