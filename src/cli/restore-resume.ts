// proxsave restore --resume ID: what a kill or a loss of power cut off is brought to its end, as it was agreed to.

import type { LoadedConfig } from '../config/load-config.ts';
import { exitCodeOf, type ExitCode } from '../errors.ts';
import { openSession } from '../orchestrator/restore/plan-run.ts';
import { runResume } from '../orchestrator/restore/undo-run.ts';
import { formatCount } from '../util/format.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { unlock } from './keys-given.ts';
import { openNamed, tierGiven } from './open-named.ts';
import { programName } from './program-name.ts';
import { openToRestore } from './restore-source.ts';
import { choreLines } from './restore-summary.ts';

export async function resume(
  context: CommandContext,
  input: CommandInput,
  { config, id }: { config: LoadedConfig; id: string },
): Promise<ExitCode> {
  const { host, style } = context;
  const reporter = context.createReporter();
  const resumed = await runResume(host, {
    config,
    id,
    reporter,
    holdInterrupts: context.holdInterrupts,
    openSession: async (plan) => {
      const isGiven = input.args.length > 0 || input.text('from') !== undefined;
      const named = isGiven
        ? await openToRestore(context, input)
        : await openNamed(context, plan.archive.location, { tier: tierGiven(input) });
      return openSession(host, { config, archive: await unlock(context, input, named), reporter });
    },
  });
  const { applied, chores } = resumed;
  if (context.global.isJson) {
    context.printJson({ type: 'summary', restoreId: id, status: 'success', applied, chores });
    return exitCodeOf('ok');
  }
  context.print(
    `Restore ${id} is complete: ${formatCount(applied.length, 'path')}, each read back from disk.`,
  );
  const lines = choreLines(chores, style);
  if (lines.length > 0) context.print(lines.join('\n'));
  context.print(`Take it all back: ${programName(context)} undo ${id}`);
  return exitCodeOf('ok');
}
