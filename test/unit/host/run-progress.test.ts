import { expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { createLineCutter } from '../../../src/host/silence.ts';

const { tools } = createHost({ env: { PATH: process.env.PATH, KEPT: 'kept', TAKEN: 'taken' } });
const shell = (script: string, timeoutMs: number) => ({
  argv: ['sh', '-c', script] as const,
  timeoutMs,
  maxOutputBytes: 1000,
});

test('a program that says how it gets on may take longer than its time limit', async () => {
  const request = shell('for i in 1 2 3 4 5 6 7 8; do echo "at $i" >&2; sleep 0.3; done', 1500);
  const lines: string[] = [];
  const isProgress = (line: string) => {
    lines.push(line);
    return true;
  };
  expect((await tools.run({ ...request, isProgress })).status).toBe('ok');
  expect(lines.at(-1)).toBe('at 8');
});

test('output on stdout is progress too', async () => {
  const request = shell('for i in 1 2 3 4 5 6 7 8; do echo "at $i"; sleep 0.3; done', 1500);
  expect((await tools.run({ ...request, isProgress: () => false })).status).toBe('ok');
});

test('lines that show no progress do not count', async () => {
  const request = shell('while :; do echo waiting >&2; sleep 0.1; done', 500);
  expect((await tools.run({ ...request, isProgress: () => false })).status).toBe('timeout');
});

test('without such a function the limit is that of the whole run', async () => {
  const request = shell('while :; do echo busy; sleep 0.1; done', 500);
  expect((await tools.run(request)).status).toBe('timeout');
});

test('a program gets variables, loses others, and works in a directory', async () => {
  const script = 'echo "$KEPT,${TAKEN-none},$GIVEN,$(pwd)"';
  const env = { TAKEN: undefined, GIVEN: 'given' };
  const { stdout } = await tools.run({ ...shell(script, 30_000), env, cwd: asRealPath('/usr') });
  expect(stdout.toString()).toBe('kept,none,given,/usr\n');
});

test('lines are cut at line feeds wherever the chunks end, umlauts included', () => {
  const lines: string[] = [];
  const cut = createLineCutter((line) => lines.push(line));
  for (const byte of Buffer.from('erste Zeile für\n\nzweite\nrest')) cut(Buffer.from([byte]));
  expect(lines).toEqual(['erste Zeile für', '', 'zweite']);
});

test('a line without an end is given in pieces instead of filling the memory', () => {
  const lines: string[] = [];
  const cut = createLineCutter((line) => lines.push(line));
  for (let index = 0; index < 20; index++) cut(Buffer.alloc(10_000, 'x'));
  expect(lines.length).toBeGreaterThan(1);
});
