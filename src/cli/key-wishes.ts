// What the options of `key new` say about where keys come from.

import { posix } from 'node:path';
import { UsageError } from '../errors.ts';
import { asRealPath } from '../host/host.ts';
import type { KeyWish } from '../orchestrator/keys/make-keys.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { askNewPassphrase } from './key-questions.ts';
import { askForPassphrase, givenPassphrase, passphraseVariable } from './keys-given.ts';

/** Empty: nothing was given, so a person is asked. @throws UsageError, EncryptionError */
export async function wishesGiven(context: CommandContext, input: CommandInput): Promise<KeyWish[]> {
  const wishes: KeyWish[] = [];
  if (input.flag('generate')) {
    wishes.push({ kind: 'generate', isPostQuantum: input.flag('postQuantum') });
  }
  for (const text of input.list('recipient')) wishes.push({ kind: 'recipient', text });
  const identity = input.text('fromIdentity');
  const hasPassphrase = ['passphraseFile', 'passphraseFd'].some((name) => input.text(name) !== undefined);
  if (identity !== undefined) {
    if (input.flag('passphrase')) {
      throw new UsageError('--passphrase and --from-identity were both given', {
        hint: 'make one key after the other, the second with --add',
      });
    }
    const path = asRealPath(posix.resolve(context.host.process.cwd, identity));
    const given = hasPassphrase ? await givenPassphrase(context, input) : undefined;
    wishes.push({ kind: 'identity', path, passphrase: given?.secret ?? askForPassphrase(context) });
  } else if (hasPassphrase || input.flag('passphrase')) {
    wishes.push({ kind: 'passphrase', passphrase: await newPassphrase(context, input) });
  }
  return wishes;
}

async function newPassphrase(context: CommandContext, input: CommandInput): Promise<Buffer> {
  const given = await givenPassphrase(context, input);
  if (given !== undefined) return given.secret;
  if (context.prompts !== undefined) return askNewPassphrase(context.prompts);
  throw new UsageError('--passphrase asks for it, and there is no terminal to ask at', {
    hint: `--passphrase-file FILE, --passphrase-fd NUMBER, or ${passphraseVariable} in the environment`,
  });
}
