// proxsave undo [ID]: brings back what was there before a restore. --list: which restores there were.

import { exitCodeOf, InterruptedError, UsageError, type ExitCode } from '../errors.ts';
import { restoreToUndo, runUndo, undoGuarded } from '../orchestrator/restore/undo-run.ts';
import type { RestoreStatus } from '../restore/engine/journal.ts';
import { listRestores, type ListedRestore } from '../restore/engine/undo-restore.ts';
import { isWorkOfGuard, listGuards } from '../restore/network/guard.ts';
import { formatCount, formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { programName } from './program-name.ts';
import { configForRestore } from './restore.ts';

export const undoCommand: Command = {
  name: 'undo',
  isRecorded: true,
  summary: 'Take a restore back: everything as it was before',
  description:
    'Brings back content, mode, owner and times of all that the restore changed, and removes what it created. What was ' +
    'changed since is kept in the directory of the restore. The newest ten restores can be taken back; one that was ' +
    'killed half-way too.',
  arguments: [
    {
      name: 'id',
      description: 'of the restore; default: the newest that can be taken back',
      isOptional: true,
    },
  ],
  options: [
    { flags: '--list', description: 'list the restores of this host' },
    { flags: '--reload-network', description: 'also set up the running network as it was' },
    { flags: '--yes', description: 'do not ask' },
  ],
  examples: [
    { what: 'Take the last restore back', command: 'proxsave undo' },
    { what: 'Which restores were there?', command: 'proxsave undo --list' },
  ],
  exits: ['failed', 'permission', 'disk-space', 'skipped', 'restore-broken', 'interrupted'],
  run: async (context, input) => {
    const config = configForRestore(context);
    const restores = listRestores(context.host, config.places.state);
    if (input.flag('list')) return list(context, restores);
    const chosen = restoreToUndo(restores, input.args[0]);
    await confirm(context, input, chosen);
    if (listGuards(context.host).includes(chosen.id) && !isWorkOfGuard(context.host, chosen.id)) {
      await undoGuarded(context.host, { config, id: chosen.id });
      if (context.global.isJson) context.printJson({ type: 'summary', restoreId: chosen.id });
      else context.print(`Restore ${chosen.id} is taken back, and the network with it.`);
      return exitCodeOf('ok');
    }
    const undone = await runUndo(context.host, {
      config,
      id: chosen.id,
      reloadsNetwork: input.flag('reloadNetwork'),
      reporter: context.createReporter(),
      holdInterrupts: context.holdInterrupts,
    });
    const { restored, notes } = undone;
    if (context.global.isJson) {
      context.printJson({ type: 'summary', restoreId: undone.id, restored, notes });
      return exitCodeOf('ok');
    }
    context.print(`Restore ${undone.id} is taken back: ${formatCount(restored, 'path')} as before.`);
    for (const note of notes) context.note(note);
    return exitCodeOf('ok');
  },
};

/** What each state of the journal means to people. */
const statusWords: Readonly<Record<RestoreStatus, string>> = {
  preparing: 'cut off before anything was changed',
  prepared: 'prepared, nothing changed yet',
  applying: 'cut off half-way',
  applied: 'applied, not confirmed',
  finished: 'done',
  undoing: 'half taken back',
  undone: 'taken back',
};

function list(context: CommandContext, restores: readonly ListedRestore[]): ExitCode {
  if (context.global.isJson) {
    context.printJson({ restores });
    return exitCodeOf('ok');
  }
  if (restores.length === 0) context.note('There was no restore on this host.');
  for (const { id, status, steps, archive } of restores) {
    const from =
      archive === undefined
        ? 'of an archive that is not known'
        : `${printable(archive.hostname)}, ${formatLocalTime(new Date(archive.createdAt))}`;
    context.print(`${id}  ${statusWords[status]}; ${formatCount(steps, 'path')}; from ${from}`);
  }
  const cut = restores.find(({ status }) => ['preparing', 'prepared', 'applying'].includes(status));
  const program = programName(context);
  if (cut !== undefined)
    context.note(
      `go on with it: ${program} restore --resume ${cut.id}\nor take it back: ${program} undo ${cut.id}`,
    );
  return exitCodeOf('ok');
}

async function confirm(
  context: CommandContext,
  input: CommandInput,
  { id, status, steps }: ListedRestore,
): Promise<void> {
  if (input.flag('yes')) return;
  const what = `restore ${id} (${statusWords[status]}; ${formatCount(steps, 'path')})`;
  if (context.prompts === undefined || context.global.isJson) {
    throw new UsageError(`undo changes this host, and nobody can be asked about ${what}`, {
      hint: `to do it without a question: --yes`,
    });
  }
  if (await context.prompts.confirm(`Take back ${what}?`)) return;
  throw new InterruptedError('nothing was changed');
}
