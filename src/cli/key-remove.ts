// proxsave key remove: archives from now on are not encrypted for a key any more.

import { describeRecipient } from '../encryption/recipient.ts';
import { exitCodeOf, type ExitCode } from '../errors.ts';
import { removeKey } from '../orchestrator/keys/remove-key.ts';
import { formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { keyToJson } from './key-texts.ts';

export function runKeyRemove(context: CommandContext, input: CommandInput): Promise<ExitCode> {
  const { removed, backup, file, left, isEncrypting } = removeKey(context.host, context.config.load(), {
    which: input.args.join(' '),
    mayLeaveNone: input.flag('leaveBackupsWithoutAKey'),
  });
  if (context.global.isJson) {
    context.printJson({ file, backup, removed: keyToJson(removed), keys: left.map(keyToJson) });
    return Promise.resolve(exitCodeOf('ok'));
  }
  context.print(`removed: ${printable(describeRecipient(removed))}`);
  context.note('It still opens every archive that was made for it; archives from now on it does not.');
  if (left.length > 0) context.note(`${formatCount(left.length, 'key')} left`);
  else if (isEncrypting) context.warn('no key is left: backups fail until there is one (proxsave key new)');
  else context.note('No key is left; ENCRYPT_ARCHIVE=false, so backups go on without encryption.');
  if (backup !== undefined) context.note(`as it was before: ${printable(backup)}`);
  return Promise.resolve(exitCodeOf('ok'));
}
