// The history of a host: every run record of LOG_PATH as one typed list, whoever wrote it and whatever it lacks. The
// records of the existing edition have only the first keys, and were written for good runs alone.

import type { ExitName } from '../errors.ts';
import { describeSystemError, exitCodes, isSystemError } from '../errors.ts';
import type { Finding } from '../findings.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import type { AreaChanges, PhaseTime, RunStatus, TierResult } from '../run-record.ts';
import { recordNamesOf } from './run-record.ts';

/** One run, as far as its record tells. */
export interface HistoryRun {
  /** File name of the record. */
  recordName: string;
  hostname: string;
  startedAt: Date;
  endedAt: Date;
  durationSeconds: number;
  status: RunStatus;
  exitCode: number;
  exitName?: ExitName;
  /** Why there is no archive. */
  error?: string;
  files: number;
  filesFailed: number;
  contentBytes: number;
  /** Empty without an archive; the whole path. */
  archivePath: string;
  archiveBytes: number;
  /** Absent: the record does not say (existing edition). */
  isVerified?: boolean;
  isEncrypted?: boolean;
  /** `--only` or `--skip`: no measure for the size of a whole one. */
  isPartial: boolean;
  tiers: readonly TierResult[];
  findings: readonly Finding[];
  findingsOmitted: Readonly<Record<string, number>>;
  phases: readonly PhaseTime[];
  changes?: readonly AreaChanges[];
}

export interface DamagedRecord {
  path: RealPath;
  problem: string;
}

export interface History {
  /** Newest first. */
  runs: readonly HistoryRun[];
  /** Records that could not be read; they stop nothing. */
  damaged: readonly DamagedRecord[];
  /** Older records beyond the limit, which were not looked at. */
  notRead: number;
}

export interface HistoryOptions {
  /** Only runs of this host, and those that ended before they knew on which host they were. Absent: all. */
  hostname?: string;
  /** Newest records to look at. Default 2000. */
  limit?: number;
}

/** Records that are looked at as a rule. */
export const usualRecords = 2000;
/** A record keeps a bounded number of findings; a larger file is something else. */
const maxRecordBytes = 16 * 1024 * 1024;

/** Never throws for what stands in the directory; one that is not there is an empty history. */
export function readHistory(host: Host, directory: RealPath, options: HistoryOptions = {}): History {
  const { hostname, limit = usualRecords } = options;
  const listing = recordNames(host, directory);
  if ('problem' in listing) {
    return { runs: [], damaged: [{ path: directory, problem: listing.problem }], notRead: 0 };
  }
  const names = listing.names.slice(0, limit);
  const runs: HistoryRun[] = [];
  const damaged: DamagedRecord[] = [];
  for (const name of names) {
    const path = joinReal(directory, name);
    const reading = readRun(host, path, name);
    if ('problem' in reading) damaged.push({ path, problem: reading.problem });
    else if (isWanted(reading.run, hostname)) runs.push(reading.run);
  }
  runs.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
  return { runs, damaged, notRead: listing.names.length - names.length };
}

function isWanted(run: HistoryRun, hostname: string | undefined): boolean {
  return hostname === undefined || run.hostname === hostname || run.hostname === 'unknown';
}

function recordNames(host: Host, directory: RealPath): { names: string[] } | { problem: string } {
  try {
    return { names: recordNamesOf(host.fs.readDirectory(directory)) };
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return { names: [] };
    if (isSystemError(error)) return { problem: `cannot be read: ${describeSystemError(error)}` };
    throw error;
  }
}

function readRun(host: Host, path: RealPath, name: string): { run: HistoryRun } | { problem: string } {
  try {
    const { kind, size } = host.fs.lstat(path);
    if (kind !== 'file') return { problem: `is no file but a ${kind}` };
    if (size > maxRecordBytes) return { problem: 'is too large for a run record' };
    const run = parseRun(JSON.parse(host.fs.readText(path)), name);
    return run === undefined ? { problem: 'is no run record' } : { run };
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: 'holds no JSON; perhaps it was cut short' };
    if (isSystemError(error)) return { problem: `cannot be read: ${describeSystemError(error)}` };
    throw error;
  }
}

type Json = Readonly<Record<string, unknown>>;

