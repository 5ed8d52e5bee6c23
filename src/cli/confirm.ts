// proxsave confirm [ID]: a change that would take itself back stays.

import { exitCodeOf, RunFailedError, UsageError, type ExitCode } from '../errors.ts';
import { finishRestore, listRestores } from '../restore/engine/undo-restore.ts';
import { confirmGuard, listGuards } from '../restore/network/guard.ts';
import type { Command, CommandContext } from './command.ts';
import { configForRestore } from './restore.ts';

export const confirmCommand: Command = {
  name: 'confirm',
  isRecorded: true,
  summary: 'Keep a change that takes itself back unless it is confirmed',
  description:
    'A network that is changed while the host runs goes back by itself after a while, in case nobody reaches the host any ' +
    'more. This command says that it is good. `proxsave undo` takes it back at once.',
  arguments: [
    { name: 'id', description: 'of the restore; may be left out when only one waits', isOptional: true },
  ],
  options: [],
  examples: [{ what: 'Keep the new network', command: 'proxsave confirm' }],
  exits: ['failed', 'permission'],
  run: async (context, input) => {
    const id = waiting(context, input.args[0]);
    const answer = await confirmGuard(context.host, id);
    if (answer !== 'confirmed') {
      throw new RunFailedError(
        `too late: the change of restore ${id} was taken back, or is being taken back`,
        {
          hint: 'see what is: proxsave undo --list',
        },
      );
    }
    finishIfKnown(context, id);
    if (context.global.isJson) context.printJson({ type: 'summary', restoreId: id, status: 'confirmed' });
    else context.print(`confirmed: the change of restore ${id} stays`);
    return exitCodeOf('ok') satisfies ExitCode;
  },
};

/** @throws UsageError when it is not clear which one is meant */
function waiting({ host }: CommandContext, id: string | undefined): string {
  const guards = listGuards(host);
  const [only, ...others] = guards;
  if (only === undefined) {
    throw new UsageError('nothing waits to be confirmed', {
      hint: 'see what was restored: proxsave undo --list',
    });
  }
  if (id === undefined && others.length === 0) return only;
  if (id !== undefined && guards.includes(id)) return id;
  const what = id === undefined ? `${guards.length} changes wait` : `no change ${JSON.stringify(id)} waits`;
  throw new UsageError(`${what} to be confirmed`, { hint: `name one: ${guards.join(', ')}` });
}

function finishIfKnown(context: CommandContext, id: string): void {
  const { state } = configForRestore(context).places;
  const known = listRestores(context.host, state).find((one) => one.id === id);
  if (known?.status === 'applied') finishRestore(context.host, state, id);
}
