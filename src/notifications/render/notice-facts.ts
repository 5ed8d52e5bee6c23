// What a notice says, as short texts without any dressing: every channel shows the same words.

import { formatBytes, formatCount, formatDuration } from '../../util/format.ts';
import type { AreaChanges, FindingGroup, Notice, NoticeTier } from '../notice.ts';

export interface Fact {
  label: string;
  value: string;
}

/** In the order in which they are read; what the run did not get to is left out. */
export function noticeFacts(notice: Notice): Fact[] {
  const { hostname, product, archiveName, archiveBytes, record } = notice;
  const host = product === '' ? hostname : `${hostname} (${product})`;
  const facts: [string, string | undefined][] = [
    ['Host', hostname === 'unknown' ? undefined : host],
    ['Started', notice.startedLocal],
    ['Took', formatDuration(notice.durationSeconds * 1000)],
    ['Archive', archiveName],
    [
      'Size',
      archiveBytes === undefined ? undefined : `${formatBytes(archiveBytes)} (${compressionText(notice)})`,
    ],
    ['Saved', archiveName === undefined ? undefined : savedText(notice)],
    ['Encrypted', archiveName === undefined ? undefined : yesNo(notice.isEncrypted)],
    ['Verified', archiveName === undefined ? undefined : verifiedText(notice)],
    ['Partial run', selectionText(record.selection)],
  ];
  return facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}

function compressionText({ record }: Notice): string {
  if (record.compression === 'none') return 'not compressed';
  return `${record.compression} level ${record.compression_level}`;
}

function savedText({ files, contentBytes, record }: Notice): string {
  const failed = record.files_failed === 0 ? '' : `; ${record.files_failed} could not be read`;
  return `${formatCount(files, 'file')}, ${formatBytes(contentBytes)}${failed}`;
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function verifiedText({ isVerified }: Notice): string {
  return isVerified ? 'yes: read back, every file compared' : 'no';
}

function selectionText({ only, skip }: Notice['record']['selection']): string | undefined {
  const parts = [
    ...(only.length > 0 ? [`only ${only.join(', ')}`] : []),
    ...(skip.length > 0 ? [`without ${skip.join(', ')}`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** `/mnt/nas, 7 backups, 1.5 GiB free`, `FAILED: b2:proxsave: no route to host` or `disabled`. */
export function tierText({ status, location, detail, copies, freeBytes }: NoticeTier): string {
  const more = [
    ...(copies === undefined ? [] : [formatCount(copies, 'backup')]),
    ...(freeBytes === undefined ? [] : [`${formatBytes(freeBytes)} free`]),
  ];
  const place = [location, ...more].filter((part) => part !== '').join(', ');
  const word = status === 'failed' ? 'FAILED' : status;
  const words = status === 'ok' && place !== '' ? [place] : [word, place];
  return [...words, detail ?? ''].filter((part) => part !== '').join(': ');
}

/** `first message (and 3 more like it)`; further examples are the caller's. */
export function groupText({ count, code, examples }: FindingGroup): string {
  const [first = code] = examples;
  return count === 1 ? first : `${first} (and ${formatCount(count - 1, 'more like it', 'more like it')})`;
}

/** `1 added, 12 changed, 2 removed`; undefined when nothing differs. */
export function changeTotals(changes: readonly AreaChanges[]): string | undefined {
  const sum = (kind: 'added' | 'changed' | 'removed') =>
    changes.reduce((total, area) => total + area[kind].length + (area.omitted?.[kind] ?? 0), 0);
  const parts = (['added', 'changed', 'removed'] as const).flatMap((kind) => {
    const total = sum(kind);
    return total === 0 ? [] : [`${total.toLocaleString('en-US')} ${kind}`];
  });
  return parts.length === 0 ? undefined : parts.join(', ');
}

const shownNames = 5;

/** One area's files: `+ new`, `~ changed`, `- gone`, the first few. */
export function changedNames({ added, changed, removed, omitted }: AreaChanges): string[] {
  const all = [
    ...added.map((name) => `+ ${name}`),
    ...changed.map((name) => `~ ${name}`),
    ...removed.map((name) => `- ${name}`),
  ];
  const notListed = omitted === undefined ? 0 : omitted.added + omitted.changed + omitted.removed;
  const hidden = all.length + notListed - Math.min(all.length, shownNames);
  return hidden <= 0 ? all : [...all.slice(0, shownNames), `... and ${formatCount(hidden, 'other')}`];
}
