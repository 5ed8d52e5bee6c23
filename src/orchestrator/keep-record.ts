// Keeps the record of a run while it ends: first before people are told, so that a run which is killed meanwhile has one, then
// again with what became of the telling.

import type { LoadedConfig } from '../config/load-config.ts';
import { describeSystemError, isSystemError } from '../errors.ts';
import type { RealPath } from '../host/host.ts';
import { createRunRecord, type RunRecordFile } from '../report/run-record.ts';
import type { RunRecord } from '../run-record.ts';
import type { Run } from './run-state.ts';

export interface RecordKeeper {
  /** Absent: it could not be written. */
  readonly path: RealPath | undefined;
  /** Writes it, replacing the one before. A failure is a finding of the run, once; false then. */
  keep(record: RunRecord): boolean;
}

export function createRecordKeeper(run: Run, { values, redact }: LoadedConfig): RecordKeeper {
  let file: RunRecordFile | undefined;
  let isFailureKnown = false;
  return {
    get path() {
      return file?.path;
    },
    keep: (record) => {
      try {
        file ??= createRunRecord(run.host, values.LOG_PATH, record.timestamp);
        file.write(record, redact);
        return true;
      } catch (error) {
        if (!isSystemError(error)) throw error;
        if (!isFailureKnown) reportNoRecord(run, values.LOG_PATH, error);
        isFailureKnown = true;
        return false;
      }
    },
  };
}

function reportNoRecord(run: Run, directory: RealPath, error: unknown): void {
  run.report({
    severity: 'warning',
    code: 'record-not-written',
    path: directory,
    message: `the run record cannot be written to ${directory}: ${describeSystemError(error)}`,
  });
}
