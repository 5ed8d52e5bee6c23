import { expect, test } from 'vitest';
import { retentionArchiveOf } from '../../../../src/storage/retention/retention-archive.ts';

const file = { name: 'pve-backup-20261125-020000.tar.zst', sizeBytes: 7 };
const manifest = {
  hostname: 'pve',
  created_at: '2026-11-25T02:00:00.123456789+01:00',
  install_id: 'install-1',
  status: 'complete',
  verified_at: '2026-11-25T02:01:00Z',
} as const;

test('a manifest says host, installation, time and worth', () => {
  expect(retentionArchiveOf(file, manifest)).toEqual({
    ...file,
    state: 'complete',
    hostname: 'pve',
    installId: 'install-1',
    createdAt: new Date('2026-11-25T01:00:00.123Z'),
    isVerified: true,
  });
  expect(retentionArchiveOf(file, { ...manifest, status: 'partial' })).toMatchObject({ state: 'partial' });
});

test('a manifest of an older edition is a complete archive of nobody known', () => {
  const { hostname, created_at } = manifest;
  const older = retentionArchiveOf(file, { hostname, created_at, install_id: '' });
  expect(older).toMatchObject({ state: 'complete', isVerified: false });
  expect(older).not.toHaveProperty('installId');
});

test.each([
  [{ problem: 'no manifest in front' }, 'no manifest in front'],
  [{ ...manifest, created_at: 'yesterday' }, 'its manifest holds no usable time'],
  [{ ...manifest, created_at: '' }, 'its manifest holds no usable time'],
  [{ ...manifest, hostname: '' }, 'its manifest names no host'],
])('without the facts that count (%j) an archive is unreadable', (given, detail) => {
  expect(retentionArchiveOf(file, given)).toEqual({ ...file, state: 'unreadable', detail });
});
