// The table of `proxsave list --tier`: a row for each archive, a column for each tier. Pure.

import type { ArchiveOnTiers, TierCopy } from '../orchestrator/tiers/merge-tiers.ts';
import type { CopyProved } from '../orchestrator/tiers/proofs.ts';
import type { Decision, RetentionRule } from '../storage/retention/decision.ts';
import { explainReasons } from '../storage/retention/explain-decisions.ts';
import type { TierName } from '../storage/store.ts';
import type { Style } from '../ui/style.ts';
import { formatBytes, formatLocalTime, formatShortAge } from '../util/format.ts';
import { printable, printableLines } from '../util/printable.ts';

export interface TierColumn {
  name: TierName;
  /** It gave no answer: what is on it is not known. */
  isUnknown: boolean;
}

export interface TierTableOptions {
  now: Date;
  style: Style;
  /** Below each archive a line for each copy, with time and all reasons. */
  isExplained: boolean;
}

/** The first line is the heading. */
export function renderTierTable(
  archives: readonly ArchiveOnTiers[],
  tiers: readonly TierColumn[],
  options: TierTableOptions,
): string[] {
  const { style } = options;
  const heading = ['made', 'age', 'size', ...tiers.map(({ name }) => name), 'stays as'];
  const rows = archives.map((archive) => cellsOf(archive, tiers, options.now));
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return [
    style.bold(`${line(heading)}  name`),
    ...archives.flatMap((archive, index) => [
      `${line(rows[index] ?? [])}  ${printable(archive.name)}`,
      ...problemLines(archive, style),
      ...(options.isExplained ? archive.copies.map((copy) => style.dim(copyLine(copy))) : []),
    ]),
  ];
}

function cellsOf(archive: ArchiveOnTiers, tiers: readonly TierColumn[], now: Date): string[] {
  return [
    formatLocalTime(archive.createdAt).slice(0, -3),
    formatShortAge(archive.createdAt, now),
    formatBytes(archive.sizeBytes),
    ...tiers.map((tier) => tierCell(archive, tier, now)),
    fateOf(archive),
  ];
}

const proofWords: Readonly<Record<CopyProved['proof'], string>> = {
  'every-file': 'verified',
  'read-back': 'read back',
  'remote-hash': 'hash',
  'size-only': 'size only',
};

/** `verified 3h`: how its bytes there were proved, and how long ago. */
function tierCell({ copies }: ArchiveOnTiers, { name, isUnknown }: TierColumn, now: Date): string {
  if (isUnknown) return '?';
  const copy = copies.find(({ tier }) => tier === name);
  if (copy === undefined) return '-';
  if (copy.archive.archive === undefined || copy.archive.problem !== undefined) return 'damaged';
  if (copy.proved === undefined) return 'there';
  return `${proofWords[copy.proved.proof]} ${formatShortAge(copy.proved.at, now)}`;
}

/** What the table says for a rule; rules that are not here have their own name. */
const ruleWords: Partial<Record<RetentionRule, string>> = {
  'first-archive': 'first',
  'keep-all': 'all stay',
  'newest-verified': 'newest',
  'other-host': 'foreign',
  'former-name': 'foreign',
  'other-installation': 'foreign',
  'future-date': 'odd date',
  'implausible-date': 'odd date',
  'made-now': 'newest',
  'drop-limit': 'goes later',
  within: 'recent',
};
/** Strongest first: one of them stands for a copy with several. */
const strength: readonly RetentionRule[] = [
  'held',
  'first-archive',
  'drop-limit',
  'partial',
  'suspect',
  'newest',
];

export function fateWord({ verdict, reasons }: Pick<Decision, 'verdict' | 'reasons'>): string {
  if (verdict === 'drop') return 'goes next';
  const rules = reasons.map(({ rule }) => rule);
  const rule = strength.find((each) => rules.includes(each)) ?? rules[0];
  return rule === undefined ? '' : (ruleWords[rule] ?? rule);
}

function fateOf({ copies }: ArchiveOnTiers): string {
  const words = copies.flatMap(({ decision }) => (decision === undefined ? [] : [fateWord(decision)]));
  return [...new Set(words)].join('/');
}

function problemLines({ copies }: ArchiveOnTiers, style: Style): string[] {
  return copies.flatMap(({ tier, archive }) =>
    archive.problem === undefined
      ? []
      : [`    ${style.red(`${tier}: ${printableLines(archive.problem, '    ')}`)}`],
  );
}

function copyLine({ tier, proved, decision }: TierCopy): string {
  const proof =
    proved === undefined
      ? 'not proved'
      : `${proofWords[proved.proof]} ${formatLocalTime(proved.at).slice(0, -3)}`;
  const reasons = decision === undefined ? '' : `; ${decision.verdict}: ${explainReasons(decision)}`;
  return `    ${tier.padEnd(9)}  ${proof}${reasons}`;
}
