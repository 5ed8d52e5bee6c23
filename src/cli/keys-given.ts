// The keys that a command was given for encrypted archives: identity files and a passphrase, by flag, environment or question.

import { posix } from 'node:path';
import type { OpenArchive } from '../archiver/read/open-archive.ts';
import { UsageError } from '../errors.ts';
import type { Identity } from '../encryption/identity.ts';
import { asRealPath, type RealPath } from '../host/host.ts';
import type { CommandContext, CommandInput, OptionSpec } from './command.ts';

/** The same in every command that reads archives. */
export const keyOptions: readonly OptionSpec[] = [
  {
    flags: '--identity <file>',
    description: 'key of encrypted archives: age identity file or SSH private key (several: a,b)',
    isList: true,
  },
  {
    flags: '--passphrase-file <file>',
    description: 'the passphrase that the key was made from, or that protects it',
  },
  { flags: '--passphrase-fd <number>', description: 'the same, read from an open file descriptor' },
];

/** Secrets by environment: PROXSAVE_PASSPHRASE and PROXSAVE_IDENTITY_FILE. */
const passphraseVariable = 'PROXSAVE_PASSPHRASE';
const identityVariable = 'PROXSAVE_IDENTITY_FILE';

type Unlock = <Archive extends OpenArchive>(archive: Archive) => Promise<Archive>;

/**
 * Gives archives what decrypts them; those that are not encrypted come back unchanged. Files are read, questions asked and
 * keys made once, however many archives there are. @throws UsageError without a key and a terminal
 */
export function createUnlock(context: CommandContext, input: CommandInput): Unlock {
  const known = new Map<string, Promise<Identity[]>>();
  return async (archive) => {
    if (!archive.isEncrypted) return archive;
    const { createDecryptStage } = await import('../encryption/decrypt-stage.ts');
    const { recipients = [], passphrase_salt: salt } = archive.manifest;
    const key = salt ?? '';
    const pending = known.get(key) ?? givenIdentities(context, input, { what: archive.name, salt });
    known.set(key, pending);
    const identities = await pending;
    return { ...archive, decrypt: () => createDecryptStage(identities, { madeFor: recipients }) };
  };
}

export function unlock<Archive extends OpenArchive>(
  context: CommandContext,
  input: CommandInput,
  archive: Archive,
): Promise<Archive> {
  return createUnlock(context, input)(archive);
}

export interface KeyQuestion {
  /** What is to be opened, for people. */
  what: string;
  salt: string | undefined;
}

/** All identities that were given; asks when there are none. @throws UsageError, EncryptionError, InterruptedError */
export async function givenIdentities(
  context: CommandContext,
  input: CommandInput,
  question: KeyQuestion,
): Promise<Identity[]> {
  const files = identityFiles(context, input);
  const passphrase = await givenPassphrase(context, input);
  if (files.length > 0) {
    const { readIdentityFile } = await import('../encryption/identity-file.ts');
    const source = passphrase ?? askForPassphrase(context);
    const found: Identity[] = [];
    for (const path of files) {
      found.push(
        ...(await readIdentityFile(context.host, path, { passphrase: source, signal: context.host.signal })),
      );
    }
    return found;
  }
  if (passphrase !== undefined) return identitiesOfPassphrase(passphrase, question.salt);
  return askForKey(context, question);
}

function identityFiles({ host }: CommandContext, input: CommandInput): RealPath[] {
  const given = input.list('identity');
  const fromEnvironment = host.env[identityVariable] ?? '';
  const names = given.length > 0 ? given : fromEnvironment === '' ? [] : [fromEnvironment];
  return names.map((name) => asRealPath(posix.resolve(host.process.cwd, name)));
}

/** By flag or environment; undefined when there is none. */
export async function givenPassphrase(
  { host }: CommandContext,
  input: CommandInput,
): Promise<Buffer | undefined> {
  const file = input.text('passphraseFile');
  const descriptor = input.text('passphraseFd');
  if (file !== undefined && descriptor !== undefined) {
    throw new UsageError('--passphrase-file and --passphrase-fd were both given', {
      hint: 'give one of them',
    });
  }
  const { readPassphraseFile } = await import('../encryption/passphrase.ts');
  if (file !== undefined) {
    return readPassphraseFile(host, asRealPath(posix.resolve(host.process.cwd, file)));
  }
  if (descriptor !== undefined) {
    if (!/^\d{1,4}$/u.test(descriptor)) {
      throw new UsageError(`--passphrase-fd ${descriptor} is not the number of a file descriptor`, {
        hint: 'for example: --passphrase-fd 3 3</root/passphrase',
      });
    }
    return readPassphraseFile(host, asRealPath(`/proc/self/fd/${descriptor}`));
  }
  const text = host.env[passphraseVariable] ?? '';
  return text === '' ? undefined : Buffer.from(text);
}

async function identitiesOfPassphrase(passphrase: Buffer, salt: string | undefined): Promise<Identity[]> {
  const { passphraseIdentities } = await import('../encryption/passphrase-key.ts');
  return passphraseIdentities(passphrase, [salt]);
}

function askForPassphrase({ prompts }: CommandContext): ((purpose: string) => Promise<Buffer>) | undefined {
  if (prompts === undefined) return undefined;
  return async (purpose) => Buffer.from(await prompts.secret(`Passphrase of ${purpose}`));
}

async function askForKey(context: CommandContext, { what, salt }: KeyQuestion): Promise<Identity[]> {
  const { prompts } = context;
  if (prompts === undefined) {
    throw new UsageError(`${what} is encrypted and no key was given`, {
      hint: `--identity FILE, --passphrase-file FILE, or ${passphraseVariable} in the environment`,
    });
  }
  const answer = await prompts.secret(
    `${what} is encrypted. Passphrase, AGE-SECRET-KEY-..., or path of an identity file`,
    (text) => (text.trim() === '' ? 'Without a key it cannot be opened.' : undefined),
  );
  if (/^AGE-SECRET-KEY-/iu.test(answer.trim())) {
    const { parseNativeIdentity } = await import('../encryption/identity.ts');
    return [await parseNativeIdentity(answer)];
  }
  const path = asRealPath(posix.resolve(context.host.process.cwd, answer.trim()));
  if (answer.includes('/') && context.host.fs.lstatIfExists(path) !== undefined) {
    const { readIdentityFile } = await import('../encryption/identity-file.ts');
    const passphrase = askForPassphrase(context);
    return readIdentityFile(context.host, path, { passphrase, signal: context.host.signal });
  }
  return identitiesOfPassphrase(Buffer.from(answer), salt);
}
