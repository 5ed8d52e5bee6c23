import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { parseRun, type HistoryRun } from '../../../src/report/history.ts';
import { metricsFacts } from '../../../src/report/metrics/metrics-facts.ts';
import { renderMetrics } from '../../../src/report/metrics/render-metrics.ts';
import { writeMetrics } from '../../../src/report/metrics/write-metrics.ts';
import type { RunRecord } from '../../../src/run-record.ts';
import { hasPrograms } from '../../support/needs.ts';
import { runRecords } from '../../support/run-records.ts';

/** One day earlier for each step, newest first. */
function historyOf(...records: RunRecord[]): { runs: HistoryRun[] } {
  const runs = records.map((record, index) => {
    const at = (time: string) => new Date(Date.parse(time) - (index + 1) * 86_400_000).toISOString();
    const earlier = { ...record, start_time: at(record.start_time), end_time: at(record.end_time) };
    return parseRun(earlier, `${index}.json`)!;
  });
  return { runs };
}

function textOf(record: RunRecord, history = historyOf()): Promise<string> {
  return renderMetrics(metricsFacts(record, { proxmoxVersion: '9.0.3', history }));
}

/** Sample -> value, with the prefix taken off; every line must have the form of the text format. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || /^# (HELP|TYPE) proxmox_backup_[a-z_]+ /.test(line)) continue;
    const match = /^proxmox_backup_([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+\})?) (-?[\d.e+]+)$/.exec(
      line,
    );
    if (match === null) throw new Error(`no sample: ${line}`);
    samples.set(match[1]!, Number(match[2]));
  }
  return samples;
}

const start = Date.parse(runRecords.success.start_time) / 1000;
const end = Date.parse(runRecords.success.end_time) / 1000;

test('every metric of the existing edition is there with its meaning', async () => {
  const tiers = runRecords.success.tiers.map((tier, index) => ({ ...tier, archives: 7 + index }));
  const samples = samplesOf(await textOf({ ...runRecords.success, tiers }));
  expect(Object.fromEntries(samples)).toMatchObject({
    start_time_seconds: Math.round(start),
    end_time_seconds: Math.round(end),
    duration_seconds: 200.33,
    exit_code: 0,
    status: 0,
    errors_total: 0,
    warnings_total: 0,
    bytes_collected: 47_841_280,
    archive_size_bytes: 12_897_280,
    files_collected_total: 1234,
    files_failed_total: 0,
    'backups_total{location="local"}': 7,
    'backups_total{location="secondary"}': 8,
    'info{hostname="pve1",proxmox_type="pve",proxmox_version="9.0.3",script_version="0.1.0"}': 1,
  });
});

test('a good run tells its success, its copies, its proof', async () => {
  const samples = samplesOf(await textOf(runRecords.success));
  expect(Object.fromEntries(samples)).toMatchObject({
    last_success_timestamp_seconds: Math.round(end),
    last_run_timestamp_seconds: Math.round(end),
    'last_run_outcome{outcome="success"}': 1,
    'last_run_outcome{outcome="failed"}': 0,
    verified: 1,
    encrypted: 1,
    'tier_status{location="local",state="ok"}': 1,
    'tier_status{location="cloud",state="disabled"}': 1,
    'tier_newest_copy_timestamp_seconds{location="local"}': Math.round(start),
    'phase_duration_seconds{phase="archive"}': 150,
  });
  expect(samples.has('tier_newest_copy_timestamp_seconds{location="cloud"}')).toBe(false);
});

test('what the record left out counts among the findings', async () => {
  const samples = samplesOf(await textOf(runRecords.warning));
  expect(samples.get('findings{severity="warning"}')).toBe(6);
  expect([samples.get('warnings_total'), samples.get('status')]).toEqual([6, 1]);
});

test('a failed run keeps the time of the last success and of the last copies', async () => {
  const samples = samplesOf(await textOf(runRecords.failed, historyOf(runRecords.success)));
  expect(samples.get('last_success_timestamp_seconds')).toBe(Math.round(end) - 86_400);
  expect(samples.get('status')).toBe(2);
  expect(samples.get('tier_status{location="local",state="failed"}')).toBe(1);
  expect(samples.get('tier_newest_copy_timestamp_seconds{location="local"}')).toBe(
    Math.round(start) - 86_400,
  );
});

test('an archive with holes is no success', async () => {
  const samples = samplesOf(await textOf(runRecords.holes));
  expect(samples.has('last_success_timestamp_seconds')).toBe(false);
});

test('a copy that failed shows the age of the one before, and does not hide the success', async () => {
  const before: RunRecord = {
    ...runRecords.success,
    tiers: [
      ...runRecords.success.tiers.slice(0, 2),
      { tier: 'cloud', status: 'ok', location: 'b2:proxsave' },
    ],
  };
  const samples = samplesOf(await textOf(runRecords.copyFailed, historyOf(runRecords.copyFailed, before)));
  expect(samples.get('tier_status{location="cloud",state="failed"}')).toBe(1);
  expect(samples.get('tier_newest_copy_timestamp_seconds{location="cloud"}')).toBe(
    Math.round(start) - 2 * 86_400,
  );
  expect(samples.get('last_success_timestamp_seconds')).toBe(Math.round(end));
});

test('a skipped run leaves the numbers of the run before, and is told itself', async () => {
  const skipped = samplesOf(
    await textOf(runRecords.skipped, historyOf(runRecords.skipped, runRecords.success)),
  );
  expect(Object.fromEntries(skipped)).toMatchObject({
    exit_code: 0,
    archive_size_bytes: 12_897_280,
    end_time_seconds: Math.round(end) - 2 * 86_400,
    'last_run_outcome{outcome="skipped"}': 1,
    'tier_status{location="local",state="ok"}': 1,
  });
  expect(samplesOf(await textOf(runRecords.skipped)).get('exit_code')).toBe(16);
});

test('a name from outside cannot forge a line', async () => {
  const text = await textOf({ ...runRecords.success, hostname: 'a"b\\c\nproxmox_backup_status 0' });
  expect(text.match(/^proxmox_backup_status /gm)).toHaveLength(1);
  expect(() => samplesOf(text)).not.toThrow();
});

/** Names of the existing edition that the tool's advice is against. */
const knownComplaints =
  /^proxmox_backup_(errors|warnings|files_collected|files_failed|backups)_total non-counter/;

