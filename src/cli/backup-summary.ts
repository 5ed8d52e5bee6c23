// One screen at the end of a backup: what was saved, where, how big, verified or not, what to look at, what next.

import type { Finding } from '../findings.ts';
import type { BackupOutcome } from '../orchestrator/finish-run.ts';
import type { RunRecord } from '../run-record.ts';
import type { Style } from '../ui/style.ts';
import { describeProduct } from '../host/facts.ts';
import { AppError } from '../errors.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable, printableLines } from '../util/printable.ts';
import { hintLines } from './hint-lines.ts';

export interface SummaryRequest {
  outcome: BackupOutcome;
  style: Style;
  titleOf: (areaId: string) => string;
  /** How the user calls this program, for the next command. */
  program: string;
  columns: number;
}

export function renderBackupSummary(request: SummaryRequest): string {
  const { outcome, style, titleOf, program } = request;
  const { record } = outcome;
  return [
    '',
    ...headline(request),
    ...archiveLines(record, style),
    ...findingLines(record, style, titleOf),
    ...placeLines(outcome),
    ...nextLines(record, program, style),
    '',
  ].join('\n');
}

function headline({ outcome, style, columns }: SummaryRequest): string[] {
  const { record, error } = outcome;
  const backup = backupOf(record);
  switch (record.status) {
    case 'success':
      return [style.green(style.bold(`${backup} is complete.`))];
    case 'warning':
      return [style.yellow(style.bold(`${backup} is complete, with warnings.`))];
    case 'skipped':
      return [style.bold(`${backup} was skipped.`), ...reasonLines(record, error, columns)];
    case 'interrupted':
      return [style.yellow(style.bold(`${backup} was interrupted; no archive was made.`))];
    case 'failed': {
      const headline = style.red(style.bold(`${backup} ${failureOf(record)}.`));
      return [headline, ...reasonLines(record, error, columns)];
    }
  }
}

function failureOf(record: RunRecord): string {
  if (record.archive_path === '') return 'failed; no archive was made';
  const missing = record.findings.filter(({ severity }) => severity === 'error');
  // As the exit code has it: nothing is wrong with the archive itself.
  if (record.exit_name !== 'storage' || missing.some(({ code }) => code !== 'tier-failed')) {
    return 'has holes: see the errors';
  }
  const places = missing.map(({ path }) => path);
  const tiers = record.tiers.filter(({ location }) => places.includes(location)).map(({ tier }) => tier);
  return `made a whole archive, but a copy that is required is missing (${tiers.join(', ')})`;
}

/** A run that ended before it had looked at the host knows no name. */
function backupOf({ hostname, proxmox_type }: RunRecord): string {
  if (hostname === 'unknown') return 'The backup';
  return `Backup of ${printable(hostname)} (${describeProduct(proxmox_type)})`;
}

function reasonLines(record: RunRecord, error: unknown, columns: number): string[] {
  const hint = error instanceof AppError ? error.hint : undefined;
  return [
    ...(record.error === undefined ? [] : [`  ${printableLines(record.error, '  ')}`]),
    ...(hint === undefined ? [] : hintLines(hint, columns)),
  ];
}

function archiveLines(record: RunRecord, style: Style): string[] {
  if (record.archive_path === '') return [];
  const verified = record.verified
    ? style.green('yes: read back, every file compared')
    : style.yellow('no (VERIFY_AFTER_BACKUP=false)');
  const saved = `${formatCount(record.files_collected, 'file')}, ${formatBytes(record.bytes_collected)} in ${formatCount(record.areas.length, 'area')}`;
  const level =
    record.compression === 'none'
      ? 'not compressed'
      : `${record.compression} level ${record.compression_level}`;
  const encryption = record.encrypted ? ', encrypted with age' : '';
  return [
    `  archive    ${record.archive_path}`,
    `  size       ${formatBytes(record.archive_size)} (${level}${encryption})`,
    `  saved      ${saved}`,
    `  verified   ${verified}`,
    ...coverageLine(record, style),
    `  took       ${record.duration_human}`,
    ...record.tiers.flatMap((tier) => (tier.status === 'disabled' ? [] : [tierLine(tier, style)])),
  ];
}

