// File names of archives, both directions: `<host>-backup-<YYYYMMDD-HHMMSS>.tar[.CODEC][.age][.bundle.tar]`. Pure.
// The stamp is local time of the host that made the archive. Also read: `NAME.decrypted.bundle.tar`, which the
// existing edition makes, and `proxmox-backup-…` of its shell predecessor.

import type { Codec, CompressionType } from './codec.ts';
import { formatStamp } from '../util/format.ts';
import { codecForExtension, codecs } from './codecs/index.ts';

export interface ArchiveName {
  /** As it stands in the name; a host may have `-` in its name. Empty for names of the shell edition. */
  hostname: string;
  /** Local time, `YYYYMMDD-HHMMSS`. Empty for names of the shell edition that have none. */
  timestamp: string;
  /** Undefined when the name does not tell. `gz` stands for pigz too: the format is the same. */
  compression: CompressionType | undefined;
  isEncrypted: boolean;
  isBundle: boolean;
  /** A bundle that the existing edition's decrypt command made. */
  isDecrypted: boolean;
  /** Made by the shell edition. */
  isLegacy: boolean;
}

export const encryptedExtension = '.age';
export const bundleExtension = '.bundle.tar';
const codecExtensions = [...new Set(Object.values<Codec>(codecs).map((codec) => codec.extension))]
  .filter((extension) => extension !== '')
  .map((extension) => extension.replaceAll('.', String.raw`\.`))
  .join('|');
const ending = String.raw`\.tar(${codecExtensions})?(\.age)?(\.decrypted)?(\.bundle\.tar)?`;
const currentName = new RegExp(String.raw`^([^/]+)-backup-(\d{8}-\d{6})${ending}$`, 'su');
const legacyName = new RegExp(String.raw`^proxmox-backup-([^/]*?)${ending}$`, 'su');
const timestampInName = /\d{8}-\d{6}/u;

/** The moment that a stamp of an archive name means on this host; undefined when it is not a date. */
export function parseTimestamp(timestamp: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(timestamp);
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const isDate =
    month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 61;
  return isDate ? new Date(year, month - 1, day, hour, minute, second) : undefined;
}

export interface ArchiveNameParts {
  hostname: string;
  startedAt: Date;
  /** A codec's extension, e.g. `.zst`; empty for none. */
  compressionExtension: string;
  isEncrypted: boolean;
}

/** Name of an archive without the bundle's ending. */
export function makeArchiveName(parts: ArchiveNameParts): string {
  const stem = `${parts.hostname}-backup-${formatStamp(parts.startedAt)}.tar${parts.compressionExtension}`;
  return parts.isEncrypted ? `${stem}${encryptedExtension}` : stem;
}

/** Reads a file name (no directory); undefined when it is not that of an archive. */
export function parseArchiveName(fileName: string): ArchiveName | undefined {
  const current = currentName.exec(fileName);
  if (current !== null) {
    const [, hostname = '', timestamp = '', ...rest] = current;
    if (parseTimestamp(timestamp) === undefined) return undefined;
    return { hostname, timestamp, isLegacy: false, ...readEnding(rest) };
  }
  const legacy = legacyName.exec(fileName);
  if (legacy === null) return undefined;
  const [, middle = '', ...rest] = legacy;
  const timestamp = timestampInName.exec(middle)?.[0] ?? '';
  return { hostname: '', timestamp, isLegacy: true, ...readEnding(rest) };
}

function readEnding(groups: readonly (string | undefined)[]) {
  const [extension = '', age, decrypted, bundle] = groups;
  return {
    compression: codecForExtension(extension)?.type,
    isEncrypted: age !== undefined,
    isDecrypted: decrypted !== undefined,
    isBundle: bundle !== undefined,
  };
}

/** Compression by the ending of any file name (`.tar.xz`, `.tgz`, …); undefined when it does not tell. */
export function compressionOfName(fileName: string): CompressionType | undefined {
  const plain = fileName.endsWith(encryptedExtension)
    ? fileName.slice(0, -encryptedExtension.length)
    : fileName;
  if (plain.endsWith('.tgz')) return 'gz';
  if (plain.endsWith('.zstd')) return 'zst';
  const extension = /\.tar(\.[a-z0-9]+)?$/u.exec(plain);
  return extension === null ? undefined : codecForExtension(extension[1] ?? '')?.type;
}

export interface SidecarNames {
  checksum: string;
  manifest: string;
  metadata: string;
  /** Written by very old editions only. */
  metadataChecksum: string;
}

/** Names of the files that stand beside a raw archive (and, without the manifest, in front of it in a bundle). */
export function sidecarNames(archiveName: string): SidecarNames {
  return {
    checksum: `${archiveName}.sha256`,
    manifest: `${archiveName}.manifest.json`,
    metadata: `${archiveName}.metadata`,
    metadataChecksum: `${archiveName}.metadata.sha256`,
  };
}

/** True for what an interrupted run leaves behind: an archive or sidecar under its temporary name, nothing else. */
export function isPartialName(fileName: string): boolean {
  const stem = /^(.+?)(?:\.partial|\.tmp-[^/]*)$/su.exec(fileName)?.[1];
  if (stem === undefined) return false;
  const archive = withoutSidecarEnding(stem);
  return parseArchiveName(archive) !== undefined;
}

/** A sidecar (`.sha256`, `.metadata` ...) of which neither the archive nor its bundle is there: left by a crash before it was. */
export function isOrphanedSidecar(fileName: string, allNames: ReadonlySet<string>): boolean {
  const archive = withoutSidecarEnding(fileName);
  if (archive === fileName || parseArchiveName(archive) === undefined) return false;
  return !allNames.has(archive) && !allNames.has(`${archive}${bundleExtension}`);
}

/** Name of the archive that a sidecar belongs to; any other name as it is. */
export function withoutSidecarEnding(fileName: string): string {
  return fileName.replace(/(?:\.sha256|\.manifest\.json|\.metadata|\.metadata\.sha256)$/u, '');
}
