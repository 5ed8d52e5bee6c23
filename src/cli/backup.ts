// proxsave backup: saves this host. With --dry-run: says what would be saved, and writes nothing.

import { areas } from '../catalogue/index.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { secretValues } from '../config/secret-values.ts';
import { AppError, exitCodeOf, type ExitCode } from '../errors.ts';
import { runBackup } from '../orchestrator/run-backup.ts';
import { planBackup } from '../orchestrator/plan-backup.ts';
import { createRedactor } from '../ui/redact.ts';
import { renderBackupPlan } from './backup-plan.ts';
import { renderBackupSummary } from './backup-summary.ts';
import { schemaVersion, type Command, type CommandContext } from './command.ts';
import { readConfig } from './read-config.ts';

export const backupCommand: Command = {
  name: 'backup',
  summary: 'Save the configuration of this host into a new archive',
  description: [
    'Reads the host area by area, writes one archive, reads it back and compares every file. What cannot be read is a',
    'warning and does not stop the rest. Every key of the configuration can also be given in the environment.',
  ].join('\n'),
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
    'encryption',
    'skipped',
    'interrupted',
  ],
  run: async (context, input) => {
    const config = readConfig(context);
    const selection = { only: input.list('only'), skip: input.list('skip') };
    if (input.flag('dryRun') || config.values.DRY_RUN) return dryRun(context, config, selection);
    const reporter = context.createReporter(createRedactor(secretValues(config)));
    const outcome = await runBackup(context.host, { config, selection, reporter });
    const { record, error } = outcome;
    if (context.global.isJson) {
      context.printJson({ type: 'summary', schemaVersion, recordPath: outcome.recordPath, ...record });
    } else if (record.status !== 'success' || !context.global.isQuiet) {
      const titleOf = (id: string) => areas.find((area) => area.id === id)?.title ?? id;
      const summary = { outcome, style: context.style, titleOf, program: programName(context) };
      const text = renderBackupSummary(summary);
      if (record.archive_path === '') context.terminal.stderr.write(text);
      else context.print(text);
    }
    // A bug is told with its stack by whoever catches it.
    if (error !== undefined && !(error instanceof AppError)) throw asError(error);
    return exitCodeOf(record.exit_name);
  },
};

async function dryRun(
  context: CommandContext,
  config: LoadedConfig,
  selection: { only: readonly string[]; skip: readonly string[] },
): Promise<ExitCode> {
  const plan = await planBackup(context.host, config, selection);
  if (context.global.isJson) context.printJson({ type: 'summary', schemaVersion, ...plan });
  else context.print(renderBackupPlan(plan, context.style));
  return exitCodeOf(plan.findings.some((finding) => finding.severity !== 'info') ? 'warnings' : 'ok');
}

/** From a clone the launcher is called by its path; then the next command should be typed the same way. */
export function programName(context: CommandContext): string {
  return context.host.env.PROXSAVE_PROGRAM ?? 'proxsave';
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error('something that is no error was thrown', { cause: thrown });
}
