// The history: run records of earlier runs, as far as a later run needs them. Parsed by hand, because every backup does it and
// a parser's library would be the largest part of its start.

import { isSystemError } from '../errors.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import { recordNamesOf } from './run-record.ts';
import type { RunRecord } from '../run-record.ts';

/** Keys of a record; of the existing edition's records the last ones are missing. */
export type PastRun = Pick<
  RunRecord,
  'hostname' | 'start_time' | 'files_collected' | 'bytes_collected' | 'archive_size' | 'archive_path'
> &
  Partial<Pick<RunRecord, 'status' | 'exit_code' | 'error' | 'selection'>>;

/** How far a time may lie ahead of the clock that reads it: clocks of two hosts are never quite the same. */
const clockToleranceMs = 10 * 60_000;

/** A clock that went wrong left this run in the future: no proof of a fresh backup. */
export function isFromFuture({ startedAt }: { startedAt: Date }, now: Date): boolean {
  return startedAt.getTime() > now.getTime() + clockToleranceMs;
}

/** Newest record for which `accept` holds; looks at the newest 50 files at most, never at `except`. Damaged ones and those from the future are passed over. */
export function findPastRun(
  host: Host,
  directory: RealPath,
  accept: (run: PastRun) => boolean,
  except?: RealPath,
): PastRun | undefined {
  const now = host.clock.now();
  for (const name of recordNames(host, directory).slice(0, 50)) {
    const path = joinReal(directory, name);
    if (path === except) continue;
    const run = readPastRun(host, path);
    if (run === undefined || isFromFuture({ startedAt: new Date(run.start_time) }, now)) continue;
    if (accept(run)) return run;
  }
  return undefined;
}

function recordNames(host: Host, directory: RealPath): string[] {
  try {
    return recordNamesOf(host.fs.readDirectory(directory));
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

function readPastRun(host: Host, path: RealPath): PastRun | undefined {
  try {
    return asPastRun(JSON.parse(host.fs.readText(path)));
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error)) return undefined;
    throw error;
  }
}

/** undefined for what is no run record. Numbers that are missing count as 0. */
function asPastRun(value: unknown): PastRun | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as Partial<RunRecord>;
  if (typeof record.hostname !== 'string' || typeof record.start_time !== 'string') return undefined;
  const count = (number: unknown) => (typeof number === 'number' ? number : 0);
  return {
    ...record,
    hostname: record.hostname,
    start_time: record.start_time,
    files_collected: count(record.files_collected),
    bytes_collected: count(record.bytes_collected),
    archive_size: count(record.archive_size),
    archive_path: typeof record.archive_path === 'string' ? record.archive_path : '',
  };
}
