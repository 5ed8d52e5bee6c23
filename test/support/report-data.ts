// A year in the life of a host, for the report: good days, a week of trouble, a missing copy, strange names.

import { parseRun, type HistoryRun } from '../../src/report/history.ts';
import type { ReportData } from '../../src/report/html/report-data.ts';
import type { AreaChanges, RunRecord } from '../../src/run-record.ts';
import { runRecords } from './run-records.ts';

const dayMs = 24 * 3_600_000;
const newest = Date.parse('2026-07-24T02:00:00Z');

/** `back` days before the newest run. */
function runOf(record: RunRecord, back: number, changes: Partial<RunRecord> = {}): HistoryRun {
  const start = newest - back * dayMs;
  const run = parseRun(
    {
      ...record,
      start_time: new Date(start).toISOString(),
      end_time: new Date(start + record.duration_seconds * 1000).toISOString(),
      ...changes,
    },
    `backup-stats-${back}.json`,
  );
  if (run === undefined) throw new Error('the sample is no run record');
  return run;
}

const sampleChanges: readonly AreaChanges[] = [
  { area: 'network', added: [], removed: [], changed: ['/etc/network/interfaces', '/etc/hosts'] },
  {
    area: 'pve-guests',
    added: ['/etc/pve/nodes/pve1/qemu-server/104.conf', '/etc/<script>alert(1)</script>\u001b[31m\udcff'],
    removed: ['/etc/pve/nodes/pve1/lxc/101.conf'],
    changed: [],
    omitted: { added: 1234, removed: 0, changed: 0 },
  },
];

function ordinaryDay(back: number): HistoryRun {
  const wave = Math.round(Math.sin(back / 9) * 900_000);
  return runOf(back % 13 === 0 ? runRecords.warning : runRecords.success, back, {
    archive_size: 12_897_280 - back * 9_000 + wave,
    duration_seconds: 180 + ((back * 37) % 50),
    ...(back === 0 ? { changes: sampleChanges } : back < 4 ? { changes: [] } : {}),
  });
}

function trouble(back: number): HistoryRun | undefined {
  if (back === 20) return runOf(runRecords.failed, back);
  if (back === 21) return runOf(runRecords.interrupted, back);
  if (back === 22) return runOf(runRecords.holes, back);
  if (back === 23) return runOf(runRecords.skipped, back);
  return back === 1 ? runOf(runRecords.copyFailed, back) : undefined;
}

const missed: ReadonlySet<number> = new Set([40, 41, 42]);

export const yearOfRuns: readonly HistoryRun[] = Array.from({ length: 150 }, (_, back) => back)
  .filter((back) => !missed.has(back))
  .map((back) => trouble(back) ?? ordinaryDay(back));

const archives = Array.from({ length: 9 }, (_, back) => ({
  name: `pve1-backup-${new Date(newest - back * dayMs).toISOString().slice(0, 10).replaceAll('-', '')}-020000.tar.zst.age.bundle.tar`,
  createdAt: new Date(newest - back * dayMs),
  sizeBytes: 12_897_280 - back * 9_000,
  isVerified: back !== 5,
  isEncrypted: true,
  ...(back === 8 ? { problem: 'incomplete' } : {}),
}));

export const sampleReport: ReportData = {
  hostname: 'pve1.example.net',
  product: 'Proxmox VE 9.0.3',
  version: '0.1.0',
  generatedAt: new Date('2026-07-24T09:30:00Z'),
  runs: yearOfRuns,
  damagedRecords: 1,
  tiers: [
    {
      tier: 'primary',
      location: '/var/lib/proxsave/backups',
      lastResult: {
        tier: 'primary',
        status: 'ok',
        location: '/var/lib/proxsave/backups',
        proof: 'read-back',
        freeBytes: 128_849_018_880,
        at: new Date(newest),
      },
      archives,
      retention: {
        policy: 'the newest 7',
        decisions: archives.map(({ name }, index) => ({
          name,
          verdict: index === 7 ? 'drop' : 'keep',
          reasons: index === 0 ? 'newest good archive of pve1; archive 1 of 7' : `archive ${index + 1} of 7`,
        })),
        notes: ['one archive is held: `proxsave release` lets it go'],
      },
    },
    {
      tier: 'secondary',
      location: '/mnt/nas/proxsave',
      lastResult: {
        tier: 'secondary',
        status: 'ok',
        location: '/mnt/nas/proxsave',
        proof: 'read-back',
        freeBytes: 2_199_023_255_552,
        at: new Date(newest),
      },
      archives: archives.slice(0, 3),
    },
    {
      tier: 'cloud',
      location: 'b2:proxsave/pve1',
      lastResult: {
        tier: 'cloud',
        status: 'failed',
        location: 'b2:proxsave/pve1',
        detail: 'the copy failed: 403 Forbidden',
        at: new Date(newest),
      },
      problem: 'the remote b2: cannot be listed: 403 Forbidden',
    },
  ],
  changes: yearOfRuns.flatMap(({ archivePath, startedAt, changes }) =>
    changes === undefined ? [] : [{ archive: archivePath, at: startedAt, areas: changes }],
  ),
};

/** A host without any run, and nothing to show. */
export const emptyReport: ReportData = {
  hostname: 'new',
  product: '',
  version: '0.1.0',
  generatedAt: new Date('2026-07-24T09:30:00Z'),
  runs: [],
  damagedRecords: 0,
  tiers: [{ tier: 'primary', location: '/var/lib/proxsave/backups', archives: [] }],
  changes: [],
};
