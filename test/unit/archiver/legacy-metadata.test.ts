import { expect, test } from 'vitest';
import { parseLegacyMetadata } from '../../../src/archiver/read/legacy-metadata.ts';

test('KEY=VALUE lines become facts of the manifest', () => {
  const text = [
    '# ProxSave metadata',
    'COMPRESSION_TYPE=xz',
    'COMPRESSION_LEVEL=9',
    "HOSTNAME='pve1.lan'",
    'BACKUP_TARGETS=pve, pbs,pve',
    'PVE_VERSION=8.4.1',
    'ENCRYPTION_MODE=',
    'SOMETHING_ELSE=1',
  ].join('\r\n');
  expect(parseLegacyMetadata(text)).toEqual({
    compression_type: 'xz',
    compression_level: 9,
    hostname: 'pve1.lan',
    proxmox_targets: ['pve', 'pbs'],
    pve_version: '8.4.1',
  });
});

test('the older name of the targets is read too, and a level that is no number is left out', () => {
  const facts = parseLegacyMetadata('PROXMOX_TARGETS=pbs\nCOMPRESSION_LEVEL=high\n');
  expect(facts).toEqual({ proxmox_targets: ['pbs'] });
});

test.each(['', 'hello\nworld\n', '{"created_at": 12'])(
  'text without any such line is not metadata: %j',
  (text) => {
    expect(parseLegacyMetadata(text)).toBeUndefined();
  },
);
