// The history: run records of earlier runs, as far as a later run needs them. Parsed by hand, because every backup does it and
// a parser's library would be the largest part of its start.

import { isSystemError } from '../errors.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import { isRecordName } from './run-record.ts';
import type { RunRecord } from '../run-record.ts';

/** Keys of a record; of the existing edition's records the last ones are missing. */
export type PastRun = Pick<
  RunRecord,
  'hostname' | 'start_time' | 'files_collected' | 'bytes_collected' | 'archive_size' | 'archive_path'
> &
  Partial<Pick<RunRecord, 'status' | 'exit_code' | 'error' | 'selection'>>;

/** Newest record for which `accept` holds; looks at the newest 50 files at most. Damaged ones are passed over. */
export function findPastRun(
  host: Host,
  directory: RealPath,
  accept: (run: PastRun) => boolean,
): PastRun | undefined {
  for (const name of recordNames(host, directory).slice(0, 50)) {
    const run = readPastRun(host, joinReal(directory, name));
    if (run !== undefined && accept(run)) return run;
  }
  return undefined;
}

function recordNames(host: Host, directory: RealPath): string[] {
  try {
    return host.fs.readDirectory(directory).filter(isRecordName).sort(byTime).reverse();
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

/** A second record of the same second has a number behind: `...-020000-2.json` comes after `...-020000.json`. */
function byTime(a: string, b: string): number {
  const [stampA, numberA] = keyOf(a);
  const [stampB, numberB] = keyOf(b);
  return stampA < stampB ? -1 : stampA > stampB ? 1 : numberA - numberB;
}

function keyOf(name: string): [string, number] {
  const [, stamp = '', number = '1'] = /^backup-stats-(\d{8}-\d{6})(?:-(\d+))?\.json$/.exec(name) ?? [];
  return [stamp, Number(number)];
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
