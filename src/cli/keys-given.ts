// The keys that a command was given for encrypted archives: identity files and a passphrase, by flag, environment or question.

import { posix } from 'node:path';
import type { OpenArchive } from '../archiver/read/open-archive.ts';
import type { Identity } from '../encryption/identity.ts';
import { EncryptionError, UsageError } from '../errors.ts';
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
export const passphraseVariable = 'PROXSAVE_PASSPHRASE';
const identityVariable = 'PROXSAVE_IDENTITY_FILE';

type Unlock = <Archive extends OpenArchive>(archive: Archive) => Promise<Archive>;

/**
 * Gives archives what decrypts them; those that are not encrypted come back unchanged. Files are read, questions asked and
 * keys made once, however many archives there are. @throws UsageError without a key and a terminal
 */
export function createUnlock(context: CommandContext, input: CommandInput): Unlock {
  const identitiesFor = createKeySource(context, input);
  return async (archive) => {
    if (!archive.isEncrypted) return archive;
    const { createDecryptStage } = await import('../encryption/decrypt-stage.ts');
    const { recipients = [], passphrase_salt: salt } = archive.manifest;
    const identities = await identitiesFor({ what: archive.name, salts: [salt] });
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
  /** What is to be opened, for people: `NAME is encrypted`. */
  what: string;
  /** Of manifests; the salt of this host is tried after them. */
  salts: readonly (string | undefined)[];
}

/** @throws UsageError, EncryptionError, InterruptedError */
export type KeySource = (question: KeyQuestion) => Promise<readonly Identity[]>;

/** Identities, or a secret that makes them together with a salt. */
type Given = { identities: readonly Identity[] } | { secret: Buffer; name: string };

/**
 * All identities that were given; asks a person when there are none. A descriptor can be read only once and nobody types
 * a passphrase twice, so what was given is kept until the command ends and tried with the salts of each question.
 */
export function createKeySource(context: CommandContext, input: CommandInput): KeySource {
  const known = new Map<string, Promise<readonly Identity[]>>();
  let taken: Promise<Given> | undefined;
  return ({ what, salts }) => {
    taken ??= takeKeys(context, input, what);
    const key = salts.join(' ');
    const pending = known.get(key) ?? taken.then((given) => identitiesOf(context, given, salts));
    known.set(key, pending);
    return pending;
  };
}

async function identitiesOf(
  context: CommandContext,
  given: Given,
  salts: KeyQuestion['salts'],
): Promise<readonly Identity[]> {
  if ('identities' in given) return given.identities;
  const { secretIdentities } = await import('../encryption/typed-secret.ts');
  return secretIdentities(given.secret, {
    salts: [...salts, await saltOfHost(context)],
    name: given.name,
    passphrase: askForPassphrase(context),
    signal: context.host.signal,
  });
}

async function takeKeys(context: CommandContext, input: CommandInput, what: string): Promise<Given> {
  const files = identityFiles(context, input);
  const passphrase = await givenPassphrase(context, input);
  if (passphrase !== undefined) {
    context.atEnd(() => {
      passphrase.secret.fill(0);
    });
  }
  if (files.length === 0) return passphrase ?? askForKey(context, what);
  const { readIdentityFile } = await import('../encryption/identity-file.ts');
  const source = passphrase?.secret ?? askForPassphrase(context);
  const identities: Identity[] = [];
  for (const path of files) {
    identities.push(
      ...(await readIdentityFile(context.host, path, { passphrase: source, signal: context.host.signal })),
    );
  }
  return { identities };
}

/** The salt that new passphrases of this host get; a host whose files are broken has none. */
async function saltOfHost({ host, config }: CommandContext): Promise<string | undefined> {
  const path = config.peek('AGE_RECIPIENT_FILE');
  if (typeof path !== 'string') return undefined;
  const { listRecipients } = await import('../encryption/key-store.ts');
  const { readSaltFile } = await import('../encryption/passphrase-salt.ts');
  const file = asRealPath(path);
  for (const read of [() => listRecipients(host, file).salt, () => readSaltFile(host, file)]) {
    try {
      const salt = read();
      if (salt !== undefined) return salt;
    } catch (error) {
      // Reading an archive must not depend on the files of the host that reads it.
      if (!(error instanceof EncryptionError)) throw error;
    }
  }
  return undefined;
}

function identityFiles({ host }: CommandContext, input: CommandInput): RealPath[] {
  const given = input.list('identity');
  const fromEnvironment = host.env[identityVariable] ?? '';
  const names = given.length > 0 ? given : fromEnvironment === '' ? [] : [fromEnvironment];
  return names.map((name) => asRealPath(posix.resolve(host.process.cwd, name)));
}

/** By flag or environment, with what to call it in messages; undefined when there is none. The caller zeroes it. */
export async function givenPassphrase(
  { host }: CommandContext,
  input: CommandInput,
): Promise<{ secret: Buffer; name: string } | undefined> {
  const file = input.text('passphraseFile');
  const descriptor = input.text('passphraseFd');
  if (file !== undefined && descriptor !== undefined) {
    throw new UsageError('--passphrase-file and --passphrase-fd were both given', {
      hint: 'give one of them',
    });
  }
  const { readPassphraseFile } = await import('../encryption/passphrase.ts');
  if (file !== undefined) {
    const path = asRealPath(posix.resolve(host.process.cwd, file));
    return { secret: await readPassphraseFile(host, path), name: path };
  }
  if (descriptor !== undefined) {
    if (!/^\d{1,4}$/u.test(descriptor)) {
      throw new UsageError(`--passphrase-fd ${descriptor} is not the number of a file descriptor`, {
        hint: 'for example: --passphrase-fd 3 3</root/passphrase',
      });
    }
    const secret = await readPassphraseFile(host, asRealPath(`/proc/self/fd/${descriptor}`));
    return { secret, name: `file descriptor ${descriptor}` };
  }
  const text = host.env[passphraseVariable] ?? '';
  return text === '' ? undefined : { secret: Buffer.from(text), name: passphraseVariable };
}

export function askForPassphrase({
  prompts,
}: CommandContext): ((purpose: string) => Promise<Buffer>) | undefined {
  if (prompts === undefined) return undefined;
  return async (purpose) => Buffer.from(await prompts.secret(`Passphrase of ${purpose}`));
}

async function askForKey(context: CommandContext, what: string): Promise<Given> {
  const { prompts, host } = context;
  if (prompts === undefined) {
    throw new UsageError(`${what} is encrypted and no key was given`, {
      hint: `--identity FILE, --passphrase-file FILE, or ${passphraseVariable} in the environment`,
    });
  }
  const answer = await prompts.secret(
    `${what} is encrypted. Passphrase, AGE-SECRET-KEY-..., or path of an identity file`,
    (text) => (text.trim() === '' ? 'Without a key it cannot be opened.' : undefined),
  );
  const path = asRealPath(posix.resolve(host.process.cwd, answer.trim()));
  if (answer.includes('/') && host.fs.lstatIfExists(path) !== undefined) {
    const { readIdentityFile } = await import('../encryption/identity-file.ts');
    const passphrase = askForPassphrase(context);
    return { identities: await readIdentityFile(host, path, { passphrase, signal: host.signal }) };
  }
  return { secret: Buffer.from(answer), name: 'what was typed' };
}
