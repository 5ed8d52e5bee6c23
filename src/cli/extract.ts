// proxsave extract ARCHIVE --to DIR: files out of an archive, into a directory, never outside it.

import { extractArchive } from '../archiver/extract-archive.ts';
import { exitCodeOf, UsageError } from '../errors.ts';
import { asRealPath } from '../host/host.ts';
import { createRedactor } from '../ui/redact.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import { posix } from 'node:path';
import { schemaVersion, type Command } from './command.ts';
import { archiveArgument, openNamed } from './open-named.ts';
import { selectEntries } from './select-entries.ts';

export const extractCommand: Command = {
  name: 'extract',
  summary: 'Take files out of an archive into a directory',
  description: [
    'Nothing is ever written outside the directory. As root, owners are kept; existing files are left alone unless',
    '--overwrite is given. This does not change the running system: copy what you need from the directory yourself.',
  ].join('\n'),
  arguments: [
    archiveArgument,
    {
      name: 'path',
      description: 'only these paths, directories or areas',
      isOptional: true,
      isVariadic: true,
    },
  ],
  options: [
    { flags: '--to <dir>', description: 'directory to write into; made if missing' },
    { flags: '--overwrite', description: 'replace files that exist there' },
    { flags: '--no-owner', description: 'files belong to who runs this' },
    { flags: '--keep-special-modes', description: 'keep setuid and setgid bits' },
  ],
  examples: [
    { what: 'Everything', command: 'proxsave extract latest --to /root/rescue' },
    { what: 'One file and one area', command: 'proxsave extract latest --to /tmp/x /etc/fstab network' },
  ],
  exits: [
    'warnings',
    'verification',
    'archive',
    'compression',
    'disk-space',
    'encryption',
    'permission',
    'storage',
    'interrupted',
  ],
  run: async (context, input) => {
    const [words = '', ...wanted] = input.args;
    const to = input.text('to');
    if (to === undefined) {
      throw new UsageError('extract needs --to DIR', { hint: `proxsave extract ${words} --to /root/rescue` });
    }
    const archive = await openNamed(context, words);
    const isSelected = selectEntries(wanted);
    const reporter = context.createReporter(createRedactor([]));
    reporter.phase(`Extracting ${archive.name} to ${to}`);
    let bytes = 0;
    const report = await extractArchive(context.host, archive, {
      to: asRealPath(posix.resolve(context.host.process.cwd, to)),
      select: (meta, area) => isSelected(meta.path, area),
      owner: input.isOff('owner') ? 'mine' : 'keep',
      overwrite: input.flag('overwrite'),
      keepSpecialModes: input.flag('keepSpecialModes'),
      signal: context.host.signal,
      onBytes: (count) => {
        bytes += count;
        reporter.progress({ label: 'read', files: 0, bytes });
      },
    });
    reporter.done();
    if (context.global.isJson) {
      context.printJson({ type: 'summary', schemaVersion, path: archive.path, to, ...report });
    } else {
      const counts = [
        formatCount(report.files, 'file'),
        formatCount(report.directories, 'directory', 'directories'),
        formatCount(report.links, 'link'),
        formatBytes(report.bytes),
      ];
      context.print(`extracted to ${to}: ${counts.join(', ')}`);
      if (report.skipped > 0)
        context.print(`left as they were: ${formatCount(report.skipped, 'existing file')} (see --overwrite)`);
      for (const note of report.notes) context.print(`note: ${note}`);
      for (const problem of report.problems.slice(0, 20))
        context.print(`${context.style.red('problem')}: ${printable(problem.message)}`);
      if (report.problemCount > 20) context.print(`  ... and ${report.problemCount - 20} more problems`);
    }
    if (report.problemCount > 0) return exitCodeOf('verification');
    if (report.files + report.directories + report.links === 0 && report.skipped === 0) {
      context.note(`nothing in the archive is at ${wanted.join(', ')}`);
      return exitCodeOf('warnings');
    }
    return exitCodeOf(report.skipped > 0 ? 'warnings' : 'ok');
  },
};
