// proxsave key new: gives the host keys to encrypt for. A private key is shown once, before anything is stored, so that a
// host never encrypts for a key that nobody has.

import { posix } from 'node:path';
import { EncryptionError, exitCodeOf, asStorageError, UsageError, type ExitCode } from '../errors.ts';
import { asRealPath, type RealPath } from '../host/host.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { HostKey } from '../orchestrator/keys/host-keys.ts';
import type { KeyWish, MadeKeys, StoredKeys } from '../orchestrator/keys/make-keys.ts';
import { formatRfc3339 } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { askMode, askWishes, confirmStored, type StoreMode } from './key-questions.ts';
import { keyToJson } from './key-texts.ts';
import { nextSteps } from './key-next-steps.ts';
import { wishesGiven } from './key-wishes.ts';

export async function runKeyNew(context: CommandContext, input: CommandInput): Promise<ExitCode> {
  const config = context.config.load();
  const output = outputOf(context, input);
  const existing = await readExisting(config, context, input);
  const given = await wishesGiven(context, input);
  const isWizard = given.length === 0;
  const mode = await modeOf(context, input, existing);
  const wishes = isWizard ? await askWishes(context) : given;
  const made = await make(context, config, { wishes, existing, mode });
  await handOver(context, config, made, output);
  if (isWizard && made.generated.length > 0 && output === undefined) await confirmStored(context);
  const { storeKeys } = await import('../orchestrator/keys/make-keys.ts');
  const stored = storeKeys(context.host, config.values.AGE_RECIPIENT_FILE, made, mode);
  return report(context, config, { made, stored, output, existing });
}

interface Existing {
  keys: readonly HostKey[];
  /** The recipient file cannot be parsed. */
  problem: EncryptionError | undefined;
}

/** A broken recipient file may be replaced, but not added to. @throws EncryptionError */
async function readExisting(
  config: LoadedConfig,
  { host }: CommandContext,
  input: CommandInput,
): Promise<Existing> {
  const { inlineKeys, readHostKeys } = await import('../orchestrator/keys/host-keys.ts');
  try {
    return { keys: readHostKeys(host, config).keys, problem: undefined };
  } catch (error) {
    if (!(error instanceof EncryptionError) || !input.flag('replace')) throw error;
    return { keys: inlineKeys(config), problem: error };
  }
}

function outputOf({ host }: CommandContext, input: CommandInput): RealPath | undefined {
  const output = input.text('output');
  for (const [isGiven, flag] of [
    [output !== undefined, '--output'],
    [input.flag('postQuantum'), '--post-quantum'],
  ] as const) {
    if (isGiven && !input.flag('generate')) {
      throw new UsageError(`${flag} is about a key pair that is made`, { hint: 'add --generate' });
    }
  }
  return output === undefined ? undefined : asRealPath(posix.resolve(host.process.cwd, output));
}

/** @throws UsageError when it must be said and nobody can be asked */
async function modeOf(context: CommandContext, input: CommandInput, existing: Existing): Promise<StoreMode> {
  if (input.flag('add') && input.flag('replace')) {
    throw new UsageError('--add and --replace were both given', { hint: 'give one of them' });
  }
  if (input.flag('replace')) return 'replace';
  const inFile = existing.keys.filter(({ source }) => source.kind === 'file');
  if (input.flag('add') || inFile.length === 0) return 'add';
  return askMode(context, inFile);
}

interface Making {
  wishes: readonly KeyWish[];
  existing: Existing;
  mode: StoreMode;
}

async function make(
  context: CommandContext,
  { values }: LoadedConfig,
  { wishes, existing, mode }: Making,
): Promise<MadeKeys> {
  const { makeKeys } = await import('../orchestrator/keys/make-keys.ts');
  const { checkTogether } = await import('../orchestrator/keys/host-keys.ts');
  const place = { file: values.AGE_RECIPIENT_FILE, isFileBroken: existing.problem !== undefined };
  try {
    const made = await makeKeys(context.host, wishes, place);
    checkTogether(existing.keys, made.recipients, mode);
    return made;
  } finally {
    for (const wish of wishes) if (wish.kind === 'passphrase') wish.passphrase.fill(0);
  }
}

/** Private keys leave our hands here. @throws when they could not be written: then nothing is stored */
async function handOver(
  context: CommandContext,
  config: LoadedConfig,
  { generated }: MadeKeys,
  output: RealPath | undefined,
): Promise<void> {
  if (generated.length === 0) return;
  const created = formatRfc3339(context.host.clock.now());
  const texts = generated.map(
    ({ identityText, recipient }) =>
      `# created: ${created}\n# public key: ${recipient.text}\n${identityText}\n`,
  );
  if (output !== undefined) {
    const { areaThatSaves, writeSecretFile } = await import('../orchestrator/keys/identity-place.ts');
    writeSecretFile(context.host, output, texts.join(''));
    const area = areaThatSaves(context.host, config, output);
    context.warn(riskOf(output, area));
    return;
  }
  for (const [index, { identityText, recipient }] of generated.entries()) {
    if (!context.global.isJson) context.print(texts[index] ?? '');
    else context.printJson({ type: 'identity', recipient: recipient.text, identity: identityText });
  }
  const { stdout } = context.terminal;
  await stdout.flush();
  if (stdout.failure !== undefined) throw asStorageError(stdout.failure, 'the identity cannot be written');
}

function riskOf(output: RealPath, area: string | undefined): string {
  const saved =
    area === undefined
      ? ''
      : `. Backups save that place too (${area}), and a key inside of the archive that it opens helps nobody`;
  return `${output} holds the private key: whoever reads it can read all archives, and with this host it is lost${saved}. Move it to another machine`;
}

interface Outcome {
  made: MadeKeys;
  stored: StoredKeys;
  output: RealPath | undefined;
  existing: Existing;
}

function report(
  context: CommandContext,
  config: LoadedConfig,
  { made, stored, output, existing }: Outcome,
): ExitCode {
  const { AGE_RECIPIENT_FILE: file, ENCRYPT_ARCHIVE } = config.values;
  const { action, backup } = stored;
  if (context.global.isJson) {
    const keys = made.recipients.map(keyToJson);
    const facts = { file, action, backup, identityFile: output, passphraseSalt: made.salt };
    context.printJson({ type: 'summary', ...facts, encryptArchive: ENCRYPT_ARCHIVE, keys });
    return exitCodeOf('ok');
  }
  // The identity alone is a file that age takes, so what else is said goes to stderr.
  for (const { text } of made.recipients) context.note(`public key: ${text}`);
  context.note(`${action}: ${printable(file)}`);
  if (backup !== undefined) context.note(`as it was before: ${printable(backup)}`);
  if (existing.problem !== undefined) context.warn(`it could not be read: ${existing.problem.message}`);
  if (action === 'replaced' && existing.keys.some(({ source }) => source.kind === 'configuration')) {
    context.warn('the keys in AGE_RECIPIENT stay: archives are encrypted for those too');
  }
  if (made.generated.length > 0 && output === undefined) {
    context.note(
      'The line AGE-SECRET-KEY-... opens the archives. It is shown only now: keep it on another machine, on paper or in a password manager.',
    );
  }
  context.note(nextSteps(context, config, output));
  return exitCodeOf('ok');
}
