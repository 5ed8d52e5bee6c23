// The questions of `key new`. Nothing is changed before the last one is answered.

import { posix } from 'node:path';
import { AppError, InterruptedError, UsageError } from '../errors.ts';
import { asRealPath } from '../host/host.ts';
import type { HostKey } from '../orchestrator/keys/host-keys.ts';
import type { KeyWish } from '../orchestrator/keys/make-keys.ts';
import type { Prompts } from '../ui/prompts.ts';
import { formatCount } from '../util/format.ts';
import type { CommandContext } from './command.ts';
import { askForPassphrase } from './keys-given.ts';

export type StoreMode = 'add' | 'replace';

/** @throws UsageError without a terminal */
export async function askMode(context: CommandContext, inFile: readonly HostKey[]): Promise<StoreMode> {
  const count = formatCount(inFile.length, 'key');
  const { prompts } = context;
  if (prompts === undefined) {
    throw new UsageError(`this host has ${count} already, and nothing says what becomes of them`, {
      hint: '--add keeps them, --replace puts the new ones in their place; proxsave key list shows them',
    });
  }
  return prompts.choose<StoreMode>(`This host has ${count} already.`, [
    { value: 'add', label: 'Keep them', hint: 'each key opens every new archive' },
    { value: 'replace', label: 'Replace them', hint: 'old archives still need the old ones' },
  ]);
}

/** @throws UsageError without a terminal, InterruptedError */
export async function askWishes(context: CommandContext): Promise<KeyWish[]> {
  const { prompts } = context;
  if (prompts === undefined) {
    throw new UsageError('nothing says what the key is made from, and there is no terminal to ask at', {
      hint: '--generate, --passphrase-file FILE, --recipient KEY or --from-identity FILE',
    });
  }
  const wishes: KeyWish[] = [];
  do wishes.push(await askWish(context, prompts));
  while (await prompts.confirm('Another key that opens the archives too?', false));
  return wishes;
}

async function askWish(context: CommandContext, prompts: Prompts): Promise<KeyWish> {
  const kind = await prompts.choose<KeyWish['kind']>('What shall open the archives of this host?', [
    {
      value: 'generate',
      label: 'A new key pair',
      hint: 'its private half is shown once, to be kept elsewhere',
    },
    { value: 'passphrase', label: 'A passphrase', hint: 'not needed for backups, only to open them' },
    { value: 'recipient', label: 'A public key', hint: 'age1..., ssh-ed25519 ..., ssh-rsa ...' },
    { value: 'identity', label: 'A private key that you have', hint: 'only its public half is kept' },
  ]);
  switch (kind) {
    case 'generate':
      return { kind, isPostQuantum: false };
    case 'passphrase':
      return { kind, passphrase: await askNewPassphrase(prompts) };
    case 'recipient':
      return { kind, text: await askRecipient(prompts) };
    case 'identity': {
      const path = await askPath(context, prompts);
      return { kind, path, passphrase: askForPassphrase(context) };
    }
  }
}

async function askRecipient(prompts: Prompts): Promise<string> {
  const { parseGiven } = await import('../orchestrator/keys/make-keys.ts');
  const check = (text: string) => {
    try {
      parseGiven(text);
      return undefined;
    } catch (error) {
      if (error instanceof AppError) return `${error.message}. ${error.hint ?? ''}`;
      throw error;
    }
  };
  return prompts.text('Public key, on one line', { placeholder: 'age1...', check });
}

async function askPath({ host }: CommandContext, prompts: Prompts) {
  const at = (text: string) => asRealPath(posix.resolve(host.process.cwd, text.trim()));
  const answer = await prompts.text('File with the private key', {
    placeholder: '/root/.ssh/id_ed25519',
    check: (text) => {
      if (/AGE-SECRET-KEY-/iu.test(text)) return 'This is the key itself; give the path of a file.';
      return host.fs.lstatIfExists(at(text)) === undefined ? 'There is no such file.' : undefined;
    },
  });
  return at(answer);
}

/** Typed twice, and checked while it is typed. The caller zeroes what it gets. */
export async function askNewPassphrase(prompts: Prompts): Promise<Buffer> {
  const { checkNewPassphrase, passphraseRules } = await import('../encryption/passphrase.ts');
  const passphrase = await prompts.secret(`New passphrase: ${passphraseRules}`, (text) => {
    const problems = checkNewPassphrase(Buffer.from(text));
    return problems.length === 0 ? undefined : `It cannot be used: ${problems.join('; ')}.`;
  });
  await prompts.secret('The same again', (text) =>
    text === passphrase ? undefined : 'This is another one.',
  );
  return Buffer.from(passphrase);
}

/** @throws InterruptedError when it is not: then nothing was changed */
export async function confirmStored({ prompts }: CommandContext): Promise<void> {
  const question =
    'Is the line AGE-SECRET-KEY-... kept in a safe place, not on this host? It is not shown again.';
  if ((await prompts?.confirm(question, false)) === true) return;
  throw new InterruptedError('nothing was changed: the key that was shown is not used', {
    hint: 'begin again: proxsave key new',
  });
}