const proofWords = {
  'read-back': 'read back',
  'remote-hash': 'hash compared',
  'size-only': 'only its size compared',
} as const;

/** One line a tier: where, how the copy was proved, how many archives there are. */
function tierLine(tier: RunRecord['tiers'][number], style: Style): string {
  const label = `  ${tier.tier.padEnd(10)} `;
  if (tier.status !== 'ok') {
    const state = tier.status === 'failed' ? style.red('FAILED, no copy there') : 'not reached';
    return `${label}${state}: ${printable(tier.location)}`;
  }
  const proof = tier.proof === undefined ? undefined : proofWords[tier.proof];
  const facts = [
    printable(tier.location),
    ...(tier.tier === 'primary' ? [] : [proof === undefined ? 'copied' : `copied, ${proof}`]),
    ...(tier.archives === undefined ? [] : [formatCount(tier.archives, 'archive')]),
    ...((tier.removed?.length ?? 0) === 0 ? [] : [`${tier.removed?.length ?? 0} removed by retention`]),
    ...(tier.freeBytes === undefined ? [] : [`${formatBytes(tier.freeBytes)} free`]),
  ];
  return `${label}${facts.join(', ')}`;
}

/** How much of what a rebuild needs is in the archive. */
function coverageLine({ coverage }: RunRecord, style: Style): string[] {
  if (coverage === undefined) return [];
  const { present = 0, missing = 0, empty = 0 } = coverage;
  const leftOut = coverage['left-out'] ?? 0;
  const needed = present + missing + empty + leftOut;
  if (needed === 0) return [];
  const text = `${present} of ${needed} things that a rebuild needs`;
  const gaps = leftOut > 0 ? ` (${leftOut} left out)` : '';
  return [`  coverage   ${missing > 0 ? style.red(`${text}; ${missing} MISSING`) : text}${gaps}`];
}

const shownGroups = 8;

/** Findings by kind, worst first; the first of each kind stands for its fellows. */
function findingLines(record: RunRecord, style: Style, titleOf: (areaId: string) => string): string[] {
  const groups = groupFindings(record);
  if (groups.length === 0) return [];
  const lines = groups.slice(0, shownGroups).map(({ first, count }) => {
    const label = first.severity === 'error' ? style.red('error  ') : style.yellow('warning');
    const area = first.area === undefined || first.area === '' ? '' : `${titleOf(first.area)}: `;
    const more =
      count > 1 ? style.dim(` (and ${formatCount(count - 1, 'more like it', 'more like it')})`) : '';
    return `  ${label}  ${area}${printableLines(first.message, '    ')}${more}`;
  });
  const hidden = groups.length - shownGroups;
  return [
    '',
    ...lines,
    ...(hidden > 0 ? [`  ... and ${formatCount(hidden, 'other kind')}, see the log`] : []),
  ];
}

interface FindingGroup {
  first: Finding;
  count: number;
}

function groupFindings(record: RunRecord): FindingGroup[] {
  const groups = new Map<string, FindingGroup>();
  for (const finding of record.findings) {
    if (finding.severity === 'info') continue;
    const key = `${finding.code} ${finding.area ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: finding, count: 1 });
    else group.count += 1;
  }
  const rank = (group: FindingGroup) => (group.first.severity === 'error' ? 0 : 1);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

function placeLines({ record, recordPath }: BackupOutcome): string[] {
  const lines = [];
  if (record.log_path !== '') lines.push(`  log        ${record.log_path}`);
  if (recordPath !== undefined) lines.push(`  record     ${recordPath}`);
  return lines.length === 0 ? [] : ['', ...lines];
}

function nextLines(record: RunRecord, program: string, style: Style): string[] {
  if (record.archive_path === '') return [];
  return [
    '',
    'Next:',
    `  ${style.bold(`${program} show ${record.archive_path}`)}`,
    `  ${style.bold(`${program} extract ${record.archive_path} --to DIR`)}`,
  ];
}
