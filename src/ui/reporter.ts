// How a long command tells what it does, while it does it. One interface; text, JSON lines and quiet behind it.

import type { Finding } from '../findings.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Redact } from './redact.ts';
import type { Style } from './style.ts';
import type { OutputStream } from './terminal.ts';

export interface Progress {
  /** What is being worked on: area title, file name. */
  label: string;
  files: number;
  bytes: number;
  /** Total bytes when they are known. */
  totalBytes?: number;
}

export type LogLevel = 'error' | 'warning' | 'info' | 'debug';

export interface Reporter {
  /** A new phase of the run begins. */
  phase(title: string): void;
  progress(update: Progress): void;
  finding(finding: Finding): void;
  /** Ends the progress line, if there is one. */
  done(): void;
}

export const silentReporter: Reporter = {
  phase: () => undefined,
  progress: () => undefined,
  finding: () => undefined,
  done: () => undefined,
};

export interface TextReporterOptions {
  stream: OutputStream;
  style: Style;
  redact: Redact;
  level: LogLevel;
  showProgress: boolean;
  monotonicMs: () => number;
}

const severityRank: Readonly<Record<LogLevel, number>> = { error: 0, warning: 1, info: 2, debug: 3 };
const redrawEveryMs = 100;
/** More findings of one code than this stay off the screen: the log and the run record have them all. */
const shownPerCode = 5;

/** Text for people, on stderr: a line at each phase; on a terminal also a line that is redrawn. */
export function createTextReporter(options: TextReporterOptions): Reporter {
  const { stream, style, redact } = options;
  let lastDraw = -redrawEveryMs;
  let phaseStart = options.monotonicMs();
  let isLineOpen = false;
  const shownByCode = new Map<string, number>();
  const clear = () => {
    if (isLineOpen) stream.write('\r\u001b[K');
    isLineOpen = false;
  };
  const shows = (level: LogLevel) => severityRank[level] <= severityRank[options.level];
  return {
    phase: (title) => {
      clear();
      phaseStart = options.monotonicMs();
      if (shows('info')) stream.write(`${style.bold(title)}\n`);
    },
    progress: (update) => {
      const now = options.monotonicMs();
      if (!options.showProgress || !shows('info') || now - lastDraw < redrawEveryMs) return;
      lastDraw = now;
      const line = progressLine(update, now - phaseStart);
      stream.write(`\r\u001b[K${style.dim(line.slice(0, Math.max(20, stream.columns - 1)))}`);
      isLineOpen = true;
    },
    finding: (finding) => {
      if (!shows(finding.severity) || (finding.severity === 'info' && options.level !== 'debug')) return;
      clear();
      const shown = (shownByCode.get(finding.code) ?? 0) + 1;
      shownByCode.set(finding.code, shown);
      if (shown <= shownPerCode) stream.write(`${findingLine(finding, style, redact)}\n`);
      else if (shown === shownPerCode + 1) {
        stream.write(`  ${style.dim(`more findings of this kind (${finding.code}) are only in the log`)}\n`);
      }
    },
    done: clear,
  };
}

function progressLine(update: Progress, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? `${formatBytes((update.bytes / elapsedMs) * 1000)}/s` : '';
  const share =
    update.totalBytes === undefined || update.totalBytes === 0
      ? ''
      : ` ${String(Math.min(100, Math.floor((update.bytes / update.totalBytes) * 100))).padStart(3)}%`;
  const files = update.files === 0 ? '' : `${formatCount(update.files, 'file')}, `;
  const counts = `${files}${formatBytes(update.bytes)}, ${rate}`;
  return ` ${share} ${printable(update.label)}: ${counts}`;
}

export function findingLine(finding: Finding, style: Style, redact: Redact): string {
  const label = {
    error: style.red('error:'),
    warning: style.yellow('warning:'),
    info: style.dim('note:'),
  }[finding.severity];
  const hint = finding.hint === undefined ? '' : `\n    ${style.dim(printable(redact(finding.hint)))}`;
  return `  ${label} ${printable(redact(finding.message))}${hint}`;
}

/** JSON lines for programs, on stdout; the caller prints the closing summary object itself. */
export function createJsonReporter(write: (line: object) => void): Reporter {
  return {
    phase: (title) => {
      write({ type: 'status', phase: title });
    },
    progress: () => undefined,
    finding: (finding) => {
      write({ type: 'finding', ...finding });
    },
    done: () => undefined,
  };
}
