// proxsave verify ARCHIVE: reads it whole and compares every file with the index.

import { verifyArchive, type VerifyReport } from '../archiver/verify/verify-archive.ts';
import {
  AppError,
  ArchiveError,
  CompressionError,
  exitCodeOf,
  InterruptedError,
  UsageError,
  VerificationError,
  type ExitCode,
} from '../errors.ts';
import { recordProof } from '../orchestrator/tiers/proofs.ts';
import type { NamedArchive } from '../orchestrator/tiers/find-on-tier.ts';
import type { TierName } from '../storage/store.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { keyOptions, unlock } from './keys-given.ts';
import { archiveArgument, openNamed, remoteNamed, tierGiven, tierOption } from './open-named.ts';
import { pingVerify } from './ping-verify.ts';
import { problemLines } from './problem-lines.ts';
import { showCoverage } from './show-coverage.ts';
import { programName } from './program-name.ts';
import { verifyRemote } from './verify-remote.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Read an archive whole and compare every file with its checksum',
  description:
    'Checks the SHA-256 of the archive, its compression and structure to the last byte, and the content, mode, owner ' +
    'and time of every file against the index inside. Archives of the existing edition have no index: of those only the ' +
    'checksum and the structure can be checked, and that is said. Of a copy on the cloud tier size and hash are compared ' +
    'with what is known here, unless --deep asks for its bytes.',
  arguments: [archiveArgument],
  options: [
    {
      flags: '--coverage',
      description: 'also list what a rebuild of the host needs, and whether it is there',
    },
    tierOption,
    { flags: '--deep', description: 'of a copy on a remote: fetch it and read all of it' },
    ...keyOptions,
  ],
  examples: [
    { what: 'Is the newest archive still good?', command: 'proxsave verify latest' },
    {
      what: 'A copy on another disk',
      command: 'proxsave verify /mnt/usb/pve1-backup-20260724-020000.tar.zst.bundle.tar',
    },
    {
      what: 'The newest copy on the cloud tier, byte by byte',
      command: 'proxsave verify latest --tier cloud --deep',
    },
    { what: 'Could this host be rebuilt from it?', command: 'proxsave verify latest --coverage' },
  ],
  exits: ['warnings', 'verification', 'disk-space', 'encryption', 'permission', 'storage', 'interrupted'],
  run: async (context, input) => {
    const { code, toCover } = await proveAndPing(context, input);
    return toCover === undefined ? code : showCoverage(context, toCover);
  },
};

interface Proof {
  code: ExitCode;
  /** A good archive whose coverage was asked for. */
  toCover?: NamedArchive;
}

async function proveAndPing(context: CommandContext, input: CommandInput): Promise<Proof> {
  try {
    return await prove(context, input);
  } catch (error) {
    await pingFailure(context, input.args[0] ?? '', error);
    throw error;
  }
}

async function prove(context: CommandContext, input: CommandInput): Promise<Proof> {
  const words = input.args[0] ?? '';
  const tier = tierGiven(input);
  // Coverage is told from the content.
  if (!input.flag('deep') && !input.flag('coverage')) {
    const remote = await remoteNamed(context, words, tier);
    if (remote !== undefined) return { code: await verifyRemote(context, remote.tier, remote.words) };
  }
  const archive = await unlock(context, input, await openForProof(context, words, tier));
  const report = await verify(context, archive);
  const { unverified } = archive;
  if (context.global.isJson) {
    const type = input.flag('coverage') && report.ok ? 'verification' : 'summary';
    context.printJson({ type, path: archive.location, unverified, ...report });
  } else if (report.ok) printGood(context, archive, report);
  else printDamage(context, archive, report);
  if (report.ok) keepProof(context, archive);
  const problems = `${archive.name} is damaged: ${report.problemCount} problems`;
  const text = report.ok ? `${archive.name} is good` : problems;
  await pingVerify(context, { isGood: report.ok, text });
  if (!report.ok) return { code: exitCodeOf('verification') };
  const code = exitCodeOf(unverified.length > 0 ? 'warnings' : 'ok');
  return input.flag('coverage') ? { code, toCover: archive } : { code };
}

/** A file so damaged that it cannot be opened as an archive has not passed either. */
async function openForProof(
  context: CommandContext,
  words: string,
  tier: TierName | undefined,
): Promise<NamedArchive> {
  try {
    return await openNamed(context, words, { tier });
  } catch (error) {
    if (!(error instanceof ArchiveError || error instanceof CompressionError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new VerificationError(error.message, { ...hint, cause: error });
  }
}

/** An archive that cannot be read at all, or a `latest` that is not there, has not passed. */
async function pingFailure(context: CommandContext, words: string, error: unknown): Promise<void> {
  if (!(error instanceof AppError) || context.host.signal.aborted || error instanceof InterruptedError)
    return;
  // A mistyped name says nothing about any archive.
  if (error instanceof UsageError && !words.startsWith('latest')) return;
  await pingVerify(context, { isGood: false, text: `${words} was not verified: ${error.message}` });
}

/** For `list --tier all`: when this copy was read last. */
function keepProof({ host, config }: CommandContext, { copy }: NamedArchive): void {
  if (copy === undefined) return;
  const { sizeBytes, ...key } = copy;
  recordProof(host, config.load().places.state, key, {
    at: host.clock.now(),
    proof: 'every-file',
    sizeBytes,
  });
}

async function verify(context: CommandContext, archive: NamedArchive): Promise<VerifyReport> {
  const reporter = context.createReporter();
  reporter.phase(`Verifying ${archive.location}`);
  let bytes = 0;
  try {
    return await verifyArchive(context.host, archive, {
      signal: context.host.signal,
      onBytes: (count) => {
        bytes += count;
        reporter.progress({ label: 'read', files: 0, bytes, totalBytes: archive.size });
      },
    });
  } finally {
    reporter.done();
  }
}

function printGood(context: CommandContext, archive: NamedArchive, { checked, level }: VerifyReport): void {
  const counts = [
    formatCount(checked.entries, 'entry', 'entries'),
    formatCount(checked.files, 'file'),
    formatBytes(checked.bytes),
  ];
  const depth =
    level === 'content' ? 'every file compared with the index' : 'structure only: it has no index';
  context.print(`${context.style.green('good')}: ${counts.join(', ')}; ${depth}`);
  for (const note of archive.unverified) {
    context.print(`${context.style.yellow('not proved')}: ${printable(note)}`);
  }
}

function printDamage(
  context: CommandContext,
  archive: NamedArchive,
  { problems, problemCount }: VerifyReport,
): void {
  const { style } = context;
  const count = formatCount(problemCount, 'problem');
  context.print(`${style.red('damaged')}: ${count} in ${printable(archive.location)}`);
  for (const line of problemLines(problems, problemCount)) context.print(line);
  context.print('What is intact can still be taken out:');
  context.print(`  ${style.bold(`${programName(context)} extract ${printable(archive.location)} --to DIR`)}`);
}