/** undefined for what is no run record. Parsed by hand: what is missing or of another type gets a neutral value. */
export function parseRun(value: unknown, recordName: string): HistoryRun | undefined {
  if (!isObject(value)) return undefined;
  const { hostname } = value;
  const startedAt = time(value.start_time);
  if (typeof hostname !== 'string' || startedAt === undefined) return undefined;
  return {
    recordName,
    hostname,
    startedAt,
    ...timesOf(value, startedAt),
    ...outcomeOf(value),
    files: count(value.files_collected),
    filesFailed: count(value.files_failed),
    contentBytes: count(value.bytes_collected),
    archivePath: text(value.archive_path) ?? '',
    archiveBytes: count(value.archive_size),
    ...(typeof value.verified === 'boolean' ? { isVerified: value.verified } : {}),
    ...(typeof value.encrypted === 'boolean' ? { isEncrypted: value.encrypted } : {}),
    isPartial: isPartial(value.selection),
    tiers: list(value.tiers).filter(isTier),
    findings: list(value.findings).filter(isFinding),
    findingsOmitted: isObject(value.findings_omitted) ? countsOf(value.findings_omitted) : {},
    phases: list(value.phases).filter(isPhase),
    ...(Array.isArray(value.changes) ? { changes: list(value.changes).filter(isAreaChanges) } : {}),
  };
}

function timesOf({ end_time, duration_seconds }: Json, startedAt: Date) {
  const seconds = count(duration_seconds);
  const durationSeconds = seconds <= longestRunSeconds ? seconds : 0;
  const endedAt = time(end_time) ?? new Date(startedAt.getTime() + durationSeconds * 1000);
  return { durationSeconds, endedAt };
}

const statuses: readonly RunStatus[] = ['success', 'warning', 'failed', 'skipped', 'interrupted'];

function outcomeOf({ status, exit_code, exit_name, error }: Json) {
  const exit = exitCodes.find(({ name }) => name === exit_name);
  return {
    // Without a status it is of the existing edition, which kept records of good runs only.
    status: statuses.find((known) => known === status) ?? 'success',
    exitCode: count(exit_code),
    ...(exit === undefined ? {} : { exitName: exit.name }),
    ...(typeof error === 'string' ? { error } : {}),
  };
}

function isPartial(selection: unknown): boolean {
  if (!isObject(selection)) return false;
  return [selection.only, selection.skip].some((list) => Array.isArray(list) && list.length > 0);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function count(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : 0;
}

/** Of a damaged record: no run takes a year. */
const longestRunSeconds = 366 * 24 * 3600;
/** Far enough from the ends of what a Date can hold that sums and all notations of it are valid. */
const [earliest, latest] = [Date.parse('1970-01-01T00:00:00Z'), Date.parse('9000-01-01T00:00:00Z')];

function time(value: unknown): Date | undefined {
  const date = new Date(typeof value === 'string' ? value : '');
  return date.getTime() >= earliest && date.getTime() < latest ? date : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function countsOf(value: Json): Record<string, number> {
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, count(part)]));
}

const tierStatuses: readonly unknown[] = [
  'ok',
  'failed',
  'disabled',
  'skipped',
] satisfies TierResult['status'][];
const tierNumbers = ['freeBytes', 'bytes', 'seconds', 'archives'] as const;

function isTier(value: unknown): value is TierResult {
  if (!isObject(value)) return false;
  const areNumbers = tierNumbers.every((key) => value[key] === undefined || count(value[key]) === value[key]);
  const { tier, status, location } = value;
  return (
    areNumbers && typeof tier === 'string' && typeof location === 'string' && tierStatuses.includes(status)
  );
}

const severities: readonly unknown[] = ['error', 'warning', 'info'] satisfies Finding['severity'][];

function isFinding(value: unknown): value is Finding {
  if (!isObject(value)) return false;
  const { severity, code, message } = value;
  return severities.includes(severity) && typeof code === 'string' && typeof message === 'string';
}

function isPhase(value: unknown): value is PhaseTime {
  return isObject(value) && typeof value.phase === 'string' && count(value.seconds) === value.seconds;
}

function isAreaChanges(value: unknown): value is AreaChanges {
  if (!isObject(value) || typeof value.area !== 'string') return false;
  const { added, removed, changed, omitted } = value;
  const areNames = (names: unknown) =>
    Array.isArray(names) && names.every((name) => typeof name === 'string');
  if (![added, removed, changed].every(areNames)) return false;
  if (omitted === undefined) return true;
  return (
    isObject(omitted) &&
    ['added', 'removed', 'changed'].every((kind) => count(omitted[kind]) === omitted[kind])
  );
}
