// proxsave key test: does my key still open the archives of this host?

import type { Identity } from '../encryption/identity.ts';
import { describeRecipient } from '../encryption/recipient.ts';
import { EncryptionError, exitCodeOf, UsageError, type ExitCode } from '../errors.ts';
import { readHostKeys, type HostKey, type HostKeys } from '../orchestrator/keys/host-keys.ts';
import { findNewest } from '../orchestrator/keys/newest-archive.ts';
import { opensSample, testArchive, type ArchiveTest } from '../orchestrator/keys/test-keys.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { createKeySource } from './keys-given.ts';
import { openNamed, tierGiven } from './open-named.ts';

type Tested = Awaited<ReturnType<typeof openNamed>>;

export async function runKeyTest(context: CommandContext, input: CommandInput): Promise<ExitCode> {
  const hostKeys = readHostKeys(context.host, context.config.load());
  const archive = await archiveToTest(context, input);
  if (hostKeys.keys.length === 0 && archive?.isEncrypted !== true) throw nothingToTest();
  const identities = await createKeySource(
    context,
    input,
  )({
    what: archive?.isEncrypted === true ? archive.name : 'what this host saves',
    salts: [archive?.manifest.passphrase_salt, hostKeys.salt?.text],
  });
  const sample = await testSample(hostKeys, identities);
  const tested = archive?.isEncrypted === true ? await test(context, input, archive, identities) : undefined;
  if (context.global.isJson) {
    const { encryptArchive, ...facts } = { encryptArchive: hostKeys.isEncrypting, archive: archive?.path };
    context.printJson({ type: 'summary', encryptArchive, ...sample, ...facts, ...tested });
  } else printResult(context, { hostKeys, archive, sample, tested });
  return exitOf(sample, tested);
}

function nothingToTest(): EncryptionError {
  return new EncryptionError('there is nothing to test: this host has no key and no encrypted archive', {
    hint: 'proxsave key new',
  });
}

/** What was named, else the newest of this host; undefined when there is none. @throws UsageError for one that is not encrypted */
async function archiveToTest(context: CommandContext, input: CommandInput): Promise<Tested | undefined> {
  const [words] = input.args;
  const tier = tierGiven(input);
  if (words !== undefined || tier !== undefined) {
    const archive = await openNamed(context, words ?? 'latest', { tier });
    if (archive.isEncrypted) return archive;
    throw new UsageError(`${archive.location} is not encrypted: it needs no key`, {
      hint: 'name another one: proxsave list',
    });
  }
  const { archive, problem } = await findNewest(context.host, context.config.load());
  if (problem !== undefined) context.warn(problem);
  return archive === undefined ? undefined : openNamed(context, archive.path);
}

interface SampleTest {
  /** The given key opens what is encrypted for the keys of this host now; undefined when it has none. */
  opensSample: boolean | undefined;
  /** Keys of this host that the given ones belong to. */
  matching: readonly string[];
}

async function testSample({ keys }: HostKeys, identities: readonly Identity[]): Promise<SampleTest> {
  const recipients = [...new Map(keys.map(({ recipient }) => [recipient.text, recipient])).values()];
  const own = new Set(identities.map(({ recipient }) => recipient));
  return {
    opensSample: recipients.length === 0 ? undefined : await opensSample(recipients, identities),
    matching: recipients.filter(({ text }) => own.has(text)).map(({ text }) => text),
  };
}

async function test(
  context: CommandContext,
  input: CommandInput,
  archive: Tested,
  identities: readonly Identity[],
): Promise<ArchiveTest> {
  const isDeep = input.flag('deep');
  const reporter = context.createReporter();
  if (isDeep) reporter.phase(`Reading ${archive.name}`);
  let bytes = 0;
  try {
    return await testArchive(context.host, archive, identities, {
      isDeep,
      onBytes: (count) => {
        bytes += count;
        reporter.progress({ label: 'read', files: 0, bytes, totalBytes: archive.size });
      },
    });
  } finally {
    reporter.done();
  }
}

interface Result {
  hostKeys: HostKeys;
  archive: Tested | undefined;
  sample: SampleTest;
  tested: ArchiveTest | undefined;
}

function printResult(context: CommandContext, { hostKeys, archive, sample, tested }: Result): void {
  const { style } = context;
  const [yes, no] = [style.green('opens'), style.red('does not open')];
  if (sample.opensSample !== undefined) {
    context.print(`the key ${sample.opensSample ? yes : no} what this host encrypts now`);
    for (const line of matchLines(hostKeys.keys, sample)) context.print(line);
  } else context.print('this host has no key: archives from now on are not encrypted for any');
  if (archive === undefined) context.print('there is no archive to try it on yet');
  else if (tested === undefined)
    context.print(`the newest archive, ${printable(archive.name)}, is not encrypted`);
  else {
    const word = tested.state === 'wrong-key' ? no : yes;
    context.print(`the key ${word} ${printable(archive.location)}`);
    if (tested.state === 'damaged')
      context.print(`    ${style.red('but it is damaged')}: ${printable(tested.problem ?? '')}`);
    else if (tested.problem !== undefined) context.print(`    ${printable(tested.problem)}`);
    else
      context.print(
        tested.depth === 'whole'
          ? '    every file was read and compared'
          : '    its first data was decrypted',
      );
  }
  if (!hostKeys.isEncrypting) context.note('ENCRYPT_ARCHIVE=false: backups are not encrypted.');
}

function matchLines(keys: readonly HostKey[], { matching }: SampleTest): string[] {
  const isMatching = ({ recipient }: HostKey) => matching.includes(recipient.text);
  const shown = matching.length > 0 ? keys.filter(isMatching) : keys;
  const head = matching.length > 0 ? 'by' : 'that is for';
  return shown.map(({ recipient }) => `    ${head} ${printable(describeRecipient(recipient))}`);
}

function exitOf({ opensSample: isOpened }: SampleTest, tested: ArchiveTest | undefined): ExitCode {
  if (isOpened === false || tested?.state === 'wrong-key') return exitCodeOf('encryption');
  return exitCodeOf(tested?.state === 'damaged' ? 'verification' : 'ok');
}
