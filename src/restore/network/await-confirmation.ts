// Waits until a guarded change is kept or taken back: by an answer here, by `proxsave confirm` or `undo` elsewhere, or by its time.

import { InterruptedError, RunFailedError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { confirmGuard, guardState, removeGuard, revertGuard, type ArmedGuard } from './guard.ts';

export interface ConfirmationQuestion {
  deadline: Date;
  /** What is not as it should be, though the host can be reached. */
  problems: readonly string[];
  /** Aborts when the question is settled in another way. */
  signal: AbortSignal;
}

export interface ConfirmationOptions {
  report: (progress: { message: string; secondsLeft?: number }) => void;
  /** Absent: nobody is there, the answer comes from elsewhere or not at all. Rejects with InterruptedError when interrupted. */
  ask?: (question: ConfirmationQuestion) => Promise<'keep' | 'revert'>;
  /** The restore was undone: tells a guard that is gone because it was taken back from one that was confirmed. */
  isUndone: () => boolean;
}

export type Confirmation = 'confirmed' | 'reverted' | 'late' | 'waiting';

const pollMs = 1_000;
/** For the undo that the timer starts, beyond the deadline. */
const revertMs = 180_000;

/** `waiting` when this process is interrupted: the guard stays. @throws RunFailedError when taking it back failed */
export async function awaitConfirmation(
  host: Host,
  guard: ArmedGuard,
  options: ConfirmationOptions & { problems: readonly string[] },
): Promise<Confirmation> {
  const settled = new AbortController();
  const answered = new AbortController();
  const signal = AbortSignal.any([settled.signal, host.signal]);
  const watching = AbortSignal.any([signal, answered.signal]);
  const never = new Promise<Confirmation>(() => undefined);
  try {
    const ways = [
      // Once there is an answer, what happens to the guard is its consequence.
      watchGuard(host, guard, options, watching).then((end) => (answered.signal.aborted ? never : end)),
    ];
    const isAnswered = () => {
      answered.abort();
    };
    if (options.ask !== undefined) ways.push(follow(host, guard, { ...options, isAnswered }, signal));
    return await Promise.race(ways);
  } finally {
    settled.abort();
  }
}

async function follow(
  host: Host,
  guard: ArmedGuard,
  options: ConfirmationOptions & { problems: readonly string[]; isAnswered: () => void },
  signal: AbortSignal,
): Promise<Confirmation> {
  const { ask, problems, isAnswered } = options;
  const answer = await ask?.({ deadline: guard.deadline, problems, signal }).catch((error: unknown) => {
    // Nobody answered: then nobody is asked any more, and the guard decides.
    if (!(error instanceof InterruptedError)) throw error;
    if (!signal.aborted) {
      const message = `not answered here: \`proxsave confirm ${guard.id}\` keeps it, \`proxsave undo ${guard.id}\` takes it back`;
      options.report({ message });
    }
    return undefined;
  });
  if (answer === undefined) return host.signal.aborted ? 'waiting' : new Promise(() => undefined);
  isAnswered();
  if (answer === 'keep') return (await confirmGuard(host, guard.id)) === 'confirmed' ? 'confirmed' : 'late';
  await revertGuard(host, guard.id);
  return 'reverted';
}

async function watchGuard(
  host: Host,
  guard: ArmedGuard,
  { report, isUndone }: ConfirmationOptions,
  signal: AbortSignal,
): Promise<Confirmation> {
  const giveUpAt = guard.deadline.getTime() + revertMs;
  for (;;) {
    const state = await guardState(host, guard.id);
    const now = host.clock.now().getTime();
    // A timer that stands still says nothing: it is being confirmed, or the host shuts down.
    if (state === 'none' || state === 'reverted') {
      if (!isUndone()) {
        if (state === 'none') return 'confirmed';
      } else {
        await removeGuard(host, guard.id);
        return now >= guard.deadline.getTime() ? 'late' : 'reverted';
      }
    }
    if (state === 'failed' || now > giveUpAt) {
      throw new RunFailedError(`taking back the network of restore ${guard.id} did not end well`, {
        hint: `See \`journalctl -u proxsave-guard-${guard.id}.service\`; systemd tries again, and so does the next boot.`,
      });
    }
    const secondsLeft = Math.max(0, Math.ceil((guard.deadline.getTime() - now) / 1_000));
    report({ message: `the new network goes back in ${secondsLeft} s unless it is confirmed`, secondsLeft });
    try {
      await host.clock.sleep(pollMs, signal);
    } catch (error) {
      if (!(error instanceof InterruptedError)) throw error;
      return 'waiting';
    }
  }
}
