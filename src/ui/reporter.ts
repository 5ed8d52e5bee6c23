// How a long command tells what it does, while it does it. One interface; text, JSON lines and quiet behind it.

import type { Finding } from '../findings.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable, printableLines } from '../util/printable.ts';
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

/** How much is told. `verbose` adds notes that change nothing; `debug` adds the stack of an error. */
export const logLevels = ['error', 'warning', 'info', 'verbose', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

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

/** The level from which findings of a severity are shown: a finding of severity info changes nothing. */
const levelOfSeverity = { error: 'error', warning: 'warning', info: 'verbose' } as const;
const redrawEveryMs = 100;
/** Before that a rate means nothing. */
const rateAfterMs = 500;
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
  const shows = (level: LogLevel) => logLevels.indexOf(level) <= logLevels.indexOf(options.level);
  return {
    phase: (title) => {
      clear();
      phaseStart = options.monotonicMs();
      if (shows('info')) stream.write(`${style.bold(printable(redact(title)))}\n`);
    },
    progress: (update) => {
      const now = options.monotonicMs();
      if (!options.showProgress || !shows('info') || now - lastDraw < redrawEveryMs) return;
      lastDraw = now;
      // One column is left free: a full line would wrap on some terminals, and then cannot be redrawn.
      const line = redact(progressLine(update, now - phaseStart)).slice(0, Math.max(1, stream.columns - 1));
      stream.write(`\r\u001b[K${style.dim(line)}`);
      isLineOpen = true;
    },
    finding: (finding) => {
      if (!shows(levelOfSeverity[finding.severity])) return;
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

/** `  45%  1,204 files  12.0 MiB  3.1 MiB/s  Network`: what changes its length stands last. Exported for its test. */
export function progressLine(update: Progress, elapsedMs: number): string {
  const { files, bytes, totalBytes = 0 } = update;
  const columns = [];
  if (totalBytes > 0) {
    // A total may be an estimate (the last run): not finished before it is.
    const percent = Math.min(99, Math.floor((bytes / totalBytes) * 100));
    columns.push(`${percent}%`.padStart(4));
  }
  if (files > 0) columns.push(formatCount(files, 'file'));
  columns.push(formatBytes(bytes));
  if (elapsedMs >= rateAfterMs) columns.push(`${formatBytes(Math.round((bytes / elapsedMs) * 1000))}/s`);
  return `  ${[...columns, printable(update.label)].join('  ')}`;
}

/** `  warning: MESSAGE`, with the hint below it. */
export function findingLine(finding: Finding, style: Style, redact: Redact): string {
  const label = {
    error: style.red('error:'),
    warning: style.yellow('warning:'),
    info: style.dim('note:'),
  }[finding.severity];
  const indent = '    ';
  const message = printableLines(redact(finding.message), indent);
  if (finding.hint === undefined) return `  ${label} ${message}`;
  return `  ${label} ${message}\n${indent}${style.dim(printableLines(redact(finding.hint), indent))}`;
}

/** JSON lines for programs, on stdout; the caller prints the closing summary object itself. */
export function createJsonReporter(write: (line: object) => void, redact: Redact): Reporter {
  return {
    phase: (title) => {
      write({ type: 'status', phase: redact(title) });
    },
    progress: () => undefined,
    finding: (finding) => {
      const hint = finding.hint === undefined ? {} : { hint: redact(finding.hint) };
      write({ type: 'finding', ...finding, message: redact(finding.message), ...hint });
    },
    done: () => undefined,
  };
}
