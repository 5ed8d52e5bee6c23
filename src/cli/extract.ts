// proxsave extract ARCHIVE --to DIR: files out of an archive, into a directory, never outside it.

import { posix } from 'node:path';
import type { ArchiveProblem } from '../archiver/verify/archive-problem.ts';
import { extractArchive, type ExtractReport } from '../archiver/extract/extract-archive.ts';
import type { OpenArchive } from '../archiver/read/open-archive.ts';
import {
  SecurityError,
  asStorageError,
  exitCodeOf,
  InterruptedError,
  isSystemError,
  UsageError,
  type ExitCode,
} from '../errors.ts';
import { asRealPath, type Host, type RealPath } from '../host/host.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { keyOptions, unlock } from './keys-given.ts';
import { archiveArgument, openNamed, tierGiven, tierOption } from './open-named.ts';
import { problemLines } from './problem-lines.ts';
import {
  areasOf,
  pathArgument,
  selectEntries,
  warnOfUnmatched,
  type EntrySelection,
} from './select-entries.ts';

export const extractCommand: Command = {
  name: 'extract',
  summary: 'Take files out of an archive into a directory',
  description:
    'Nothing is ever written outside the directory. As root, owners are kept; existing files are left alone unless ' +
    '--overwrite is given. This does not change the running system: copy what you need from the directory yourself.',
  arguments: [archiveArgument, pathArgument],
  options: [
    { flags: '--to <dir>', description: 'directory to write into; made if missing' },
    { flags: '--overwrite', description: 'replace files that exist there' },
    { flags: '--no-owner', description: 'files belong to who runs this' },
    { flags: '--keep-special-modes', description: 'keep setuid and setgid bits' },
    tierOption,
    ...keyOptions,
  ],
  examples: [
    { what: 'Everything', command: 'proxsave extract latest --to /var/tmp/rescue' },
    {
      what: 'From the cloud tier',
      command: 'proxsave extract latest --tier cloud --to /var/tmp/rescue',
    },
    { what: 'One file and one area', command: 'proxsave extract latest --to /tmp/x /etc/fstab network' },
  ],
  exits: [
    'security',
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
    const to = targetOf(context, words, input.text('to'));
    const archive = await unlock(context, input, await openNamed(context, words, { tier: tierGiven(input) }));
    const selection = selectEntries(wanted, areasOf(archive));
    const report = await extract(context, input, { archive, to, selection });
    const outcome = { report, to, unmatched: selection.unmatched(), faults: faultsOf(report) };
    if (context.global.isJson) {
      const { unmatched } = outcome;
      context.printJson({ type: 'summary', path: archive.location, to, unmatched, ...report });
    } else {
      printReport(context, outcome);
      warnOfUnmatched(context, archive, outcome.unmatched);
    }
    return exitOf(outcome);
  },
};

interface Outcome {
  report: ExtractReport;
  to: RealPath;
  unmatched: readonly string[];
  faults: Faults;
}

/** Problems besides files that exist already, which is no fault of the archive. */
interface Faults {
  count: number;
  shown: readonly ArchiveProblem[];
}

/** At most 100 problems are kept, so of those beyond only the number is known. */
function faultsOf({ problems, problemCount, skipped }: ExtractReport): Faults {
  const existing = new Set(problems.filter(({ code }) => code === 'exists').map(({ path }) => path));
  const shown = problems.filter(({ path }) => !existing.has(path));
  const beyond = problemCount - problems.length - (skipped - existing.size);
  return { count: shown.length + Math.max(0, beyond), shown };
}

