// proxsave verify ARCHIVE: reads it whole and compares every file with the index.

import { verifyArchive } from '../archiver/verify-archive.ts';
import { exitCodeOf } from '../errors.ts';
import { createRedactor } from '../ui/redact.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import { schemaVersion, type Command } from './command.ts';
import { archiveArgument, openNamed } from './open-named.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Read an archive whole and compare every file with its checksum',
  description: [
    'Checks the SHA-256 of the archive, its compression and structure to the last byte, and the content, mode, owner',
    'and time of every file against the index inside. Archives of the existing edition have no index: of those only the',
    'checksum and the structure can be checked, and that is said.',
  ].join('\n'),
  arguments: [archiveArgument],
  options: [],
  examples: [
    { what: 'Is the newest archive still good?', command: 'proxsave verify latest' },
    {
      what: 'A copy on another disk',
      command: 'proxsave verify /mnt/usb/pve1-backup-20260724-020000.tar.zst.bundle.tar',
    },
  ],
  exits: ['warnings', 'verification', 'archive', 'encryption', 'permission', 'interrupted'],
  run: async (context, input) => {
    const archive = await openNamed(context, input.args[0] ?? '');
    const reporter = context.createReporter(createRedactor([]));
    reporter.phase(`Verifying ${archive.path}`);
    let bytes = 0;
    const report = await verifyArchive(context.host, archive, {
      signal: context.host.signal,
      onBytes: (count) => {
        bytes += count;
        reporter.progress({ label: 'read', files: 0, bytes, totalBytes: archive.size });
      },
    });
    reporter.done();
    const { unverified } = archive;
    if (context.global.isJson) {
      context.printJson({ type: 'summary', schemaVersion, path: archive.path, unverified, ...report });
    } else if (report.ok) {
      const { entries, files, bytes: content } = report.checked;
      const depth =
        report.level === 'content' ? 'every file compared with the index' : 'structure only: it has no index';
      context.print(
        `${context.style.green('good')}: ${formatCount(entries, 'entry', 'entries')}, ${formatCount(files, 'file')}, ${formatBytes(content)}; ${depth}`,
      );
      for (const note of unverified) context.print(`${context.style.yellow('note')}: ${note}`);
    } else {
      context.print(
        `${context.style.red('damaged')}: ${formatCount(report.problemCount, 'problem')} in ${archive.path}`,
      );
      for (const problem of report.problems.slice(0, 20)) context.print(`  ${printable(problem.message)}`);
      if (report.problemCount > 20) context.print(`  ... and ${report.problemCount - 20} more`);
      context.print('What is intact can still be taken out: proxsave extract ARCHIVE --to DIR');
    }
    if (!report.ok) return exitCodeOf('verification');
    return exitCodeOf(unverified.length > 0 ? 'warnings' : 'ok');
  },
};