test.skipIf(!hasPrograms('promtool')).each(Object.entries(runRecords))(
  'promtool accepts the metrics of a %s run (needs promtool)',
  async (_name, record) => {
    const text = await textOf(record, historyOf(runRecords.success));
    const { stderr, stdout, status } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    const complaints = `${stderr}${stdout}`
      .split('\n')
      .filter((line) => line !== '' && !knownComplaints.test(line));
    expect(complaints).toEqual([]);
    // 3: only advice; 1 would be text that cannot be parsed.
    expect([0, 3]).toContain(status);
  },
);

describe('the file', () => {
  const host = createHost({ env: {} });
  const makeDirectory = () => {
    const base = mkdtempSync(join(tmpdir(), 'proxsave-metrics-'));
    onTestFinished(() => {
      rmSync(base, { recursive: true, force: true });
    });
    return base;
  };

  test('everybody may read it, also where the umask says otherwise', () => {
    const directory = join(makeDirectory(), 'new', 'metrics');
    const old = process.umask(0o077);
    try {
      writeMetrics(host, asRealPath(directory), 'proxmox_backup_status 0\n');
    } finally {
      process.umask(old);
    }
    expect(statSync(join(directory, 'proxmox_backup.prom')).mode & 0o777).toBe(0o644);
    expect(statSync(directory).mode & 0o777).toBe(0o755);
  });

  test('it is replaced as a whole, and nothing else stays there', () => {
    const directory = makeDirectory();
    writeMetrics(host, asRealPath(directory), 'old\n');
    writeMetrics(host, asRealPath(directory), 'new\n');
    expect(readdirSync(directory)).toEqual(['proxmox_backup.prom']);
    expect(readFileSync(join(directory, 'proxmox_backup.prom'), 'utf8')).toBe('new\n');
  });

  test('no other name that is scraped appears while it is written', async () => {
    const directory = makeDirectory();
    const names = new Set<string>();
    const isDone = new Promise<void>((resolve) => {
      const watcher = watch(directory, (_event, name) => {
        names.add(name ?? '');
        if (name === 'proxmox_backup.prom') resolve();
      });
      onTestFinished(() => {
        watcher.close();
      });
    });
    writeMetrics(host, asRealPath(directory), 'x\n');
    await isDone;
    expect(names.size).toBeGreaterThan(1);
    expect([...names].filter((name) => name.endsWith('.prom'))).toEqual(['proxmox_backup.prom']);
  });
});
