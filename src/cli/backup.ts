// proxsave backup: saves this host. With --dry-run: says what would be saved, and writes nothing.

import { areas } from '../catalogue/index.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { AppError, exitCodeOf, type ExitCode } from '../errors.ts';
import type { BackupOutcome } from '../orchestrator/finish-run.ts';
import { checkSecurity } from '../orchestrator/check-security.ts';
import { runBackup } from '../orchestrator/run-backup.ts';
import { planBackup } from '../orchestrator/plan-backup.ts';
import { withoutUndefined } from '../util/without-undefined.ts';
import { renderBackupPlan } from './backup-plan.ts';
import { renderBackupSummary } from './backup-summary.ts';
import type { Command, CommandContext } from './command.ts';
import { programName } from './program-name.ts';

export const backupCommand: Command = {
  name: 'backup',
  isRecorded: true,
  summary: 'Save the configuration of this host into a new archive',
  description:
    'Reads the host area by area, writes one archive, reads it back and compares every file. What cannot be read is a ' +
    'warning and does not stop the rest. Every key of the configuration can also be given in the environment.',
  arguments: [],
  options: [
    { flags: '--only <areas>', description: 'only these areas (comma-separated)', isList: true },
    { flags: '--skip <areas>', description: 'all but these areas', isList: true },
    { flags: '-n, --dry-run', description: 'show what would be saved, with counts and sizes; write nothing' },
  ],
  examples: [
    { what: 'Save everything that the configuration asks for', command: 'proxsave backup' },
    { what: 'What would be saved, and how much is it?', command: 'proxsave backup --dry-run' },
    {
      what: 'To another directory, without a configuration file',
      command: 'BACKUP_PATH=/mnt/usb proxsave backup',
    },
    { what: 'Only network and ssh, before a risky change', command: 'proxsave backup --only network,ssh' },
  ],
  exits: [
    'warnings',
    'environment',
    'storage',
    'permission',
    'verification',
    'collection',
    'archive',
    'compression',
    'disk-space',
    'security',
    'encryption',
    'skipped',
    'interrupted',
  ],
  run: async (context, input) => {
    const selection = { only: input.list('only'), skip: input.list('skip') };
    const { config, refusal } = withSecurityCheck(context, input.flag('dryRun'));
    if (input.flag('dryRun') || config.values.DRY_RUN) {
      if (refusal !== undefined) throw refusal;
      return dryRun(context, config, selection);
    }
    const reporter = context.createReporter();
    const request = { config, selection, reporter, ...(refusal === undefined ? {} : { refusal }) };
    const outcome = await runBackup(context.host, request);
    // The record and the notifications say it too; here it looks as with every other command.
    if (refusal !== undefined) throw refusal;
    const { record, error } = outcome;
    if (context.global.isJson) context.printJson(summaryOf(outcome));
    else if (record.status !== 'success' || !context.global.isQuiet) printSummary(context, outcome);
    // A bug is told with its stack by whoever catches it.
    if (error !== undefined && !(error instanceof AppError)) throw asError(error);
    return exitCodeOf(record.exit_name);
  },
};

/** A wrong configuration is told first: its owner has to look at it anyway. */
function withSecurityCheck(
  { host, config: source }: CommandContext,
  isDryRun: boolean,
): { config: LoadedConfig; refusal?: AppError } {
  const read = source.loadOrSalvage();
  const mayFix = !isDryRun && !read.config.values.DRY_RUN;
  const { findings, refusal } = checkSecurity(host, read.config, { mayFix });
  const config = { ...read.config, findings: [...read.config.findings, ...findings] };
  return { config, ...withoutUndefined({ refusal: read.refusal ?? refusal }) };
}

function summaryOf({ record, recordPath, error }: BackupOutcome): object {
  const hint = error instanceof AppError ? error.hint : undefined;
  return { type: 'summary', recordPath, ...record, hint };
}

/** An archive is a result and goes to stdout; without one there is none. */
function printSummary(context: CommandContext, outcome: BackupOutcome): void {
  const titleOf = (id: string) => areas.find((area) => area.id === id)?.title ?? id;
  const hasArchive = outcome.record.archive_path !== '';
  const { stdout, stderr } = context.terminal;
  const text = renderBackupSummary({
    outcome,
    style: hasArchive ? context.style : context.errorStyle,
    titleOf,
    program: programName(context),
    columns: (hasArchive ? stdout : stderr).columns,
  });
  if (hasArchive) context.print(text);
  else stderr.write(context.config.redact(text));
}

async function dryRun(
  context: CommandContext,
  config: LoadedConfig,
  selection: { only: readonly string[]; skip: readonly string[] },
): Promise<ExitCode> {
  const plan = await planBackup(context.host, config, selection);
  if (context.global.isJson) context.printJson({ type: 'summary', ...plan });
  else context.print(renderBackupPlan(plan, context.style, isVerbose(context)));
  return exitCodeOf(plan.findings.some((finding) => finding.severity !== 'info') ? 'warnings' : 'ok');
}

function isVerbose({ global }: CommandContext): boolean {
  return global.level === 'verbose' || global.level === 'debug';
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error('something that is no error was thrown', { cause: thrown });
}
