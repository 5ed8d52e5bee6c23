// Notices when somebody whose turn it is does nothing for too long. Counts ticks instead of comparing times: when we
// ourselves were stopped (Ctrl-Z, a suspended machine) that is one tick, not somebody else's silence.

export interface InactivityWatch {
  sawActivity(): void;
  stop(): void;
}

const ticksAtMost = 10;

export function watchInactivity(watched: {
  inactivityMs: number;
  /** Whether activity is to be expected now; time in which it is not does not count. */
  isExpected: () => boolean;
  /** Called once. */
  onInactive: () => void;
}): InactivityWatch {
  let silentTicks = 0;
  const stop = () => {
    clearInterval(timer);
  };
  const timer = setInterval(() => {
    silentTicks = watched.isExpected() ? silentTicks + 1 : 0;
    if (silentTicks < ticksAtMost) return;
    stop();
    watched.onInactive();
  }, watched.inactivityMs / ticksAtMost);
  // It must not keep a process alive that has nothing else to do.
  timer.unref();
  return {
    sawActivity: () => {
      silentTicks = 0;
    },
    stop,
  };
}
