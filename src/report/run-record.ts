// Keeps the run record: JSON under LOG_PATH, one file for EVERY run.

import { isSystemError } from '../errors.ts';
import type { Finding } from '../findings.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import type { RunRecord } from '../run-record.ts';
import { redactValue, type Redact } from '../ui/redact.ts';
import { formatBytes } from '../util/format.ts';

/** Findings of one code kept in the record. */
export const keptPerCode = 200;

/** Keeps the record small whatever the host: at most `keptPerCode` findings of a code. */
export function limitFindings(
  findings: readonly Finding[],
): Pick<RunRecord, 'findings' | 'findings_omitted'> {
  const counts = new Map<string, number>();
  const kept = findings.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= keptPerCode;
  });
  const omitted = [...counts].filter(([, count]) => count > keptPerCode);
  return {
    findings: kept,
    findings_omitted: Object.fromEntries(omitted.map(([code, count]) => [code, count - keptPerCode])),
  };
}

export function sizeFields(archiveBytes: number, contentBytes: number) {
  const ratio = contentBytes === 0 ? 0 : archiveBytes / contentBytes;
  const percent = Math.round(ratio * 10_000) / 100;
  return {
    bytes_collected: contentBytes,
    bytes_collected_human: formatBytes(contentBytes),
    archive_size: archiveBytes,
    archive_size_human: formatBytes(archiveBytes),
    compression_ratio: Math.round(ratio * 10_000) / 10_000,
    compression_ratio_percent: percent,
    compression_savings_percent: contentBytes === 0 ? 0 : Math.round((100 - percent) * 100) / 100,
  };
}

const recordName = /^backup-stats-(\d{8}-\d{6})(?:-(\d+))?\.json$/;

export function isRecordName(fileName: string): boolean {
  return recordName.test(fileName);
}

/**
 * Names of records among those of a directory, newest first. A second record of the same second has a number behind:
 * `...-020000-2.json` comes after `...-020000.json`.
 */
export function recordNamesOf(fileNames: readonly string[]): string[] {
  return fileNames.filter(isRecordName).sort(byTime).reverse();
}

function byTime(a: string, b: string): number {
  const [stampA, numberA] = keyOf(a);
  const [stampB, numberB] = keyOf(b);
  return stampA < stampB ? -1 : stampA > stampB ? 1 : numberA - numberB;
}

function keyOf(name: string): [string, number] {
  const [, stamp = '', number = '1'] = recordName.exec(name) ?? [];
  return [stamp, Number(number)];
}

/** Takes a name, so that two runs which end together do not replace each other's record; false: it is taken. */
function reserve(host: Host, path: RealPath): boolean {
  try {
    host.fs.close(host.fs.createFile(path, 0o600));
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
}

/** The record of one run; its path is taken when the run ends and stays. */
export interface RunRecordFile {
  path: RealPath;
  /** Replaces what is there, without secrets. */
  write(record: RunRecord, redact: Redact): void;
}

/** Takes the name; a second run of the same second gets a number behind. A record that is never written leaves no file. */
export function createRunRecord(host: Host, directory: RealPath, timestamp: string): RunRecordFile {
  host.fs.makeDirectory(directory, 0o700);
  for (let attempt = 1; ; attempt += 1) {
    const suffix = attempt === 1 ? '' : `-${attempt}`;
    const path = joinReal(directory, `backup-stats-${timestamp}${suffix}.json`);
    if (reserve(host, path)) return recordFile(host, path);
  }
}

function recordFile(host: Host, path: RealPath): RunRecordFile {
  let isWritten = false;
  return {
    path,
    write: (record, redact) => {
      const text = JSON.stringify(redactValue(record, redact), null, 2);
      try {
        host.fs.writeFileAtomic(path, `${text}\n`, { mode: 0o600 });
        isWritten = true;
      } catch (error) {
        // An empty one would be a damaged one.
        if (!isWritten && host.fs.lstatIfExists(path) !== undefined) host.fs.unlink(path);
        throw error;
      }
    },
  };
}
