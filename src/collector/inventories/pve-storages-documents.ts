// The documents about one storage, named and laid out as in the existing edition.

import { posix } from 'node:path';
import picomatch from 'picomatch';
import { fileKey } from '../../util/file-key.ts';
import { formatBytes, formatCount } from '../../util/format.ts';
import { printable } from '../../util/printable.ts';
import { backupsIn, type ScanEntry, type StorageScan } from './pve-storages-scan.ts';

const maxSampleDirectories = 20;
const maxSampleFiles = 100;
const maxShownFiles = 10;

/** Endings of vzdump's archives and what lies beside them. */
export const backupPatterns = [
  '*.vma',
  '*.vma.gz',
  '*.vma.lz4',
  '*.vma.lzo',
  '*.vma.xz',
  '*.vma.zst',
  '*.tar',
  '*.tar.gz',
  '*.tar.lz4',
  '*.tar.lzo',
  '*.tar.xz',
  '*.tar.zst',
  '*.log',
  '*.notes',
];

/** Path below the directory of all storages -> text. */
export function storageDocuments(
  scan: StorageScan,
  scannedAt: Date,
  patterns: readonly string[],
): [string, string][] {
  const key = fileKey(scan.storage.id);
  const lists = (patterns.length === 0 ? backupPatterns : patterns).flatMap((pattern) => {
    const matching = backupsIn(scan).filter(({ relativePath }) =>
      picomatch.isMatch(posix.basename(relativePath), pattern, { dot: true }),
    );
    return matching.length === 0 ? [] : [{ pattern, matching }];
  });
  return [
    [`${key}/metadata.json`, `${JSON.stringify(metadataOf(scan, scannedAt), null, 2)}\n`],
    [`${key}/metadata.txt`, renderMetadata(scan, scannedAt)],
    ...lists.map(({ pattern, matching }): [string, string] => [
      `${key}/backup_analysis/${key}_${patternKey(pattern)}_list.txt`,
      `${matching.map(listLine).join('\n')}\n`,
    ]),
    [`${key}/backup_analysis/${key}_backup_summary.txt`, renderSummary(scan, lists)],
  ];
}

/** `*.vma.zst` -> `vma_zst` */
function patternKey(pattern: string): string {
  return pattern.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '') || 'all';
}

function listLine({ mode, sizeBytes, modifiedAt, relativePath }: ScanEntry): string {
  return `${mode} ${sizeBytes} ${modifiedAt.toISOString()} ${printable(relativePath)}`;
}

function metadataOf({ storage, entries, totalBytes, availableBytes, isCut }: StorageScan, scannedAt: Date) {
  const directories = entries.filter(
    ({ kind, relativePath }) => kind === 'directory' && relativePath.split('/').length <= 2,
  );
  const files = entries.filter(({ kind }) => kind === 'file');
  return {
    name: storage.id,
    path: storage.path,
    type: storage.type,
    content: storage.content.join(','),
    scanned_at: scannedAt.toISOString(),
    sample_directories: directories.slice(0, maxSampleDirectories).map(({ relativePath }) => relativePath),
    disk_usage: {
      total_bytes: totalBytes,
      available_bytes: availableBytes,
    },
    sample_files: files.slice(0, maxSampleFiles).map(({ relativePath, sizeBytes, modifiedAt }) => ({
      relative_path: relativePath,
      size_bytes: sizeBytes,
      size_human: formatBytes(sizeBytes),
      mod_time: modifiedAt.toISOString(),
    })),
    ...(isCut ? { is_cut: true } : {}),
  };
}

function renderMetadata(scan: StorageScan, scannedAt: Date): string {
  const { storage, entries, totalBytes, availableBytes } = scan;
  const files = entries.filter(({ kind }) => kind === 'file');
  return [
    `Storage    ${storage.id} (${storage.type})`,
    `Directory  ${printable(storage.path)}`,
    `Content    ${storage.content.join(', ')}`,
    `Looked at  ${scannedAt.toISOString()}`,
    `Space      ${formatBytes(availableBytes)} free of ${formatBytes(totalBytes)}`,
    `Files      ${files.length}${scan.isCut ? ' and more' : ''}, disks of guests not counted`,
    ...files
      .slice(0, maxShownFiles)
      .map(({ relativePath, sizeBytes }) => `  ${printable(relativePath)}  ${formatBytes(sizeBytes)}`),
    ...(files.length > maxShownFiles ? [`  and ${files.length - maxShownFiles} more`] : []),
    '',
  ].join('\n');
}

function renderSummary(
  scan: StorageScan,
  lists: readonly { pattern: string; matching: readonly ScanEntry[] }[],
): string {
  const counts = lists.map(
    ({ pattern, matching }) =>
      `  ${pattern.padEnd(12)} ${formatCount(matching.length, 'file')}, ${formatBytes(sumOf(matching))}`,
  );
  const guests = [...newestBackups(backupsIn(scan))].map(
    ([guest, { count, newest }]) =>
      `  ${guest.padEnd(12)} ${formatCount(count, 'backup')}, newest ${newest.modifiedAt.toISOString()}, ` +
      `${formatBytes(newest.sizeBytes)}, ${printable(posix.basename(newest.relativePath))}`,
  );
  return [
    `Backups on storage ${scan.storage.id}${scan.isCut ? ' (the listing was cut)' : ''}`,
    ...(counts.length === 0 ? ['  none'] : counts),
    ...(guests.length === 0 ? [] : ['', 'By guest', ...guests]),
    '',
  ].join('\n');
}

interface GuestBackups {
  count: number;
  newest: ScanEntry;
}

/** `qemu 100` -> its backups; logs and notes do not count. */
function newestBackups(backups: readonly ScanEntry[]): Map<string, GuestBackups> {
  const byGuest = new Map<string, GuestBackups>();
  for (const backup of backups) {
    const [, kind, id] =
      /^vzdump-(qemu|lxc|openvz)-(\d+)-.*\.(vma|tar|tgz)/.exec(posix.basename(backup.relativePath)) ?? [];
    if (kind === undefined || id === undefined || /\.(log|notes|protected)$/.test(backup.relativePath))
      continue;
    const guest = `${kind} ${id}`;
    const { count, newest } = byGuest.get(guest) ?? { count: 0, newest: backup };
    byGuest.set(guest, {
      count: count + 1,
      newest: backup.modifiedAt > newest.modifiedAt ? backup : newest,
    });
  }
  return byGuest;
}

function sumOf(entries: readonly ScanEntry[]): number {
  return entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
