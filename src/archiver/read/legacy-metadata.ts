// The KEY=VALUE form of `.metadata`, from before it was JSON (the existing edition reads it too). It says nothing
// about size, time and checksum of the archive; the caller takes those from the file itself.

import type { Manifest } from '../manifest.ts';

/** Keys of the old file to those of the manifest. */
const textKeys = {
  COMPRESSION_TYPE: 'compression_type',
  PROXMOX_TYPE: 'proxmox_type',
  PROXMOX_VERSION: 'proxmox_version',
  PVE_VERSION: 'pve_version',
  PBS_VERSION: 'pbs_version',
  HOSTNAME: 'hostname',
  SCRIPT_VERSION: 'script_version',
  ENCRYPTION_MODE: 'encryption_mode',
} as const;

/** The facts that the text holds; undefined when it has not one line of the kind. */
export function parseLegacyMetadata(text: string): Partial<Manifest> | undefined {
  const values = readAssignments(text);
  if (values.size === 0) return undefined;
  const facts: Partial<Manifest> = {};
  for (const [key, manifestKey] of Object.entries(textKeys)) {
    const value = values.get(key);
    if (value !== undefined && value !== '') facts[manifestKey] = value;
  }
  const level = values.get('COMPRESSION_LEVEL') ?? '';
  if (/^\d+$/u.test(level)) facts.compression_level = Number(level);
  const targets = [values.get('BACKUP_TARGETS'), values.get('PROXMOX_TARGETS')]
    .flatMap((list) => (list ?? '').split(','))
    .map((target) => target.trim())
    .filter((target) => target !== '');
  if (targets.length > 0) facts.proxmox_targets = [...new Set(targets)];
  return facts;
}

function readAssignments(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/u)) {
    const match = /^\s*([A-Z][A-Z0-9_]*)\s*=(.*)$/u.exec(line);
    if (match === null) continue;
    const [, key = '', value = ''] = match;
    values.set(key, value.trim().replace(/^(["'])(.*)\1$/u, '$2'));
  }
  return values;
}
