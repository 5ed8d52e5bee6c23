// Pings and metrics as a run uses them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig, type LoadedConfig } from '../../../src/config/load-config.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { keepMetrics, openPings } from '../../../src/orchestrator/monitoring.ts';
import { createRun, type Run } from '../../../src/orchestrator/run-state.ts';
import { createRunRecord } from '../../../src/report/run-record.ts';
import { silentReporter } from '../../../src/ui/reporter.ts';
import { startReceiver, unusedOrigin } from '../../support/http-receiver.ts';
import { runRecords } from '../../support/run-records.ts';
import { withoutWaiting } from '../../support/test-clock.ts';
import { hostWith } from '../config/config-host.ts';

const selection = { only: [], skip: [] };

function setUp(keys: Readonly<Record<string, string>>): { run: Run; config: LoadedConfig; base: string } {
  const base = mkdtempSync(join(tmpdir(), 'proxsave-monitoring-'));
  onTestFinished(() => {
    rmSync(base, { recursive: true, force: true });
  });
  const places = { LOG_PATH: join(base, 'log'), METRICS_PATH: join(base, 'metrics') };
  const lines = Object.entries({ ...places, ...keys }).map(([key, value]) => `${key}=${value}\n`);
  const { host } = withoutWaiting(createHost({ env: {} }));
  const config = loadConfig(hostWith(lines.join('')), {});
  // Paths of the file are below the root of that host; here they are taken as they are.
  const values = {
    ...config.values,
    LOG_PATH: asRealPath(places.LOG_PATH),
    METRICS_PATH: asRealPath(keys.METRICS_PATH ?? places.METRICS_PATH),
  };
  return { run: createRun(host, silentReporter, new Date()), config: { ...config, values }, base };
}

test('start and end of a run are told, in this order', async () => {
  const receiver = await startReceiver();
  const { run, config } = setUp({
    HEALTHCHECK_ENABLED: 'true',
    HEALTHCHECK_MODE: 'self',
    HEALTHCHECK_BACKUP_URL: `${receiver.origin}/check`,
  });
  const pings = await openPings(run, config);
  pings.start();
  await pings.end(runRecords.failed, []);
  expect(receiver.requests.map(({ url }) => url.replace(/\?rid=[0-9a-f-]{36}$/, ''))).toEqual([
    '/check/start',
    `/check/${runRecords.failed.exit_code}`,
  ]);
  expect(new Set(receiver.requests.map(({ url }) => url.split('?')[1])).size).toBe(1);
  expect(run.findings).toEqual([]);
});

test('a service that is not there is two warnings, of the start and of the end', async () => {
  const { run, config } = setUp({
    HEALTHCHECK_ENABLED: 'true',
    HEALTHCHECK_MODE: 'self',
    HEALTHCHECK_BACKUP_URL: `${await unusedOrigin()}/check`,
  });
  const pings = await openPings(run, config);
  pings.start();
  await pings.end(runRecords.success, []);
  expect(run.findings.map(({ severity, code }) => [severity, code])).toEqual([
    ['warning', 'healthcheck-failed'],
    ['warning', 'healthcheck-failed'],
  ]);
});

test('settings that lead nowhere are told once, and the run goes on', async () => {
  const { run, config } = setUp({ HEALTHCHECK_ENABLED: 'true' });
  const pings = await openPings(run, config);
  pings.start();
  await pings.end(runRecords.success, []);
  expect(run.findings).toMatchObject([{ code: 'healthcheck-not-set-up' }]);
});

test.each(['pve1', 'unknown'])(
  'metrics of host %s know the last success from the records of earlier runs',
  async (hostname) => {
    const { run, config, base } = setUp({ METRICS_ENABLED: 'true' });
    const past = {
      ...runRecords.success,
      start_time: '2026-07-23T00:00:00Z',
      end_time: '2026-07-23T00:05:00Z',
    };
    createRunRecord(run.host, config.values.LOG_PATH, past.timestamp).write(past, (text) => text);
    await keepMetrics(run, config, { selection }, { ...runRecords.failed, hostname });
    const text = readFileSync(join(base, 'metrics', 'proxmox_backup.prom'), 'utf8');
    const seconds = Date.parse(past.end_time) / 1000;
    expect(text).toContain(`proxmox_backup_last_success_timestamp_seconds ${seconds}\n`);
    expect(text).toContain('proxmox_backup_status 2\n');
    expect(run.findings).toEqual([]);
  },
);

test('metrics that nobody wants are not written, and a place that cannot be used is a warning', async () => {
  const off = setUp({});
  await keepMetrics(off.run, off.config, { selection }, runRecords.success);
  expect(() => readFileSync(join(off.base, 'metrics', 'proxmox_backup.prom'))).toThrow('ENOENT');

  const file = join(off.base, 'file');
  writeFileSync(file, '');
  const { run, config } = setUp({ METRICS_ENABLED: 'true', METRICS_PATH: join(file, 'metrics') });
  await keepMetrics(run, config, { selection }, runRecords.success);
  expect(run.findings).toMatchObject([{ severity: 'warning', code: 'metrics-not-written' }]);
});
