// The text reporter against a stream that remembers what a terminal would show.

import { expect, test } from 'vitest';
import type { Finding } from '../../../src/findings.ts';
import { createRedactor } from '../../../src/ui/redact.ts';
import {
  createJsonReporter,
  createTextReporter,
  progressLine,
  type LogLevel,
} from '../../../src/ui/reporter.ts';
import { styleFor } from '../../../src/ui/style.ts';
import { createStream } from '../cli/cli-host.ts';

function createScreen(options: { columns?: number; level?: LogLevel; showProgress?: boolean } = {}) {
  const stream = createStream({ columns: options.columns ?? 80 });
  let now = 0;
  const reporter = createTextReporter({
    stream,
    style: styleFor(false),
    redact: createRedactor(['hunter2-secret']),
    level: options.level ?? 'info',
    showProgress: options.showProgress ?? true,
    monotonicMs: () => now,
  });
  return {
    reporter,
    written: () => stream.text(),
    wait: (ms: number) => {
      now += ms;
    },
    /** What stands on the screen, after carriage returns and erased lines. */
    shown: () =>
      stream
        .text()
        .split('\n')
        .map((line) => line.split('\r\u001b[K').at(-1) ?? ''),
  };
}

const finding = (severity: Finding['severity'], message = 'it is so', code = 'some-code'): Finding => ({
  severity,
  code,
  message,
});

test('a progress line shows percent, files, bytes, rate and the area', () => {
  const update = { label: 'Network', files: 1204, bytes: 12 * 1024 ** 2, totalBytes: 24 * 1024 ** 2 };
  expect(progressLine(update, 4000)).toBe('   50%  1,204 files  12.0 MiB  3.0 MiB/s  Network');
});

test('no percent without a total, no rate before it means something, never 100% before the end', () => {
  expect(progressLine({ label: 'x', files: 0, bytes: 10 }, 100)).toBe('  10 B  x');
  expect(progressLine({ label: 'x', files: 0, bytes: 30, totalBytes: 20 }, 100)).toBe('   99%  30 B  x');
});

test.each([10, 40, 80])('the progress line never reaches the last of %d columns', (columns) => {
  const screen = createScreen({ columns });
  screen.reporter.progress({ label: 'An area with a very long title '.repeat(4), files: 3, bytes: 4096 });
  expect(screen.shown().at(-1)?.length).toBeLessThan(columns);
});

test('a file name in the progress line cannot move the cursor', () => {
  const screen = createScreen();
  screen.reporter.progress({ label: 'evil\u001b[2J\n', files: 1, bytes: 1 });
  expect(screen.shown()).toEqual(['  1 file  1 B  evil\\x1b[2J\\n']);
});

test('the progress line is redrawn ten times a second at most', () => {
  const screen = createScreen();
  for (let step = 0; step < 100; step += 1) {
    screen.reporter.progress({ label: 'x', files: step, bytes: step });
    screen.wait(10);
  }
  expect(screen.written().split('\r').length - 1).toBe(10);
});

test('findings and phases replace the progress line, and it is gone at the end', () => {
  const screen = createScreen();
  screen.reporter.phase('Saving');
  screen.reporter.progress({ label: 'x', files: 1, bytes: 1 });
  screen.reporter.finding(finding('warning'));
  screen.wait(200);
  screen.reporter.progress({ label: 'x', files: 2, bytes: 2 });
  screen.reporter.done();
  expect(screen.shown()).toEqual(['Saving', '  warning: it is so', '']);
});

test('without a terminal there are phase lines and findings, nothing else', () => {
  const screen = createScreen({ showProgress: false });
  screen.reporter.phase('Saving');
  screen.reporter.progress({ label: 'x', files: 1, bytes: 1 });
  screen.reporter.done();
  expect(screen.written()).toBe('Saving\n');
});

test.each<[LogLevel, string[]]>([
  ['error', ['error']],
  ['warning', ['warning', 'error']],
  ['info', ['phase', 'warning', 'error']],
  ['verbose', ['phase', 'note', 'warning', 'error']],
  ['debug', ['phase', 'note', 'warning', 'error']],
])('level %s shows %j', (level, expected) => {
  const screen = createScreen({ level });
  screen.reporter.phase('phase');
  for (const severity of ['info', 'warning', 'error'] as const) screen.reporter.finding(finding(severity));
  const words = screen
    .written()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => /\w+/.exec(line)?.[0]);
  expect(words).toEqual(expected);
});

test('more than five findings of a kind are left to the log, other kinds are still shown', () => {
  const screen = createScreen();
  for (let index = 0; index < 9; index += 1) screen.reporter.finding(finding('warning', `file ${index}`));
  screen.reporter.finding(finding('warning', 'another', 'other-code'));
  const lines = screen.shown();
  expect(lines.filter((line) => line.includes('file'))).toHaveLength(5);
  expect(lines.join('\n')).toContain('only in the log');
  expect(lines.join('\n')).toContain('another');
});

test('secrets are redacted on the screen and in JSON lines', () => {
  const screen = createScreen();
  screen.reporter.finding({ ...finding('error', 'token hunter2-secret'), hint: 'not hunter2-secret' });
  const lines: object[] = [];
  createJsonReporter((line) => lines.push(line), createRedactor(['hunter2-secret'])).finding(
    finding('error', 'token hunter2-secret'),
  );
  expect(screen.written()).toContain('token ********');
  expect(screen.written() + JSON.stringify(lines)).not.toContain('hunter2');
});

test('a message of several lines stays readable', () => {
  const screen = createScreen();
  screen.reporter.finding(finding('error', 'two things:\n  one\n  two'));
  expect(screen.shown()).toEqual(['  error: two things:', '      one', '      two', '']);
});
