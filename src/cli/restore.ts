// proxsave restore: brings a saved host back. Plans, shows, asks once, applies, reads back; anything of it can be undone.

import { posix } from 'node:path';
import type { LoadedConfig } from '../config/load-config.ts';
import {
  asStorageError,
  describeSystemError,
  exitCodeOf,
  isSystemError,
  SecurityError,
  UsageError,
  type ExitCode,
} from '../errors.ts';
import { asRealPath, type RealPath } from '../host/host.ts';
import { choresAfter } from '../orchestrator/restore/afterwards.ts';
import { areServicesDone } from '../orchestrator/restore/around-services.ts';
import {
  checkRun,
  givenPlan,
  openSession,
  planRun,
  type PlannedRun,
  type RestoreSession,
} from '../orchestrator/restore/plan-run.ts';
import { runRestore, withoutNetworkReboot } from '../orchestrator/restore/run-restore.ts';
import { defaultConfirmSeconds } from '../restore/network/apply-live.ts';
import { changesHost, handsOut, renderPlan, type RestorePlan } from '../restore/plan/restore-plan.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { liveNetworkGiven } from './live-network-given.ts';
import { keyOptions, unlock } from './keys-given.ts';
import { archiveArgument, tierOption } from './open-named.ts';
import { programName } from './program-name.ts';
import { planDifferences, renderDifferences } from './restore-diff.ts';
import { choicesGiven, hasRequest, requestGiven, requestOptions } from './restore-flags.ts';
import { askForCards, demandKnownCards } from './restore-cards.ts';
import { renderPlanScreen } from './restore-plan-screen.ts';
import { askForRequest, askToGoOn, needsYes } from './restore-questions.ts';
import { resume } from './restore-resume.ts';
import { fromOption, openToRestore } from './restore-source.ts';
import { renderRestoreSummary } from './restore-summary.ts';

const unfitOverride = 'restore-onto-a-host-that-failed-the-checks';

export const restoreCommand: Command = {
  name: 'restore',
  isRecorded: true,
  summary: 'Bring a saved host back: plan, ask once, apply, read back',
  description:
    'Works on a bare host without any configuration. Nothing is changed that the plan did not show. What is there before ' +
    'is kept, `proxsave undo` brings it back, and a restore that fails half-way undoes itself. Files are never deleted; ' +
    'mounts and accounts are merged with those of this host; the network counts from the next boot on.',
  arguments: [{ ...archiveArgument, isOptional: true }],
  options: [
    fromOption,
    tierOption,
    ...requestOptions,
    { flags: '-n, --dry-run', description: 'show the plan and change nothing whatever' },
    { flags: '--files', description: 'show every path with its reason; -v does the same' },
    { flags: '--diff', description: 'show what changes in each file; secrets are masked' },
    { flags: '--save-plan <file>', description: 'write the plan to a file' },
    { flags: '--plan <file>', description: 'carry out a plan that was saved' },
    {
      flags: '--apply-network',
      description:
        'set the network up now; it goes back by itself unless it is confirmed (default: at the next reboot)',
    },
    {
      flags: '--confirm-within <seconds>',
      description: `with --apply-network: time for the confirmation (default ${defaultConfirmSeconds})`,
    },
    { flags: '--resume <id>', description: 'bring a restore that was cut off to its end' },
    { flags: '--yes', description: 'do not ask' },
    { flags: `--${unfitOverride}`, description: 'override: a failed check stops a restore' },
    ...keyOptions,
  ],
  examples: [
    { what: 'What would come back?', command: 'proxsave restore latest --dry-run' },
    { what: 'A new installation, from a disk', command: 'proxsave restore --from /mnt/usb/backups' },
    {
      what: 'From a remote of rclone, unattended',
      command: 'proxsave restore --from gdrive:proxsave --passphrase-file /root/p --yes',
    },
    { what: 'Only SSH and one file', command: 'proxsave restore latest --only ssh,/etc/fstab' },
    { what: 'Onto other network cards', command: 'proxsave restore latest --map eno1=enp3s0' },
  ],
  exits: [
    'warnings',
    'environment',
    'failed',
    'storage',
    'permission',
    'verification',
    'archive',
    'compression',
    'disk-space',
    'security',
    'encryption',
    'skipped',
    'restore-undone',
    'restore-broken',
    'interrupted',
  ],
  run: async (context, input) => {
    const id = input.text('resume');
    const config = configForRestore(context);
    if (id !== undefined) return resume(context, input, { config, id });
    const isDryRun = input.flag('dryRun') || config.values.DRY_RUN;
    if (!isDryRun && !input.flag('yes') && (context.prompts === undefined || context.global.isJson))
      throw needsYes();
    // Wrong words are told before anything long begins.
    requestGiven(input);
    choicesGiven(context.host, input);
    liveNetworkGiven(context, input);
    const archive = await unlock(context, input, await openToRestore(context, input));
    const session = await openSession(context.host, { config, archive, reporter: context.createReporter() });
    const planned = await makePlan(context, input, { session, isDryRun });
    const checked = isDryRun ? planned : await checkRun(session, planned);
    savePlan(context, input, checked);
    await show(context, input, { session, planned: checked, isDryRun });
    if (isDryRun) return exitCodeOf('ok');
    return carryOut(context, input, session, checked);
  },
};

