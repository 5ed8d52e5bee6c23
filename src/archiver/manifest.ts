// The manifest: what one archive is. Written as `.metadata` inside the bundle (and as `.manifest.json` beside a raw
// archive), pretty-printed JSON. The first keys, their order and names are those of the existing edition, whose
// readers ignore the keys that follow. What each key holds is said in manifest-schema.ts.

import { hash } from 'node:crypto';
import type { Manifest } from './manifest-schema.ts';

export type { Manifest };

/** In the order in which they are written. */
export const manifestKeys = [
  'archive_path',
  'archive_size',
  'sha256',
  'created_at',
  'compression_type',
  'compression_level',
  'compression_mode',
  'proxmox_type',
  'proxmox_targets',
  'proxmox_version',
  'pve_version',
  'pbs_version',
  'hostname',
  'script_version',
  'encryption_mode',
  'cluster_mode',
  'passphrase_salt',
  'schema_version',
  'install_id',
  'recipients',
  'status',
  'verified_at',
  'entry_count',
  'file_count',
  'content_bytes',
  'warning_count',
  'error_count',
  'areas',
  'manifest_sha256',
] as const satisfies readonly (keyof Manifest)[];

/**
 * JSON text with the keys in this order, unknown ones behind; two spaces, no newline at the end. Its `manifest_sha256` is
 * always computed, so that a manifest that was altered later can be told.
 */
export function renderManifest(manifest: Manifest): string {
  const known: readonly string[] = manifestKeys;
  const unknown = Object.keys(manifest).filter((key) => !known.includes(key));
  const inOrder = (facts: Manifest) =>
    Object.fromEntries([...known, ...unknown].map((key): [string, unknown] => [key, facts[key]]));
  return indented(inOrder({ ...manifest, manifest_sha256: manifestSha256(inOrder(manifest)) }));
}

/** What `manifest_sha256` must be for the facts as they stand in the JSON text, keys in the order of the text. */
export function manifestSha256(facts: Readonly<Record<string, unknown>>): string {
  return hash('sha256', indented({ ...facts, manifest_sha256: undefined }));
}

function indented(facts: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(facts, null, 2);
}

/** Room for every manifest of an archive with so many areas and recipients, whatever its counts turn out to be. */
export function manifestRoomBytes(areaCount: number, recipients: readonly string[] = []): number {
  const generalBytes = 8 * 1024;
  const areaBytes = 160;
  return generalBytes + areaCount * areaBytes + Buffer.byteLength(indented({ recipients }));
}
