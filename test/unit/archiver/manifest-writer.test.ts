// The manifest as text: keys in the order of the existing edition, then ours.

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  type Manifest,
  manifestKeys,
  manifestRoomBytes,
  renderManifest,
} from '../../../src/archiver/manifest.ts';
import { manifestSchema } from '../../../src/archiver/manifest-schema.ts';

const full: Manifest = {
  areas: [{ id: 'network', files: 3, bytes: 400 }],
  install_id: 'ab12',
  passphrase_salt: 'salt',
  cluster_mode: 'standalone',
  encryption_mode: 'none',
  script_version: '0.1.0',
  hostname: 'pve1',
  pbs_version: '3.4.0',
  pve_version: '8.4.1',
  proxmox_version: 'pve=8.4.1,pbs=3.4.0',
  proxmox_targets: ['pve', 'pbs'],
  proxmox_type: 'dual',
  compression_mode: 'standard',
  compression_level: 9,
  compression_type: 'xz',
  created_at: '2026-07-24T02:00:00.123456789+02:00',
  sha256: 'a'.repeat(64),
  archive_size: 1234,
  archive_path: '/b/pve1-backup-20260724-020000.tar.xz',
};

const sha256OfText = (text: string) => createHash('sha256').update(text).digest('hex');

test('keys stand in the order of the existing edition, whatever order they were set in', () => {
  const withoutItself = renderManifest(full).replace(/,\n {2}"manifest_sha256": .*\n/, '\n');
  expect(renderManifest(full)).toBe(`{
  "archive_path": "/b/pve1-backup-20260724-020000.tar.xz",
  "archive_size": 1234,
  "sha256": "${'a'.repeat(64)}",
  "created_at": "2026-07-24T02:00:00.123456789+02:00",
  "compression_type": "xz",
  "compression_level": 9,
  "compression_mode": "standard",
  "proxmox_type": "dual",
  "proxmox_targets": [
    "pve",
    "pbs"
  ],
  "proxmox_version": "pve=8.4.1,pbs=3.4.0",
  "pve_version": "8.4.1",
  "pbs_version": "3.4.0",
  "hostname": "pve1",
  "script_version": "0.1.0",
  "encryption_mode": "none",
  "cluster_mode": "standalone",
  "passphrase_salt": "salt",
  "install_id": "ab12",
  "areas": [
    {
      "id": "network",
      "files": 3,
      "bytes": 400
    }
  ],
  "manifest_sha256": "${sha256OfText(withoutItself)}"
}`);
});

test('keys that we do not know are kept, at the end', () => {
  const keys = Object.keys(JSON.parse(renderManifest({ future: 1, ...full })) as object);
  expect(keys.at(-1)).toBe('future');
  expect(keys).toHaveLength(Object.keys(full).length + 2);
});

test('writer and parser know the same keys, in the same order', () => {
  expect(Object.keys(manifestSchema.shape)).toEqual(manifestKeys);
});

test('what is rendered is read back the same, and rendered again the same', () => {
  const text = renderManifest({ future: 1, ...full });
  const { manifest_sha256: digest, ...facts } = manifestSchema.parse(JSON.parse(text));
  expect(facts).toEqual({ future: 1, ...full });
  expect(renderManifest({ ...facts, manifest_sha256: digest })).toBe(text);
  expect(renderManifest({ ...facts, hostname: 'pve2', manifest_sha256: digest })).not.toContain(digest);
});

test('the room kept for a manifest holds the largest counts', () => {
  const largest = Number.MAX_SAFE_INTEGER;
  for (const areaCount of [0, 1, 80]) {
    const areas = Array.from({ length: areaCount }, (_, at) => ({
      id: `${'long-area-name'.repeat(3)}${at}`,
      files: largest,
      bytes: largest,
    }));
    const counts = {
      archive_size: largest,
      entry_count: largest,
      file_count: largest,
      content_bytes: largest,
    };
    const long = { archive_path: `/${'p'.repeat(4095)}`, hostname: 'h'.repeat(253) };
    const text = renderManifest({ ...full, ...counts, ...long, areas });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(manifestRoomBytes(areaCount));
  }
});
