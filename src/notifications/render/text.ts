// A notice as plain text: a short one for phones, a long one for mail and chats. Lines are ordered by
// importance and the first one alone is true, so that a text may be cut anywhere behind it.

import { formatBytes, formatDuration } from '../../util/format.ts';
import type { Notice } from '../notice.ts';
import { changedNames, changeTotals, groupText, noticeFacts, tierText } from './notice-facts.ts';
import { styleOf, tierMark } from './status-style.ts';

/** Outcome with its mark: the line that no truncation takes away. */
export function statusLine({ status, title }: Notice): string {
  return `${styleOf(status).mark} ${title}`;
}

/** At most about ten lines: outcome, cause, copies that are missing, the gravest findings, what to do. */
export function renderShortText(notice: Notice): string {
  return [statusLine(notice), ...shortLines(notice)].join('\n');
}

/** As renderShortText, without the first line: for channels with a title of their own. */
export function shortLines(notice: Notice): string[] {
  const { error, archiveBytes, durationSeconds, tiers, groups, nextStep } = notice;
  const size =
    archiveBytes === undefined
      ? []
      : [`${formatBytes(archiveBytes)} in ${formatDuration(durationSeconds * 1000)}, ${stateText(notice)}`];
  const changes = notice.changes === undefined ? undefined : changeTotals(notice.changes);
  return [
    ...(error === undefined ? [] : [firstLine(error)]),
    ...size,
    ...tiers.filter(isWorthALine).map((tier) => `${tierMark(tier.status)} ${tier.tier}: ${tierText(tier)}`),
    ...groups.slice(0, 3).map((group) => `${group.severity}: ${firstLine(groupText(group))}`),
    ...(groups.length > 3 ? [`... and ${groups.length - 3} other kinds`] : []),
    ...(changes === undefined ? [] : [`since the last backup: ${changes}`]),
    ...(notice.status === 'success' ? [] : [`next: ${nextStep}`]),
  ];
}

function stateText({ isVerified, isEncrypted }: Notice): string {
  return `${isVerified ? 'verified' : 'not verified'}, ${isEncrypted ? 'encrypted' : 'not encrypted'}`;
}

/** A tier that is switched off is no news on a phone. */
function isWorthALine({ status }: Notice['tiers'][number]): boolean {
  return status !== 'disabled';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

/** Everything that the notice holds. */
export function renderLongText(notice: Notice): string {
  return `${longLines(notice).join('\n')}\n`;
}

export function longLines(notice: Notice): string[] {
  return [statusLine(notice), ...longLinesBelowTitle(notice)];
}

export function longLinesBelowTitle(notice: Notice): string[] {
  const { error, tiers, nextStep } = notice;
  return [
    ...(error === undefined ? [] : ['', ...error.split('\n')]),
    '',
    `Next: ${nextStep}`,
    ...(tiers.length === 0 ? [] : ['', 'Copies:']),
    ...tiers.map((tier) => `${tierMark(tier.status)} ${tier.tier}: ${tierText(tier)}`),
    ...findingLines(notice),
    '',
    ...noticeFacts(notice).map(({ label, value }) => `${label}: ${value}`),
    ...changeLines(notice),
    ...logLines(notice),
  ];
}

const shownGroups = 10;

function findingLines({ groups, nextStep }: Notice): string[] {
  if (groups.length === 0) return [];
  const lines = groups.slice(0, shownGroups).flatMap((group) => {
    const others = group.examples.slice(1).map((example) => `  ${firstLine(example)}`);
    const hint = group.hint === undefined || group.hint === nextStep ? [] : [`  -> ${firstLine(group.hint)}`];
    const more = others.length > 0 && group.count > group.examples.length ? ['  ...'] : [];
    return [`${group.severity}: ${groupText(group)}`, ...others, ...more, ...hint];
  });
  const hidden = groups.length - shownGroups;
  return ['', ...lines, ...(hidden > 0 ? [`... and ${hidden} other kinds, see the log`] : [])];
}

const shownAreas = 12;

function changeLines({ changes, archiveName, isFirst }: Notice): string[] {
  if (changes === undefined) return isFirst ? ['', 'There was no backup of this host before.'] : [];
  if (archiveName === undefined) return [];
  const totals = changeTotals(changes);
  if (totals === undefined) return ['', 'Nothing has changed since the last backup.'];
  const areas = changes.filter((area) => changedNames(area).length > 0);
  const hidden = areas.length - shownAreas;
  return [
    '',
    `Since the last backup: ${totals}`,
    ...areas.slice(0, shownAreas).flatMap((area) => [`${area.area}:`, ...changedNames(area).map(indent)]),
    ...(hidden > 0 ? [`... and ${hidden} other areas`] : []),
  ];
}

function indent(line: string): string {
  return `  ${line}`;
}

const shownLogLines = 15;

/** Only where there is something to find out. */
function logLines({ status, logTail, record }: Notice): string[] {
  const path = record.log_path === '' ? [] : ['', `Log: ${record.log_path}`];
  if (status !== 'failed' && status !== 'interrupted') return path;
  return [...path, ...logTail.slice(-shownLogLines).map(indent)];
}
