// proxsave key add: another public key that opens archives from now on.

import { posix } from 'node:path';
import { readKeyText } from '../encryption/key-lines.ts';
import { parseRecipientFile } from '../encryption/recipient-file.ts';
import { describeRecipient, type Recipient } from '../encryption/recipient.ts';
import { EncryptionError, exitCodeOf, type ExitCode, UsageError } from '../errors.ts';
import { asRealPath } from '../host/host.ts';
import { checkTogether, readHostKeys } from '../orchestrator/keys/host-keys.ts';
import { parseGiven, storeKeys } from '../orchestrator/keys/make-keys.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { keyToJson } from './key-texts.ts';

export function runKeyAdd(context: CommandContext, input: CommandInput): Promise<ExitCode> {
  const { host } = context;
  const config = context.config.load();
  const recipients = recipientsGiven(context, input);
  const { keys, file } = readHostKeys(host, config);
  checkTogether(keys, recipients, 'add');
  const { action, backup } = storeKeys(host, file, { recipients, salt: undefined }, 'add');
  if (context.global.isJson) {
    context.printJson({ file, action, backup, keys: recipients.map(keyToJson) });
  } else {
    for (const recipient of recipients) context.print(printable(describeRecipient(recipient)));
    const done =
      action === 'unchanged' ? 'they were there already' : 'from now on archives are made for it too';
    context.note(
      `${printable(file)}: ${recipients.length === 1 ? done.replace('they were', 'it was') : done}`,
    );
    if (backup !== undefined) context.note(`as it was before: ${printable(backup)}`);
  }
  return Promise.resolve(exitCodeOf('ok'));
}

function recipientsGiven({ host }: CommandContext, input: CommandInput): Recipient[] {
  // The shell makes several words of an SSH key.
  const typed = input.args.join(' ').trim();
  const named = input.text('file');
  if ((typed === '') === (named === undefined)) {
    throw new UsageError(typed === '' ? 'no key was given' : 'a key and --file were both given', {
      hint: 'proxsave key add RECIPIENT, or proxsave key add --file FILE',
    });
  }
  if (named === undefined) return [parseGiven(typed)];
  const path = asRealPath(posix.resolve(host.process.cwd, named));
  const text = readKeyText(host, path, 'the file with public keys');
  if (text === undefined) throw new UsageError(`there is no file ${path}`, { hint: 'correct the path' });
  const { recipients } = parseRecipientFile(text, path);
  if (recipients.length > 0) return recipients.map(({ recipient }) => recipient);
  throw new EncryptionError(`${path} holds no public key`, { hint: 'Name the .pub file of a key.' });
}
