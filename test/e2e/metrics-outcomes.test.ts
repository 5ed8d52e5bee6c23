// The metrics after each outcome, through the program: none leaves the file as it was, and a good time is kept.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBackup, startBackup, until } from '../support/run-program.ts';
import { addStub, createSandbox, type Sandbox } from '../support/sandbox.ts';

function metricsSandbox(): Sandbox & { directory: string } {
  const sandbox = createSandbox();
  const directory = join(sandbox.base, 'metrics');
  Object.assign(sandbox.env, { METRICS_ENABLED: 'true', METRICS_PATH: directory });
  return { ...sandbox, directory };
}

function valuesIn(directory: string): Map<string, string> {
  expect(readdirSync(directory)).toEqual(['proxmox_backup.prom']);
  const lines = readFileSync(join(directory, 'proxmox_backup.prom'), 'utf8').split('\n');
  return new Map(
    lines.filter((line) => /^\w/.test(line)).map((line) => line.split(/ (?=\S+$)/) as [string, string]),
  );
}

const outcomeOf = (values: Map<string, string>) =>
  [...values].filter(([name, value]) => name.startsWith('proxmox_backup_last_run_outcome') && value === '1');
const is = (outcome: string) => [[`proxmox_backup_last_run_outcome{outcome="${outcome}"}`, '1']];
const lastSuccess = 'proxmox_backup_last_success_timestamp_seconds';

test('each outcome is told in the metrics, and none but a good one moves the time of the last success', async () => {
  const sandbox = metricsSandbox();
  expect((await runBackup(sandbox)).code).toBe(0);
  const good = valuesIn(sandbox.directory);
  expect(outcomeOf(good)).toEqual(is('success'));
  expect(good.get(lastSuccess)).toMatch(/^\d{10}$/);

  expect((await runBackup(sandbox, { env: { MIN_DISK_SPACE_PRIMARY_GB: '90000000' } })).code).toBe(12);
  const failed = valuesIn(sandbox.directory);
  expect([outcomeOf(failed), failed.get('proxmox_backup_exit_code')]).toEqual([is('failed'), '12']);

  expect((await runBackup(sandbox, { env: { COMPRESSION_TYPE: 'nothing' } })).code).toBe(2);
  const misconfigured = valuesIn(sandbox.directory);
  expect([outcomeOf(misconfigured), misconfigured.get('proxmox_backup_exit_code')]).toEqual([
    is('failed'),
    '2',
  ]);

  const mark = join(sandbox.base, 'asked');
  addStub(sandbox, 'uname', `: > ${mark}; exec sleep 30`);
  const first = startBackup(sandbox);
  await until('the host is looked at', () => existsSync(mark));
  expect((await runBackup(sandbox)).code).toBe(16);
  const skipped = valuesIn(sandbox.directory);
  expect(outcomeOf(skipped)).toEqual(is('skipped'));
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(130);
  const interrupted = valuesIn(sandbox.directory);
  expect([outcomeOf(interrupted), interrupted.get('proxmox_backup_status')]).toEqual([
    is('interrupted'),
    '2',
  ]);

  for (const values of [failed, misconfigured, skipped, interrupted]) {
    expect(values.get(lastSuccess)).toBe(good.get(lastSuccess));
  }
}, 60_000);
