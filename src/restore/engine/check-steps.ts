// Reads back from disk what a restore has put there: the report says what is, not what was meant.

import type { Host } from '../../host/host.ts';
import { withHeldPlace } from '../../host/safe-tree.ts';
import { printable } from '../../util/printable.ts';
import { readLiveState } from '../live-state.ts';
import type { TreeState } from '../plan/restore-plan.ts';
import { matchesState, type RestoreStep, type StepList } from './steps.ts';

/** One sentence for each path that is not as it should be. */
export function checkSteps(host: Host, { steps, keepsOwners }: StepList, side: 'before' | 'after'): string[] {
  return steps.flatMap((step) => {
    const problem = checkStep(host, step, step[side], keepsOwners);
    return problem === undefined ? [] : [`/${printable(step.path)} ${problem}`];
  });
}

function checkStep(
  host: Host,
  step: RestoreStep,
  wanted: TreeState | null,
  owners: boolean,
): string | undefined {
  const live = readLiveState(host, step.path, { digest: (size) => size === wanted?.size });
  if ('blocked' in live) {
    // Below a link or a file nothing of this path can be there.
    return wanted === null ? undefined : `cannot be reached: ${live.blocked.message}`;
  }
  if (!matchesState(live.state, wanted, { owners, times: true })) {
    if (live.state === null) return 'is missing';
    return wanted === null ? 'is still there' : 'is not what it should be';
  }
  const isSplit =
    wanted === step.after && step.hardlinkTo !== undefined && !isOneFile(host, step.path, step.hardlinkTo);
  return isSplit ? 'is not the same file as its first name' : undefined;
}

function isOneFile(host: Host, path: string, other: string): boolean {
  const [a, b] = [path, other].map((name) => withHeldPlace(host, name, ({ at }) => host.fs.lstat(at)));
  return a?.inode === b?.inode && a?.device === b?.device;
}
