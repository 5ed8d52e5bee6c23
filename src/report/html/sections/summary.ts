// The first thing to read: is there a good backup, how old is it, and what is wrong.

import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatLocalTime,
} from '../../../util/format.ts';
import type { HistoryRun } from '../../history.ts';
import { isFromFuture } from '../../past-runs.ts';
import { markup, nothing, trusted, type Markup } from '../markup.ts';
import { outcomeStyle, type Level } from '../outcome.ts';
import type { ReportData } from '../report-data.ts';

export function summarySection(data: ReportData): Markup {
  const { level, title, details } = stateOf(data);
  return markup`<section class="state ${level}" aria-labelledby="state">
<h2 id="state" class="hidden">State</h2>
<p><strong class="${level}">${title}</strong></p>
${details.map((detail) => markup`<p>${detail}</p>`)} ${figures(data)}
</section>`;
}

interface State {
  level: Level;
  title: string;
  details: string[];
}

/** A host whose last good backup is older than this is not well, whatever the last run said. */
const staleDays = 3;

function stateOf({ runs: all, tiers, generatedAt, damagedRecords }: ReportData): State {
  const runs = all.filter((run) => !isFromFuture(run, generatedAt));
  const [latest] = runs;
  const damaged = [
    ...futureNote(all.length - runs.length),
    ...(damagedRecords === 0 ? [] : [`${formatCount(damagedRecords, 'run record')} cannot be read.`]),
  ];
  if (latest === undefined) {
    return {
      level: 'neutral',
      title: 'No run is on record.',
      details: ['Make one: proxsave backup', ...damaged],
    };
  }
  const { level, word } = outcomeStyle(latest.status);
  const good = runs.find(isGood);
  const failedTiers = tiers
    .filter(({ lastResult }) => lastResult?.status === 'failed')
    .map(({ tier }) => tier);
  const isStale =
    good === undefined || generatedAt.getTime() - good.endedAt.getTime() > staleDays * 24 * 3_600_000;
  return {
    level: isStale ? 'failure' : level,
    title:
      good === undefined
        ? 'There is no good backup on record.'
        : `Last good backup: ${ageOf(good, generatedAt)}`,
    details: [
      `Last run: ${formatLocalTime(latest.startedAt)}, ${word}${latest.error === undefined ? '' : `: ${firstLine(latest.error)}`}`,
      ...(failedTiers.length === 0 ? [] : [`No copy in the last run on: ${failedTiers.join(', ')}`]),
      ...damaged,
    ],
  };
}

/** They would be the newest ones for ever, and hide that no new one was made. */
function futureNote(count: number): string[] {
  if (count === 0) return [];
  const what = count === 1 ? 'is' : 'are';
  return [
    `${formatCount(count, 'run')} ${what} dated in the future, by a clock that was wrong, and not counted.`,
  ];
}

export function isGood({ status, archiveBytes }: HistoryRun): boolean {
  return archiveBytes > 0 && (status === 'success' || status === 'warning');
}

function ageOf(run: HistoryRun, now: Date): string {
  return `${formatAge(run.endedAt, now)} (${formatLocalTime(run.endedAt)})`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function figures({ runs: all, tiers, generatedAt }: ReportData): Markup {
  const runs = all.filter((run) => !isFromFuture(run, generatedAt));
  const good = runs.find(isGood);
  const month = runs.filter((run) => generatedAt.getTime() - run.startedAt.getTime() <= 30 * 24 * 3_600_000);
  const made = month.filter(isGood).length;
  const copies = tiers.filter(({ lastResult }) => lastResult?.status === 'ok').length;
  const pairs: [string, string][] = [
    ...(good === undefined
      ? []
      : ([
          ['Size', formatBytes(good.archiveBytes)],
          ['Files', good.files.toLocaleString('en-US')],
          ['Duration', formatDuration(good.durationSeconds * 1000)],
          ['State', stateWords(good)],
        ] satisfies [string, string][])),
    ...(tiers.length === 0
      ? []
      : [['Tiers with a new copy', `${copies} of ${tiers.length}`] as [string, string]]),
    ['Good runs in 30 days', `${made} of ${month.length}`],
  ];
  if (pairs.length === 0) return nothing;
  return markup`<dl class="figures">
${pairs.map(
  ([label, value]) =>
    markup`<div>
<dt>${label}</dt>
<dd>${value}</dd>
</div>`,
)}
</dl>`;
}

/** A record of the existing edition does not say. */
function stateWords({ isVerified, isEncrypted }: HistoryRun): string {
  const words = [
    ...(isVerified === undefined ? [] : [isVerified ? 'verified' : 'not verified']),
    ...(isEncrypted === undefined ? [] : [isEncrypted ? 'encrypted' : 'not encrypted']),
  ];
  return words.length === 0 ? 'not known' : words.join(', ');
}

export function outcomeMarkup(run: Pick<HistoryRun, 'status'>): Markup {
  const { level, mark, word } = outcomeStyle(run.status);
  return markup`<span class="${level}"
>${trusted('<span aria-hidden="true">')}${mark}${trusted('</span>')} ${word}</span
>`;
}
