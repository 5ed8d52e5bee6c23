// --apply-network and --confirm-within of `restore`: whether the network is set up at once, and who is asked whether it may stay.

import { UsageError } from '../errors.ts';
import type { LiveNetworkWish } from '../orchestrator/restore/live-network.ts';
import { defaultConfirmSeconds } from '../restore/network/apply-live.ts';
import { formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext, CommandInput } from './command.ts';

const limits = { least: 10, most: 3_600 } as const;

/** Undefined: at the next boot. @throws UsageError */
export function liveNetworkGiven(
  { prompts, global }: CommandContext,
  input: CommandInput,
): LiveNetworkWish | undefined {
  const text = input.text('confirmWithin');
  if (!input.flag('applyNetwork')) {
    if (text === undefined) return undefined;
    throw new UsageError('--confirm-within goes with --apply-network', {
      hint: 'the network is changed at the next reboot, and nothing has to be confirmed',
    });
  }
  if (input.flag('skipNetwork')) {
    throw new UsageError('--skip-network and --apply-network contradict each other', {
      hint: 'give one of them',
    });
  }
  const timeoutSeconds = text === undefined ? defaultConfirmSeconds : secondsOf(text);
  if (prompts === undefined || global.isJson || input.flag('yes')) return { timeoutSeconds };
  return {
    timeoutSeconds,
    ask: async ({ problems, deadline, signal }) => {
      const doubts = problems.length === 0 ? '' : ` (${problems.map(printable).join('; ')})`;
      const until = `No takes it back now; without an answer it goes back at ${formatLocalTime(deadline)}`;
      const question = `The new network is up${doubts}. ${until}. Keep it?`;
      const keeps = await prompts.confirm(question, true, { signal, isFresh: true });
      return keeps ? 'keep' : 'revert';
    },
  };
}

function secondsOf(text: string): number {
  const seconds = /^\d{1,5}$/u.test(text) ? Number(text) : Number.NaN;
  if (seconds >= limits.least && seconds <= limits.most) return seconds;
  throw new UsageError(`--confirm-within ${text}: this is no number of seconds that makes sense`, {
    hint: `give ${limits.least} to ${limits.most} seconds, long enough to log in anew: --confirm-within 120`,
  });
}
