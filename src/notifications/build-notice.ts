// From the record of a run to the message about it. Pure: what the record does not hold is given as a value.

import { describeProduct } from '../host/facts.ts';
import type { RunRecord } from '../run-record.ts';
import { redactValue, type Redact } from '../ui/redact.ts';
import { printable, printableLines } from '../util/printable.ts';
import { groupFindings } from './group-findings.ts';
import { cutText } from './render/cut-text.ts';
import type { AreaChanges, FindingGroup, Notice, NoticeStatus } from './notice.ts';
import { noticeTitle } from './notice-title.ts';

export interface NoticeExtras {
  /** The redactor of the configuration: goes over everything that the notice holds. */
  redact: Redact;
  /** e.g. `Proxmox VE 9.0.3`; absent: what the record tells. */
  product?: string;
  /** Against the archive before; absent when there is none to compare with. */
  changes?: readonly AreaChanges[];
  /** There was no backup of this host before. */
  isFirst?: boolean;
  /** What to do about the error that ended the run. */
  hint?: string;
  /** Backups that each tier holds now, by name of the tier. */
  copies?: Readonly<Record<string, number>>;
  /** The last lines of the run's log. */
  logTail?: readonly string[];
  /** Only a try whether messages arrive (`notify test`): the title says so. A record of a good run makes status `test`. */
  isTest?: boolean;
}

export function buildNotice(given: RunRecord, extras: NoticeExtras): Notice {
  const { redact, ...rest } = cleanValue(redactValue(extras, extras.redact)) as NoticeExtras;
  const record = cleanValue(redactValue(given, redact)) as RunRecord;
  const isTest = rest.isTest === true;
  const status: NoticeStatus = isTest && record.status === 'success' ? 'test' : record.status;
  const groups = groupFindings(record);
  const hasArchive = record.archive_path !== '';
  const isFirst = rest.isFirst === true;
  const { hostname, tiers } = record;
  const archiveName = record.archive_path.slice(record.archive_path.lastIndexOf('/') + 1);
  const title = noticeTitle({
    status,
    hostname,
    hasArchive,
    isFirst,
    tiers,
    groups,
    hasError: record.error !== undefined,
  });
  return {
    status,
    title: isTest && status !== 'test' ? `Test: ${title}` : title,
    hostname,
    product: rest.product ?? (record.proxmox_type === 'unknown' ? '' : describeProduct(record.proxmox_type)),
    startedAt: new Date(record.start_time),
    startedLocal: localText(record.start_time),
    durationSeconds: record.duration_seconds,
    ...(hasArchive ? { archiveName, archiveBytes: record.archive_size } : {}),
    files: record.files_collected,
    contentBytes: record.bytes_collected,
    isEncrypted: record.encrypted,
    isVerified: record.verified,
    tiers: tiers.map((tier) => withCopies(tier, rest.copies?.[tier.tier])),
    groups,
    ...(rest.changes === undefined ? {} : { changes: rest.changes }),
    isFirst: isFirst && hasArchive,
    ...(record.error === undefined ? {} : { error: record.error }),
    nextStep: isTest ? testStep : nextStep(status, { record, groups, hint: rest.hint }),
    logTail: rest.logTail ?? [],
    record,
  };
}

function withCopies<Tier extends object>(tier: Tier, copies: number | undefined): Tier & { copies?: number } {
  return copies === undefined ? tier : { ...tier, copies };
}

/** Control characters and raw bytes in every string: a name of a file must not forge a line of a message. */
function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cleanValue(part)]));
}

/** Nobody reads a longer text in a message, and a file has no longer name. */
const maxTextLength = 4096;

/** Lone surrogates would make JSON that many services refuse. */
function cleanText(text: string): string {
  const shown = (text.includes('\n') ? printableLines(text, '  ') : printable(text)).toWellFormed();
  return cutText(shown, maxTextLength);
}

/** `2026-07-24T02:00:00.123+02:00` -> `2026-07-24 02:00:00 +02:00`. */
function localText(rfc3339: string): string {
  const match = /^([\d-]{10})T([\d:]{8})(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(rfc3339);
  if (match === null) return rfc3339;
  const [, day = '', time = '', zone = ''] = match;
  return `${day} ${time} ${zone === 'Z' ? 'UTC' : zone}`;
}

const testStep = 'nothing: messages arrive';

interface NextStepFacts {
  record: RunRecord;
  groups: readonly FindingGroup[];
  hint: string | undefined;
}

function nextStep(status: NoticeStatus, { record, groups, hint }: NextStepFacts): string {
  const log = record.log_path === '' ? '' : `read the log: ${record.log_path}`;
  const advice = hint ?? groups.find((group) => group.hint !== undefined)?.hint;
  switch (status) {
    case 'success':
      return 'nothing; `proxsave show latest` lists what was saved';
    case 'warning':
      return advice ?? (log === '' ? '`proxsave show latest` lists what was saved' : log);
    case 'failed':
      return advice ?? (log === '' ? 'run `proxsave backup` by hand and read what it says' : log);
    case 'skipped':
      return advice ?? 'nothing, if the next run is made; `proxsave list` shows the newest backup';
    case 'interrupted':
      return 'run `proxsave backup` again';
    case 'test':
      return testStep;
  }
}