/** A configuration that is wrong must not keep a host from coming back. */
export function configForRestore(context: CommandContext): LoadedConfig {
  const { config, refusal } = context.config.loadOrSalvage();
  if (refusal !== undefined)
    context.warn(`${refusal.message}\nThe restore goes on with what can be read of it.`);
  return config;
}

async function makePlan(
  context: CommandContext,
  input: CommandInput,
  { session, isDryRun }: { session: RestoreSession; isDryRun: boolean },
): Promise<PlannedRun> {
  const { host } = context;
  const file = input.text('plan');
  if (file !== undefined) {
    const path = asRealPath(posix.resolve(host.process.cwd, file));
    return givenPlan(session, readPlanText(context, path), file);
  }
  const choices = choicesGiven(host, input);
  const request = requestGiven(input);
  const isAskingAnything = !isDryRun && !input.flag('yes') && !context.global.isJson;
  const isAsking = isAskingAnything && !hasRequest(input);
  const wanted = isAsking
    ? await askForRequest(context, request, async () => (await planRun(session, request, choices)).plan)
    : request;
  const planned = await planRun(session, wanted, choices);
  demandKnownCards(context, session, planned);
  if (!isAskingAnything) return planned;
  const answer = await askForCards(context, session, planned);
  return answer === undefined ? planned : planRun(session, answer.request, answer.choices);
}

function readPlanText({ host }: CommandContext, path: RealPath): string {
  try {
    return host.fs.readText(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`--plan ${path}: ${describeSystemError(error)}`, {
      hint: 'make one: proxsave restore --dry-run --save-plan FILE',
      cause: error,
    });
  }
}

function savePlan(context: CommandContext, input: CommandInput, { plan }: PlannedRun): void {
  const { host } = context;
  const file = input.text('savePlan');
  if (file === undefined) return;
  const path = asRealPath(posix.resolve(host.process.cwd, file));
  try {
    host.fs.writeFileAtomic(path, renderPlan(plan), { mode: 0o600 });
  } catch (error) {
    throw asStorageError(error, `the plan cannot be written to ${path}`);
  }
  context.note(`The plan is in ${path}; carry it out with: ${programName(context)} restore --plan ${path}`);
}

interface Shown {
  session: RestoreSession;
  planned: PlannedRun;
  isDryRun: boolean;
}

