// Writes archives of the existing edition, in all the forms that a reader may meet: the compressor's and age's own programs
// make the bytes, this file the names, sidecars and bundles.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oldHostEntries } from './old-host.ts';
import { bundleOf, oldTar, type OldEntry } from './old-tar.ts';

export const oldCodecs = ['none', 'gz', 'pigz', 'bz2', 'xz', 'lzma', 'zst'] as const;
export type OldCodec = (typeof oldCodecs)[number];

/** Command lines as that edition runs them, with low levels. */
const compressors: Record<OldCodec, { extension: string; argv: readonly string[] | undefined }> = {
  none: { extension: '', argv: undefined },
  gz: { extension: '.gz', argv: ['gzip', '-1', '-c'] },
  pigz: { extension: '.gz', argv: ['pigz', '-1', '-c'] },
  bz2: { extension: '.bz2', argv: ['bzip2', '-1', '-c'] },
  xz: { extension: '.xz', argv: ['xz', '-1', '-T0', '-c'] },
  lzma: { extension: '.lzma', argv: ['lzma', '-1', '-c'] },
  zst: { extension: '.zst', argv: ['zstd', '-1', '-T0', '-q', '-c'] },
};

export interface OldArchive {
  /** `decrypted`: what its decrypt command makes of an encrypted one. Default: bundle. */
  form?: 'bundle' | 'raw' | 'decrypted';
  codec?: OldCodec;
  /** Default: the small host of old-host.ts, deduplicated. */
  entries?: readonly OldEntry[];
  /** Public key; then the archive is encrypted. */
  recipient?: string;
  /** In the manifest: `passphrase_salt`. */
  salt?: string;
  /** Of the metadata; default: what fits. */
  encryptionMode?: string;
  /** `key-value`: the legacy form. Default: json. */
  metadata?: 'json' | 'key-value' | 'none';
  hasChecksum?: boolean;
  /** With the `.metadata.sha256` of very old editions. */
  hasMetadataChecksum?: boolean;
  /** `proxmox-backup-...`, as its shell predecessor named them. */
  isShellName?: boolean;
}

/** Returns the path of the archive, or of its bundle. */
export function makeOldArchive(directory: string, options: OldArchive = {}): string {
  const { form = 'bundle', codec = 'xz' } = options;
  const bytes = encrypted(compressed(oldTar(options.entries ?? oldHostEntries()), codec), options);
  const age = options.recipient === undefined ? '' : '.age';
  const stem =
    options.isShellName === true ? 'proxmox-backup-pve1-20260724-020000' : 'pve1-backup-20260724-020000';
  const name = `${stem}.tar${compressors[codec].extension}${age}`;
  const sidecars = sidecarsOf(directory, name, bytes, options);
  if (form === 'raw') {
    writeFileSync(join(directory, name), bytes, { mode: 0o640 });
    for (const [sidecar, content] of sidecars) writeFileSync(join(directory, sidecar), content);
    return join(directory, name);
  }
  const ending = form === 'decrypted' ? '.decrypted.bundle.tar' : '.bundle.tar';
  const path = join(directory, `${name}${ending}`);
  writeFileSync(path, bundleOf([...sidecars, [name, bytes]]), { mode: 0o600 });
  return path;
}

function compressed(tar: Buffer, codec: OldCodec): Buffer {
  const { argv } = compressors[codec];
  return argv === undefined ? tar : filter(argv, tar);
}

function encrypted(bytes: Buffer, { recipient }: OldArchive): Buffer {
  return recipient === undefined ? bytes : filter(['age', '-r', recipient], bytes);
}

function filter([program = '', ...args]: readonly string[], input: Buffer): Buffer {
  return execFileSync(program, args, { input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** In the order in which a bundle holds them. */
function sidecarsOf(
  directory: string,
  name: string,
  bytes: Buffer,
  options: OldArchive,
): (readonly [string, Buffer])[] {
  const { metadata = 'json', hasChecksum = true, hasMetadataChecksum = false } = options;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const texts: [string, string][] = [];
  if (metadata !== 'none') {
    const facts = { directory, name, sha256, size: bytes.length };
    const text = metadata === 'json' ? jsonMetadata(facts, options) : keyValueMetadata(options);
    texts.push([`${name}.metadata`, text]);
    if (hasMetadataChecksum) {
      const digest = createHash('sha256').update(text).digest('hex');
      texts.push([`${name}.metadata.sha256`, `${digest}  ${name}.metadata\n`]);
    }
  }
  if (hasChecksum) texts.push([`${name}.sha256`, `${sha256}  ${name}\n`]);
  return texts.map(([file, text]) => [file, Buffer.from(text)] as const);
}

function modeOf({ encryptionMode, recipient }: OldArchive): string {
  return encryptionMode ?? (recipient === undefined ? 'none' : 'age');
}

function jsonMetadata(
  facts: { directory: string; name: string; sha256: string; size: number },
  options: OldArchive,
): string {
  const mode = modeOf(options);
  return JSON.stringify(
    {
      archive_path: join(facts.directory, facts.name),
      archive_size: facts.size,
      sha256: facts.sha256,
      created_at: '2026-07-24T02:00:00.123456789+02:00',
      compression_type: options.codec ?? 'xz',
      compression_level: 1,
      compression_mode: 'fast',
      proxmox_type: 'pve',
      proxmox_targets: ['pve'],
      proxmox_version: '8.4.1',
      pve_version: '8.4.1',
      hostname: 'pve1',
      script_version: '0.30.0',
      // Left out when it is empty.
      ...(mode === '' ? {} : { encryption_mode: mode }),
      cluster_mode: 'standalone',
      ...(options.salt === undefined ? {} : { passphrase_salt: options.salt }),
    },
    null,
    2,
  );
}

function keyValueMetadata(options: OldArchive): string {
  return [
    '# metadata of the backup',
    `COMPRESSION_TYPE=${options.codec ?? 'xz'}`,
    'COMPRESSION_LEVEL=1',
    'PROXMOX_TYPE=pve',
    'BACKUP_TARGETS=pve,pve',
    'PROXMOX_VERSION=8.4.1',
    'HOSTNAME=pve1',
    'SCRIPT_VERSION=0.7.4-bash',
    ...(options.encryptionMode === '' ? [] : [`ENCRYPTION_MODE=${modeOf(options)}`]),
    '',
  ].join('\n');
}
