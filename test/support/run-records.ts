// Records of runs with every outcome, for what is made from records: notices, metrics, history.

import type { RunRecord } from '../../src/run-record.ts';

const good: RunRecord = {
  hostname: 'pve1',
  proxmox_type: 'pve',
  timestamp: '20260724-020000',
  start_time: '2026-07-24T02:00:00.123+02:00',
  end_time: '2026-07-24T02:03:20.456+02:00',
  duration_seconds: 200.333,
  duration_human: '3m 20s',
  files_collected: 1234,
  files_failed: 0,
  directories_created: 210,
  bytes_collected: 47_841_280,
  bytes_collected_human: '45.6 MiB',
  archive_path: '/var/lib/proxsave/backups/pve1-backup-20260724-020000.tar.zst.age.bundle.tar',
  archive_size: 12_897_280,
  archive_size_human: '12.3 MiB',
  requested_compression: 'zst',
  requested_compression_mode: 'standard',
  compression: 'zst',
  compression_level: 6,
  compression_mode: 'standard',
  compression_threads: 2,
  compression_ratio: 0.27,
  compression_ratio_percent: 27,
  compression_savings_percent: 73,
  checksum: 'ab'.repeat(32),
  manifest_path: '',
  schema_version: 1,
  kind: 'backup',
  status: 'success',
  exit_code: 0,
  exit_name: 'ok',
  install_id: '11111111-2222-4333-8444-555555555555',
  version: '0.1.0',
  verified: true,
  encrypted: true,
  findings: [],
  findings_omitted: {},
  areas: [{ id: 'network', files: 12, bytes: 3400 }],
  selection: { only: [], skip: [] },
  tiers: [
    { tier: 'primary', status: 'ok', location: '/var/lib/proxsave/backups', freeBytes: 128_849_018_880 },
    { tier: 'secondary', status: 'ok', location: '/mnt/nas/proxsave', freeBytes: 2_199_023_255_552 },
    { tier: 'cloud', status: 'disabled', location: '' },
  ],
  phases: [{ phase: 'archive', seconds: 150 }],
  log_path: '/var/log/proxsave/backup-pve1-20260724-020000.log',
};

const noArchive = {
  archive_path: '',
  archive_size: 0,
  files_collected: 0,
  bytes_collected: 0,
  verified: false,
  checksum: '',
  compression: '',
} as const;

const notMade = (detail: string): RunRecord['tiers'] => [
  { tier: 'primary', status: 'failed', location: '/var/lib/proxsave/backups', detail },
];

export const runRecords = {
  success: good,
  warning: {
    ...good,
    status: 'warning',
    exit_code: 1,
    exit_name: 'warnings',
    findings: [
      { severity: 'info', code: 'config-remark', message: 'nobody needs to read this' },
      {
        severity: 'warning',
        code: 'file-changed',
        message: '/var/log/journal/system.journal changed while it was read',
        path: '/var/log/journal/system.journal',
      },
      {
        severity: 'warning',
        code: 'command-failed',
        message: 'pvesh get /cluster/ceph/status failed: exit code 2',
        hint: 'set BACKUP_CEPH_CONFIG=false if this host has no Ceph',
      },
      { severity: 'warning', code: 'command-failed', message: 'pvesm status gave no answer within 30 s' },
    ],
    findings_omitted: { 'file-changed': 3 },
  },
  copyFailed: {
    ...good,
    status: 'warning',
    exit_code: 5,
    exit_name: 'storage',
    findings: [
      {
        severity: 'warning',
        code: 'copy-failed',
        message: 'the copy to b2:proxsave failed: 403 Forbidden',
        hint: 'check the key of the remote: rclone lsd b2:',
      },
    ],
    tiers: [
      ...good.tiers.slice(0, 2),
      { tier: 'cloud', status: 'failed', location: 'b2:proxsave', detail: '403 Forbidden' },
    ],
  },
  holes: {
    ...good,
    status: 'failed',
    exit_code: 9,
    exit_name: 'collection',
    files_failed: 1,
    findings: [
      { severity: 'warning', code: 'file-changed', message: '/etc/motd changed while it was read' },
      {
        severity: 'error',
        code: 'file-unreadable',
        message: '/etc/shadow cannot be read: input/output error',
      },
    ],
  },
  failed: {
    ...good,
    ...noArchive,
    status: 'failed',
    exit_code: 12,
    exit_name: 'disk-space',
    error: 'cannot write /var/lib/proxsave/backups: no space left on the device',
    tiers: notMade('no space left on the device'),
  },
  skipped: {
    ...good,
    ...noArchive,
    status: 'skipped',
    exit_code: 16,
    exit_name: 'skipped',
    error: 'another run holds the lock: process 4711 since 2026-07-23 01:00:00',
    tiers: [{ tier: 'primary', status: 'skipped', location: '/var/lib/proxsave/backups' }],
  },
  interrupted: {
    ...good,
    ...noArchive,
    status: 'interrupted',
    exit_code: 130,
    exit_name: 'interrupted',
    error: 'interrupted by a signal',
    tiers: notMade('interrupted by a signal'),
  },
  /** Ended before it had looked at the host. */
  nameless: {
    ...good,
    ...noArchive,
    hostname: 'unknown',
    proxmox_type: 'unknown',
    status: 'failed',
    exit_code: 2,
    exit_name: 'usage',
    error:
      '2 errors in the configuration\n/etc/proxsave/backup.env:3: BACKUP_PATH is no path\n/etc/proxsave/backup.env:9: MAX_FILE_SIZE=huge is no size',
    tiers: [],
    log_path: '',
  },
} as const satisfies Readonly<Record<string, RunRecord>>;
