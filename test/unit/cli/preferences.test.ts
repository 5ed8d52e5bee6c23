// How much is told and in which colours: flag before key before default, and a broken configuration breaks neither.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCliHost, type CliHost, type RunOptions } from './cli-host.ts';

let host: CliHost;
beforeAll(async () => {
  host = createCliHost();
  await host.backUp(['--only', 'dns']);
});
afterAll(() => {
  host.remove();
});

async function verify(flags: readonly string[], env: Record<string, string> = {}) {
  const { stderr } = await host.run(['verify', 'latest', ...flags], { env });
  return stderr;
}

test('phases are told by default, not with DEBUG_LEVEL=warning', async () => {
  expect(await verify([])).toContain('Verifying');
  expect(await verify([], { DEBUG_LEVEL: 'warning' })).not.toContain('Verifying');
});

test('a flag wins over DEBUG_LEVEL, under its old names and numbers too', async () => {
  for (const level of ['info', 'INFO', '4', 'standard', 'debug', '5']) {
    expect(await verify(['-l', level], { DEBUG_LEVEL: 'error' })).toContain('Verifying');
  }
  for (const level of ['warning', '3', 'error', '2', 'critical', '1', 'none', '0']) {
    expect(await verify(['-l', level])).not.toContain('Verifying');
  }
});

test('--quiet leaves the phases away, --verbose brings them back under DEBUG_LEVEL=error', async () => {
  expect(await verify(['-q'])).not.toContain('Verifying');
  expect(await verify(['-v'], { DEBUG_LEVEL: 'error' })).toContain('Verifying');
});

const escape = '\u001b[';
async function isColourful(args: string[], env: Record<string, string> = {}, options: RunOptions = {}) {
  const { stdout } = await host.run(['list', ...args], { isTerminal: true, env, ...options });
  return stdout.includes(escape);
}

test('colours on a terminal only, and not where they are refused', async () => {
  expect(await isColourful([])).toBe(true);
  expect(await isColourful([], {}, { isTerminal: false })).toBe(false);
  expect(await isColourful(['--no-color'])).toBe(false);
  expect(await isColourful([], { NO_COLOR: '1' })).toBe(false);
  expect(await isColourful([], { TERM: 'dumb' })).toBe(false);
  expect(await isColourful([], { USE_COLOR: 'false' })).toBe(false);
  expect(await isColourful([], { DISABLE_COLORS: 'true' })).toBe(false);
});

test('looking into a bare file works with a broken configuration, and with one that is not there', async () => {
  const broken = join(host.base, 'broken.env');
  writeFileSync(broken, 'COMPRESSION_TYPE=zipp\nDEBUG_LEVEL=error\n');
  const archive = join(host.backups, host.archives()[0] ?? '');
  for (const file of [broken, '/nope/backup.env']) {
    const { code, stdout } = await host.run(['show', archive, '--config', file]);
    expect([code, stdout.includes('pve1')]).toEqual([0, true]);
  }
  expect((await host.run(['list', '--config', broken])).code).toBe(2);
});

test('a stack is shown with --log-level debug only', async () => {
  expect((await host.run(['show', '/nope'])).stderr).not.toContain('    at ');
  expect((await host.run(['show', '/nope', '-v'])).stderr).not.toContain('    at ');
  expect((await host.run(['show', '/nope', '-l', 'debug'])).stderr).toContain('    at ');
});