/** The plan is the result of a dry run, and stands on stdout then; else it is for the person who is asked. */
async function show(context: CommandContext, input: CommandInput, shown: Shown): Promise<void> {
  const { planned, isDryRun } = shown;
  const differences = input.flag('diff') ? await planDifferences(planned) : new Map<string, string>();
  if (context.global.isJson) {
    if (!isDryRun) return;
    const diff = differences.size === 0 ? {} : { differences: Object.fromEntries(differences) };
    context.printJson({ type: 'plan', ...planned.plan, network: networkOf(planned), ...diff });
    return;
  }
  if (!isDryRun && context.global.isQuiet && input.flag('yes')) return;
  context.print(screenOf(context, input, shown));
  if (differences.size > 0) context.print(`${renderDifferences(differences)}\n`);
  if (isDryRun) context.note('This was a dry run: nothing was changed.');
}

function networkOf({ network }: PlannedRun): object | undefined {
  if (network === undefined) return undefined;
  const { verdict, reasons, mapping, removed, needsReboot } = network;
  return { verdict, reasons, pairs: mapping.pairs, suggestions: mapping.suggestions, removed, needsReboot };
}

function screenOf(context: CommandContext, input: CommandInput, { session, planned }: Shown): string {
  const isLive = input.flag('applyNetwork');
  const { plan, network, unchecked } = isLive ? withoutNetworkReboot(planned) : planned;
  const { host, style, terminal, global } = context;
  const chores = choresAfter({
    plan,
    live: session.live,
    network,
    exportDirectory: 'DIRECTORY',
    areServicesDone: areServicesDone(host),
  });
  return renderPlanScreen({
    plan,
    network,
    chores,
    doubts: [...session.source.unverified, ...unchecked],
    withFiles: input.flag('files') || global.level === 'verbose' || global.level === 'debug',
    style,
    columns: terminal.stdout.columns,
    now: host.clock.now(),
  });
}

async function carryOut(
  context: CommandContext,
  input: CommandInput,
  session: RestoreSession,
  planned: PlannedRun,
): Promise<ExitCode> {
  const { plan } = planned;
  if (!plan.entries.some((entry) => changesHost(entry) || handsOut(entry))) {
    if (context.global.isJson) context.printJson({ type: 'summary', status: 'success', applied: 0, plan });
    else context.print('Nothing to do: this host is as the backup says, as far as it was asked for.');
    return exitCodeOf('ok');
  }
  demandFit(plan, input);
  if (!input.flag('yes')) await askToGoOn(context, plan);
  const reporter = context.createReporter();
  const liveNetwork = liveNetworkGiven(context, input);
  const outcome = await runRestore(session, planned, {
    reporter,
    holdInterrupts: context.holdInterrupts,
    ...(liveNetwork === undefined ? {} : { liveNetwork }),
  });
  const { record, recordPath, error } = outcome;
  if (error !== undefined) {
    if (record.log_path !== '') context.note(`log: ${record.log_path}`);
    throw error instanceof Error ? error : new Error('the restore failed', { cause: error });
  }
  if (context.global.isJson) context.printJson({ type: 'summary', recordPath, ...record });
  else
    context.print(
      renderRestoreSummary({
        record,
        recordPath,
        withFiles: input.flag('files') || context.global.level === 'verbose',
        program: programName(context),
        style: context.style,
      }),
    );
  return exitCodeOf(record.exit_name);
}

/** @throws SecurityError for a check that failed, unless the override says that this is known */
function demandFit({ preflight }: RestorePlan, input: CommandInput): void {
  const failed = preflight.filter(({ verdict }) => verdict === 'fail');
  if (failed.length === 0 || input.flag('restoreOntoAHostThatFailedTheChecks')) return;
  const list = failed.map(
    ({ check, backup, host, message }) =>
      `\n${check}: ${orNothing(backup)} there, ${orNothing(host)} here. ${message}`,
  );
  throw new SecurityError(`this backup does not fit this host:${list.join('')}`, {
    hint: `single files come out with: proxsave extract\nif you are sure: --${unfitOverride}`,
  });
}

function orNothing(text: string): string {
  return text === '' ? 'nothing' : printable(text);
}
