// proxsave status: one screen about the backups of this host, and an exit code for scripts.

import type { LoadedConfig } from '../config/load-config.ts';
import { pingCheck } from '../orchestrator/ping-check.ts';
import { exitCodeOf, UsageError, type ExitCode } from '../errors.ts';
import { findDeadRun } from '../orchestrator/open-run.ts';
import { findNextRun, type NextRun } from '../orchestrator/next-run.ts';
import { enabledTiers } from '../orchestrator/tiers/open-tiers.ts';
import { judgeHealth, type Health, type Verdict } from '../orchestrator/tiers/judge-health.ts';
import { surveyTiers, type SurveyedTier } from '../orchestrator/tiers/survey-tiers.ts';
import { findPastRun, type PastRun } from '../report/past-runs.ts';
import type { TierName } from '../storage/store.ts';
import { withoutUndefined } from '../util/without-undefined.ts';
import type { Command, CommandContext } from './command.ts';
import { programName } from './program-name.ts';
import { renderStatus } from './status-screen.ts';
import { surveyRequest } from './tier-access.ts';

const defaultMaxAge = '26h';

export const statusCommand: Command = {
  name: 'status',
  summary: 'Show how the backups of this host stand: last run, newest good copies, space, next run',
  description:
    'Good copies are complete ones whose runs did not look broken. For scripts: 0 all is well; 1 something needs ' +
    'attention; 5 no tier, or not one that is required, has a good copy that is young enough.',
  arguments: [],
  options: [
    {
      flags: '--max-age <span>',
      description: `how old the newest good copy may be: 26h, 8d (default: ${defaultMaxAge})`,
    },
  ],
  examples: [
    { what: 'How do things stand?', command: 'proxsave status' },
    { what: 'A check for monitoring, with weekly backups', command: 'proxsave status --max-age 8d --quiet' },
  ],
  exits: ['warnings', 'storage', 'permission', 'interrupted'],
  run: async (context, input) => {
    const { host } = context;
    const maxAgeMs = parseSpan(input.text('maxAge') ?? defaultMaxAge);
    const report = await gather(context, maxAgeMs);
    if (context.global.isJson) context.printJson(toJson(report));
    else {
      const { stdout } = context.terminal;
      const program = programName(context);
      const options = { now: host.clock.now(), style: context.style, program, columns: stdout.columns };
      context.print(renderStatus(report, options).join('\n'));
    }
    const { verdict } = report.health;
    const outcome = { isGood: verdict !== 'no-recent-copy', text: pingText(report) };
    for (const { message } of await pingCheck(host, context.config.load(), 'age', outcome))
      context.warn(message);
    return exitOf(verdict);
  },
};

/** What else needs attention is text: the check is about the age of the copies. */
function pingText({ hostname, health }: StatusReport): string {
  const remarks = health.remarks.filter(({ level }) => level === 'attention').map(({ text }) => `- ${text}`);
  return [`status of ${hostname}: ${health.verdict}`, ...remarks].join('\n');
}

export interface StatusReport {
  hostname: string;
  maxAgeMs: number;
  lastRun: PastRun | undefined;
  nextRun: NextRun | undefined;
  tiers: readonly SurveyedTier[];
  health: Health;
}

async function gather(context: CommandContext, maxAgeMs: number): Promise<StatusReport> {
  const { host } = context;
  const config = context.config.load();
  const request = await surveyRequest(context, enabledTiers(config));
  // What stores remark on is told by the remarks of this command.
  const quiet = { ...request, report: () => undefined };
  const [tiers, nextRun] = await Promise.all([surveyTiers(host, quiet), findNextRun(host)]);
  const { hostname, known } = request;
  const lastRun = findPastRun(host, config.values.LOG_PATH, (run) =>
    [hostname, 'unknown'].includes(run.hostname),
  );
  const health = judgeHealth({
    now: host.clock.now(),
    maxAgeMs,
    lastRun,
    deadRunSince: findDeadRun(host, config.places.state),
    tiers,
    state: known.state,
    stateProblem: known.problem,
    reservedBytes: reservedBytes(config),
  });
  return { hostname, maxAgeMs, lastRun, nextRun, tiers, health };
}

const gib = 1024 ** 3;

function reservedBytes({ values }: LoadedConfig): Record<TierName, number> {
  return {
    primary: values.MIN_DISK_SPACE_PRIMARY_GB * gib,
    secondary: values.MIN_DISK_SPACE_SECONDARY_GB * gib,
    cloud: values.MIN_DISK_SPACE_CLOUD_GB * gib,
  };
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** `26h`, `90m`, `8d`, `2w`. @throws UsageError */
export function parseSpan(text: string): number {
  const match = /^([1-9]\d{0,4})([mhdw])$/.exec(text.trim());
  const unit = match?.[2];
  if (match === null || unit === undefined || !(unit in unitMs)) {
    throw new UsageError(`--max-age ${text} is no span of time`, { hint: 'for example: 26h, 8d, 2w' });
  }
  return Number(match[1]) * unitMs[unit as keyof typeof unitMs];
}

function exitOf(verdict: Verdict): ExitCode {
  if (verdict === 'no-recent-copy') return exitCodeOf('storage');
  return exitCodeOf(verdict === 'attention' ? 'warnings' : 'ok');
}

function toJson({ hostname, maxAgeMs, lastRun, nextRun, tiers, health }: StatusReport): object {
  return {
    hostname,
    verdict: health.verdict,
    maxAgeSeconds: maxAgeMs / 1000,
    ...(lastRun === undefined ? {} : { lastRun: runToJson(lastRun) }),
    ...(nextRun === undefined
      ? {}
      : { nextRun: withoutUndefined({ ...nextRun, at: nextRun.at?.toISOString() }) }),
    tiers: tiers.map((tier, index) => tierToJson(tier, health.tiers[index])),
    remarks: health.remarks,
  };
}

function runToJson({ start_time, status, exit_code, error, archive_path }: PastRun): object {
  return withoutUndefined({
    startedAt: start_time,
    status: status ?? 'success',
    exitCode: exit_code,
    error,
    archivePath: archive_path === '' ? undefined : archive_path,
  });
}

function tierToJson(
  { name, location, isRequired, problem, space }: SurveyedTier,
  health: Health['tiers'][number] | undefined,
): object {
  const newest = health?.newestGood;
  return {
    tier: name,
    location,
    isRequired,
    state: problem === undefined ? 'ok' : 'unknown',
    ...withoutUndefined({ problem: problem?.message, hint: problem?.hint }),
    archives: health?.archives ?? 0,
    isYoungEnough: health?.isYoungEnough ?? false,
    ...(newest === undefined
      ? {}
      : { newestGood: { name: newest.name, createdAt: newest.createdAt.toISOString() } }),
    ...withoutUndefined({ availableBytes: space?.availableBytes, totalBytes: space?.totalBytes }),
  };
}
