// The log of one run: LOG_PATH/backup-<hostname>-<YYYYMMDD-HHMMSS>.log, 0600 from the first byte, lines as the
// existing edition writes them: `[YYYY-MM-DD HH:MM:SS] LEVEL    message`, local time, level padded to eight.

import type { Redact } from '../ui/redact.ts';
import type { Clock, Host, RealPath } from '../host/host.ts';
import { joinReal } from '../host/host.ts';
import { isSystemError } from '../errors.ts';
import { formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';

export type LogLabel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL' | 'PHASE' | 'STEP' | 'SKIP';

export interface RunLog {
  /** Empty when there is no file (LOG_PATH cannot be written). */
  readonly path: string;
  line(label: LogLabel, message: string): void;
  close(): void;
}

/** True for the log of a run, of this edition or the existing one. */
export function isLogName(fileName: string): boolean {
  return /^backup-.+-\d{8}-\d{6}(?:-\d+)?\.log$/s.test(fileName);
}

export const noLog: RunLog = { path: '', line: () => undefined, close: () => undefined };

export interface RunLogRequest {
  directory: RealPath;
  /** First word of the file name; default `backup`. */
  kind?: 'backup' | 'restore' | 'undo';
  hostname: string;
  /** `YYYYMMDD-HHMMSS`. */
  stamp: string;
  redact: Redact;
  /** Told once, of the first line that could not be written. */
  onFailure: (error: unknown) => void;
}

/** Throws the system's error when the file cannot be made. */
export function openRunLog(host: Host, request: RunLogRequest): RunLog {
  host.fs.makeDirectory(request.directory, 0o700);
  const { fd, path } = createLogFile(host, request);
  let isOpen = true;
  let isBroken = false;
  return {
    path,
    line: (label, message) => {
      if (!isOpen) return;
      try {
        host.fs.write(
          fd,
          Buffer.from(formatLogLine(host.clock, label, printable(request.redact(message)))),
          null,
        );
      } catch (error) {
        // A full disk must not take the run down with its log.
        if (!isSystemError(error)) throw error;
        if (isBroken) return;
        isBroken = true;
        request.onFailure(error);
      }
    },
    close: () => {
      if (isOpen) host.fs.close(fd);
      isOpen = false;
    },
  };
}

function createLogFile(host: Host, request: RunLogRequest): { fd: number; path: RealPath } {
  for (let attempt = 1; ; attempt += 1) {
    const suffix = attempt === 1 ? '' : `-${attempt}`;
    const { directory, kind = 'backup', hostname, stamp } = request;
    const path = joinReal(directory, `${kind}-${hostname}-${stamp}${suffix}.log`);
    try {
      return { fd: host.fs.createFile(path, 0o600), path };
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error;
    }
  }
}

function formatLogLine(clock: Clock, label: LogLabel, message: string): string {
  return `[${formatLocalTime(clock.now())}] ${label.padEnd(8)} ${message}\n`;
}
