// Where the copies are, and which stay: one table of the tiers, then for each tier its archives with the reasons of retention.

import { formatAge, formatBytes, formatCount, formatLocalTime } from '../../../util/format.ts';
import { markup, nothing, type Markup } from '../markup.ts';
import type { Level } from '../outcome.ts';
import type { ReportArchive, ReportData, ReportRetention, ReportTier } from '../report-data.ts';
import { foldable, renderTable, type Column } from '../tables.ts';

export function copiesSection({ tiers, generatedAt }: ReportData): Markup {
  if (tiers.length === 0) return nothing;
  return markup`<section aria-labelledby="copies">
<h2 id="copies">Copies by tier</h2>
${renderTable({
  caption: 'Each tier in the last run that came to it, and what it holds now',
  columns: [
    { title: 'Tier', kind: 'word' },
    { title: 'Last run', kind: 'word' },
    { title: 'Proof' },
    { title: 'Archives', kind: 'number' },
    { title: 'Newest', kind: 'time' },
    { title: 'Free', kind: 'number' },
    { title: 'Place', kind: 'name' },
  ],
  rows: tiers.map((tier) => tierRow(tier, generatedAt)),
})}
${tiers.flatMap(problemLines)} ${tiers.map((tier) => archivesOf(tier))}
</section>`;
}

function tierRow({ tier, location, lastResult, archives }: ReportTier, now: Date): (string | Markup)[] {
  const newest = archives?.[0];
  const count = archives?.length ?? lastResult?.archives;
  return [
    tier,
    lastResult === undefined ? 'none yet' : statusMarkup(lastResult.status),
    proofText(lastResult?.status === 'ok' ? lastResult : undefined),
    count === undefined ? 'not known' : count.toLocaleString('en-US'),
    newest === undefined ? (archives === undefined ? 'not known' : 'none') : formatAge(newest.createdAt, now),
    lastResult?.freeBytes === undefined ? '' : formatBytes(lastResult.freeBytes),
    location,
  ];
}

const statusWords: Readonly<Record<string, readonly [Level, string]>> = {
  ok: ['good', '✓ copied'],
  failed: ['failure', '✗ failed'],
  skipped: ['neutral', '– not reached'],
  disabled: ['neutral', '– disabled'],
};

function statusMarkup(status: string): Markup {
  const [level, word] = statusWords[status] ?? ['neutral', status];
  return markup`<span class="${level}">${word}</span>`;
}

function proofText(result: ReportTier['lastResult']): string {
  switch (result?.proof) {
    case 'read-back':
      return 'read back';
    case 'remote-hash':
      return `hash of the remote${result.hash === undefined ? '' : ` (${result.hash})`}`;
    case 'size-only':
      return 'size only';
    case undefined:
      return '';
  }
}

function problemLines({ tier, problem, lastResult }: ReportTier): Markup[] {
  const failed = lastResult?.status === 'failed' ? lastResult.detail : undefined;
  return [
    ...(failed === undefined ? [] : [markup`<p class="failure">${tier}, last run: ${failed}</p>`]),
    ...(problem === undefined ? [] : [markup`<p class="warning">${tier}: ${problem}</p>`]),
  ];
}

/** More rows than this are folded. */
const openRows = 15;

function archivesOf({ tier, archives, retention }: ReportTier): Markup {
  if (archives === undefined || archives.length === 0) return nothing;
  const decisions = new Map(retention?.decisions.map((decision) => [decision.name, decision]));
  const total = archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const summary = `${tier}: ${formatCount(archives.length, 'archive')}, ${formatBytes(total)}`;
  const table = renderTable({
    caption: captionOf(tier, retention),
    columns: [
      { title: 'Made', kind: 'time' },
      { title: 'Size', kind: 'number' },
      { title: 'State' },
      ...(retention === undefined ? [] : retentionColumns),
      { title: 'Name', kind: 'name' },
    ],
    rows: archives.map((archive) => [
      formatLocalTime(archive.createdAt),
      formatBytes(archive.sizeBytes),
      stateText(archive),
      ...(retention === undefined ? [] : retentionCells(decisions.get(archive.name))),
      archive.name,
    ]),
  });
  const notes = (retention?.notes ?? []).map((note) => markup`<p class="dim">${note}</p>`);
  return foldable(summary, markup`${table}${notes}`, archives.length <= openRows);
}

const retentionColumns: readonly Column[] = [
  { title: 'Retention', kind: 'word' },
  { title: 'Why', kind: 'long' },
];

function retentionCells(decision: ReportRetention['decisions'][number] | undefined): (string | Markup)[] {
  return decision === undefined ? ['', ''] : [verdictMarkup(decision.verdict), decision.reasons];
}

function captionOf(tier: string, retention: ReportRetention | undefined): string {
  const caption = `Archives on ${tier}, newest first`;
  return retention === undefined ? caption : `${caption}, and why they stay. Rule: ${retention.policy}`;
}

function verdictMarkup(verdict: string): Markup {
  return verdict === 'drop'
    ? markup`<span class="warning">goes next</span>`
    : markup`${verdictWords[verdict] ?? verdict}`;
}

const verdictWords: Readonly<Record<string, string>> = {
  keep: 'stays',
  foreign: 'not ours',
  unreadable: 'untouched',
};

function stateText({ isVerified, isEncrypted, problem }: ReportArchive): string {
  if (problem !== undefined) return problem;
  return `${isVerified ? 'verified' : 'not verified'}${isEncrypted ? ', encrypted' : ''}`;
}
