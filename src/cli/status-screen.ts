// The screen of `proxsave status`. Pure.

import type { NextRun } from '../orchestrator/next-run.ts';
import type { Remark, TierHealth } from '../orchestrator/tiers/judge-health.ts';
import type { SurveyedTier } from '../orchestrator/tiers/survey-tiers.ts';
import type { PastRun } from '../report/past-runs.ts';
import type { Style } from '../ui/style.ts';
import { wrapText } from '../ui/wrap-text.ts';
import { formatAge, formatBytes, formatCount, formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { StatusReport } from './status.ts';

export interface ScreenOptions {
  now: Date;
  style: Style;
  /** How the user calls this program. */
  program: string;
  columns: number;
}

export function renderStatus(report: StatusReport, options: ScreenOptions): string[] {
  const { hostname, lastRun, nextRun, tiers, health } = report;
  const { now, style } = options;
  return [
    `${style.bold(printable(hostname))}: ${verdictText(report, style)}`,
    row('last run', lastRun === undefined ? 'none yet' : describeRun(lastRun, now)),
    ...tiers.map((tier, index) => row(tier.name, tierText(tier, health.tiers[index], options))),
    row('next run', nextRunText(nextRun)),
    ...remarkLines('Needs attention:', ofLevel(health.remarks, 'attention'), options),
    ...remarkLines('Also:', ofLevel(health.remarks, 'note'), options),
  ];
}

const row = (label: string, text: string) => `  ${label.padEnd(10)} ${text}`;
const ofLevel = (remarks: readonly Remark[], level: Remark['level']) =>
  remarks.filter((remark) => remark.level === level);

function verdictText({ health, maxAgeMs }: StatusReport, style: Style): string {
  switch (health.verdict) {
    case 'good':
      return style.green('all is well');
    case 'attention':
      return style.yellow('something needs attention');
    case 'no-recent-copy': {
      const hours = Math.round(maxAgeMs / 3_600_000);
      return style.red(
        `no good copy where there must be one that is younger than ${formatCount(hours, 'hour')}`,
      );
    }
  }
}

export function describeRun(run: PastRun, now: Date): string {
  const when = formatAge(new Date(run.start_time), now);
  const status = run.status ?? 'success';
  if (run.archive_path === '') {
    return `${when}: ${status}${run.error === undefined ? '' : ` (${printable(run.error)})`}`;
  }
  return `${when}: ${status}, ${formatCount(run.files_collected, 'file')}, ${formatBytes(run.archive_size)}`;
}

function tierText(
  { location, problem, space }: SurveyedTier,
  health: TierHealth | undefined,
  { now, style }: ScreenOptions,
): string {
  if (problem !== undefined) return `${style.red('no answer')}, ${printable(location)}`;
  const newest = health?.newestGood;
  const age = newest === undefined ? 'no good copy' : `newest good copy ${formatAge(newest.createdAt, now)}`;
  const facts = [
    health?.isYoungEnough === true ? age : style.yellow(age),
    formatCount(health?.archives ?? 0, 'archive'),
    ...(space === undefined ? [] : [`${formatBytes(space.availableBytes)} free`]),
    printable(location),
  ];
  return facts.join(', ');
}

export function nextRunText(next: NextRun | undefined): string {
  if (next === undefined) return 'none that starts by itself';
  const by = next.source === 'systemd' ? next.where : `cron: ${next.where}`;
  if (next.at !== undefined) return `${formatLocalTime(next.at).slice(0, -3)} (${printable(by)})`;
  return next.rule === undefined ? printable(by) : `by the rule ${printable(next.rule)} (${printable(by)})`;
}

function remarkLines(
  title: string,
  remarks: readonly Remark[],
  { style, program, columns }: ScreenOptions,
): string[] {
  if (remarks.length === 0) return [];
  return [
    '',
    title,
    ...remarks.flatMap(({ text, command }) => [
      ...wrapText(printable(text), columns - 4).map(
        (line, index) => `${index === 0 ? '  - ' : '    '}${line}`,
      ),
      ...(command === undefined ? [] : [`      ${style.bold(`${program} ${command}`)}`]),
    ]),
  ];
}
