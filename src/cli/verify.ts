// proxsave verify ARCHIVE: reads it whole and compares every file with the index.

import type { OpenArchive } from '../archiver/read/open-archive.ts';
import { verifyArchive, type VerifyReport } from '../archiver/verify/verify-archive.ts';
import { ArchiveError, CompressionError, exitCodeOf, VerificationError } from '../errors.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext } from './command.ts';
import { keyOptions, unlock } from './keys-given.ts';
import { archiveArgument, openNamed } from './open-named.ts';
import { problemLines } from './problem-lines.ts';
import { showCoverage } from './show-coverage.ts';
import { programName } from './program-name.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Read an archive whole and compare every file with its checksum',
  description:
    'Checks the SHA-256 of the archive, its compression and structure to the last byte, and the content, mode, owner ' +
    'and time of every file against the index inside. Archives of the existing edition have no index: of those only the ' +
    'checksum and the structure can be checked, and that is said.',
  arguments: [archiveArgument],
  options: [
    {
      flags: '--coverage',
      description: 'also list what a rebuild of the host needs, and whether it is there',
    },
    ...keyOptions,
  ],
  examples: [
    { what: 'Is the newest archive still good?', command: 'proxsave verify latest' },
    {
      what: 'A copy on another disk',
      command: 'proxsave verify /mnt/usb/pve1-backup-20260724-020000.tar.zst.bundle.tar',
    },
    { what: 'Could this host be rebuilt from it?', command: 'proxsave verify latest --coverage' },
  ],
  exits: ['warnings', 'verification', 'disk-space', 'encryption', 'permission', 'interrupted'],
  run: async (context, input) => {
    const archive = await unlock(context, input, await openForProof(context, input.args[0] ?? ''));
    const report = await verify(context, archive);
    const { unverified } = archive;
    if (context.global.isJson) {
      const type = input.flag('coverage') && report.ok ? 'verification' : 'summary';
      context.printJson({ type, path: archive.path, unverified, ...report });
    } else if (report.ok) printGood(context, archive, report);
    else printDamage(context, archive, report);
    if (!report.ok) return exitCodeOf('verification');
    if (input.flag('coverage')) return showCoverage(context, archive);
    return exitCodeOf(unverified.length > 0 ? 'warnings' : 'ok');
  },
};

/** A file so damaged that it cannot be opened as an archive has not passed either. */
async function openForProof(context: CommandContext, words: string): Promise<OpenArchive> {
  try {
    return await openNamed(context, words);
  } catch (error) {
    if (!(error instanceof ArchiveError || error instanceof CompressionError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new VerificationError(error.message, { ...hint, cause: error });
  }
}

async function verify(context: CommandContext, archive: OpenArchive): Promise<VerifyReport> {
  const reporter = context.createReporter();
  reporter.phase(`Verifying ${archive.path}`);
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

function printGood(context: CommandContext, archive: OpenArchive, { checked, level }: VerifyReport): void {
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
  archive: OpenArchive,
  { problems, problemCount }: VerifyReport,
): void {
  const { style } = context;
  const count = formatCount(problemCount, 'problem');
  context.print(`${style.red('damaged')}: ${count} in ${printable(archive.path)}`);
  for (const line of problemLines(problems, problemCount)) context.print(line);
  context.print('What is intact can still be taken out:');
  context.print(`  ${style.bold(`${programName(context)} extract ${printable(archive.path)} --to DIR`)}`);
}