/** @throws UsageError when the target is missing or is something else than a directory */
function targetOf(context: CommandContext, words: string, to: string | undefined): RealPath {
  const { host } = context;
  if (to === undefined || to === '') {
    throw new UsageError('extract needs --to DIR, the directory to write into', {
      hint: `for example: proxsave extract ${words} --to /var/tmp/rescue`,
    });
  }
  const target = asRealPath(posix.resolve(host.process.cwd, to));
  refuseLiveSystem(host, target);
  try {
    if (host.fs.stat(target).kind === 'directory') return target;
  } catch (error) {
    // Not there yet, or not to be seen: making it will tell.
    if (isSystemError(error)) return target;
    throw error;
  }
  throw new UsageError(`--to ${to}: this is a file, not a directory`, { hint: 'name a new directory' });
}

/** Parts of a system that are not places to unpack into; below them neither. */
const systemTrees = ['/bin', '/boot', '/dev', '/etc', '/lib', '/lib64', '/proc', '/sbin', '/sys', '/usr'];

/** Unpacking over a live system is not restoring it: no plan, no way back. @throws SecurityError */
function refuseLiveSystem(host: Host, target: RealPath): void {
  const real = realPathIfAny(host, target);
  const isSystem = systemTrees.some((tree) => real === tree || real.startsWith(`${tree}/`));
  if (real !== '/' && real !== host.root && !isSystem) return;
  throw new SecurityError(`--to ${target} is a part of a live system; extract does not overwrite one`, {
    hint: 'extract into a directory of its own, for example /var/tmp/rescue, and copy what you need from there',
  });
}

function realPathIfAny(host: Host, path: RealPath): string {
  try {
    return host.fs.realPath(path);
  } catch (error) {
    if (isSystemError(error)) return path;
    throw error;
  }
}

async function extract(
  context: CommandContext,
  input: CommandInput,
  job: { archive: OpenArchive; to: RealPath; selection: EntrySelection },
): Promise<ExtractReport> {
  const { archive, to, selection } = job;
  const reporter = context.createReporter();
  reporter.phase(`Extracting ${archive.name} to ${to}`);
  let bytes = 0;
  try {
    return await extractArchive(context.host, archive, {
      to,
      select: (meta, area) => selection.includes(meta.path, area),
      owner: input.isOff('owner') ? 'mine' : 'keep',
      overwrite: input.flag('overwrite'),
      keepSpecialModes: input.flag('keepSpecialModes'),
      signal: context.host.signal,
      onBytes: (count) => {
        bytes += count;
        reporter.progress({ label: 'read', files: 0, bytes, totalBytes: archive.size });
      },
    });
  } catch (error) {
    if (error instanceof InterruptedError) {
      const hint = `${to} holds what was extracted until then`;
      throw new InterruptedError(error.message, { hint, cause: error });
    }
    // Node's own complaints have codes too, but no system call: those are bugs.
    const isFromSystem = isSystemError(error) && error.syscall !== undefined;
    throw isFromSystem ? asStorageError(error, `cannot write to ${to}`) : error;
  } finally {
    reporter.done();
  }
}

function printReport(context: CommandContext, { report, to, faults }: Outcome): void {
  const counts = [
    formatCount(report.files, 'file'),
    formatCount(report.directories, 'directory', 'directories'),
    formatCount(report.links, 'link'),
    formatBytes(report.bytes),
  ];
  context.print(`extracted to ${printable(to)}: ${counts.join(', ')}`);
  if (report.skipped > 0) {
    context.print(
      `left as ${report.skipped === 1 ? 'it was' : 'they were'}: ${formatCount(report.skipped, 'existing file')} (replace with --overwrite)`,
    );
  }
  for (const note of report.notes) context.print(`note: ${printable(note)}`);
  if (faults.count === 0) return;
  context.print(`${context.style.red('not extracted')}: ${formatCount(faults.count, 'problem')}`);
  for (const line of problemLines(faults.shown, faults.count)) context.print(line);
}

function exitOf({ report, unmatched, faults }: Outcome): ExitCode {
  if (faults.count > 0) return exitCodeOf('verification');
  return exitCodeOf(report.skipped > 0 || unmatched.length > 0 ? 'warnings' : 'ok');
}
