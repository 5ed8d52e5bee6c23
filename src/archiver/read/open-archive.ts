// Finds out what a file is: a bundle, a decrypted bundle, or a raw archive with or without files beside it. Reads only
// a few blocks, so a thousand archives are listed quickly. What is missing does not make an archive unusable: it is
// opened, and `unverified` says what cannot be vouched for.

import { basename, dirname } from 'node:path';
import { ArchiveError, describeSystemError, isSystemError } from '../../errors.ts';
import { asRealPath, joinReal, type Host, type RealPath } from '../../host/host.ts';
import {
  bundleExtension,
  compressionOfName,
  encryptedExtension,
  parseArchiveName,
  sidecarNames,
} from '../archive-name.ts';
import { readBundle, type BundleFrame, type ReadAt } from './bundle-reader.ts';
import type { CompressionType } from '../codec.ts';
import { parseDigestLine } from '../digest.ts';
import { canBe, compressionOfBytes, isAgeFile, magicBytes } from './compression-magic.ts';
import type { Manifest } from '../manifest.ts';
import { openForReading, type ContentSource } from './read-content.ts';
import type { ManifestSource } from './read-manifest.ts';

/** As much as a bundle may hold of one. */
const maxSidecarBytes = 1024 * 1024;

/** A SHA-256 that the archive's bytes should have, and who says so. */
export interface ExpectedDigest {
  source: 'checksum file' | 'manifest' | 'digest taken while writing';
  /** Lower-case hex. */
  sha256: string;
}

export interface OpenArchive extends ContentSource {
  kind: 'bundle' | 'raw';
  /** Name of the archive itself: inside a bundle that of the member, e.g. `pve1-backup-20260724-020000.tar.zst`. */
  name: string;
  manifest: Manifest;
  manifestSource: ManifestSource;
  /** A sentence: the manifest is there, but not as it was written. */
  manifestFault?: string;
  /** Bundles only. */
  frame?: BundleFrame;
  /** Empty: nothing says what the bytes should be. Two that differ: one of them, or the archive, is not the original. */
  expectedDigests: readonly ExpectedDigest[];
  /** Sentences: what is missing or contradicts itself, so that the archive cannot be fully verified. */
  unverified: readonly string[];
}

/** What a listing shows of a file: the archive, or why it cannot be read. */
export type ArchiveHead =
  { path: RealPath; archive: OpenArchive } | { path: RealPath; archive: undefined; problem: Error };

/** As openArchive, but a file that cannot be read is a value: one bad file must not end a listing. */
export async function listHead(host: Host, path: RealPath): Promise<ArchiveHead> {
  try {
    return { path, archive: await openArchive(host, path) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { path, archive: undefined, problem: error };
  }
}

/** @throws ArchiveError when there is no such file or it is not an archive; PermissionError */
export async function openArchive(host: Host, path: RealPath): Promise<OpenArchive> {
  const fd = openForReading(host, path);
  try {
    const status = host.fs.statFd(fd);
    if (status.kind !== 'file') throw new ArchiveError(`${path} is a ${status.kind}, not an archive`);
    const directory = asRealPath(dirname(path));
    const facts = await readArchiveFacts({
      path,
      size: status.size,
      mtimeNs: status.mtimeNs,
      readAt: rangedReader(host, fd),
      readBeside: (name) =>
        Promise.resolve(host.fs.readTextIfExists(joinReal(directory, name), maxSidecarBytes)),
    });
    return { ...facts, path };
  } finally {
    host.fs.close(fd);
  }
}

/** A file somewhere, this machine or a tier, of which ranges can be read. */
export interface HeadSource {
  /** Where it is, for people; the last component is its name. */
  path: string;
  size: number;
  mtimeNs: bigint;
  readAt: ReadAt;
  /** A small file of the same directory; undefined when there is none. */
  readBeside: (name: string) => Promise<string | undefined>;
}

/** An archive as its head describes it; without a path of this machine its content cannot be read. */
export type ArchiveFacts = Omit<OpenArchive, 'path'>;

/** Reads a few blocks. @throws ArchiveError when it is no archive, or what the reader throws */
export async function readArchiveFacts(file: HeadSource): Promise<ArchiveFacts> {
  if (file.size === 0) throw emptyArchive(file.path);
  const head = await file.readAt(0, magicBytes);
  return isBundle(file.path, head) ? openBundle(file) : openRaw(file, head);
}

function rangedReader(host: Host, fd: number): ReadAt {
  return async (offset, length) => {
    const buffer = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const count = await host.fs.readAsync(fd, buffer, done, length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return buffer.subarray(0, done);
  };
}

/** By its name; when that was changed, by the sidecar that stands first inside. */
function isBundle(path: string, head: Buffer): boolean {
  if (path.endsWith(bundleExtension)) return true;
  const firstName = head.subarray(0, 100).toString('latin1').replace(/\0.*$/su, '');
  return compressionOfBytes(head) === 'none' && /^(?:\.\/)?[^/]+\.tar[^/]*\.metadata$/u.test(firstName);
}

async function openBundle(file: HeadSource): Promise<ArchiveFacts> {
  const bundle = await readBundle(file.readAt, file.size, file.path);
  const head = await file.readAt(bundle.offset, Math.min(magicBytes, bundle.size));
  const notes: string[] = [];
  if (!bundle.frame.hasEndMarker) notes.push('the bundle has no end marker: it may have been cut short');
  return describe({
    file,
    head,
    notes,
    kind: 'bundle',
    name: bundle.archiveName,
    range: { offset: bundle.offset, size: bundle.size },
    frame: bundle.frame,
    metadataText: bundle.metadataText,
    checksumText: bundle.checksumText,
  });
}

async function openRaw(file: HeadSource, head: Buffer): Promise<ArchiveFacts> {
  const name = basename(file.path);
  const names = sidecarNames(name);
  const notes: string[] = [];
  const readBeside = async (sidecar: string) => {
    try {
      return await file.readBeside(sidecar);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      notes.push(`${sidecar} cannot be read: ${describeSystemError(error)}`);
      return undefined;
    }
  };
  return describe({
    file,
    head,
    notes,
    kind: 'raw',
    name,
    range: { offset: 0, size: file.size },
    metadataText: (await readBeside(names.manifest)) ?? (await readBeside(names.metadata)),
    checksumText: await readBeside(names.checksum),
  });
}

interface Found {
  file: HeadSource;
  /** First bytes of the archive itself. */
  head: Buffer;
  notes: string[];
  kind: OpenArchive['kind'];
  name: string;
  range: { offset: number; size: number };
  frame?: BundleFrame;
  metadataText: string | undefined;
  checksumText: string | undefined;
}

async function describe(found: Found): Promise<ArchiveFacts> {
  // With its parser only when an archive is opened: a backup opens none.
  const { readManifest } = await import('./read-manifest.ts');
  const { file, head, name, notes, range } = found;
  if (range.size === 0) throw emptyArchive(file.path);
  const isEncrypted = name.endsWith(encryptedExtension) || isAgeFile(head);
  const compression = compressionOf(found, isEncrypted);
  const fallback = { name, size: range.size, mtimeNs: file.mtimeNs, path: file.path };
  const { manifest, source, fault } = readManifest(found.metadataText, fallback, notes);
  const expectedDigests: ExpectedDigest[] = [];
  const sidecar = readChecksum(found.checksumText, notes);
  if (sidecar !== undefined) expectedDigests.push({ source: 'checksum file', sha256: sidecar });
  const stated = manifest.sha256.toLowerCase();
  if (/^[0-9a-f]{64}$/u.test(stated)) expectedDigests.push({ source: 'manifest', sha256: stated });
  if (expectedDigests.length === 0) notes.push('nothing says which SHA-256 the archive should have');
  if (sidecar !== undefined && expectedDigests.some(({ sha256 }) => sha256 !== sidecar)) {
    notes.push('the checksum file and the manifest state different SHA-256 values');
  }
  if (source === 'json' && manifest.archive_size !== range.size) {
    notes.push(`the manifest states ${manifest.archive_size} bytes, the archive has ${range.size}`);
  }
  return {
    ...range,
    kind: found.kind,
    name,
    compression,
    isEncrypted,
    manifest,
    manifestSource: source,
    ...(fault === undefined ? {} : { manifestFault: fault }),
    ...(found.frame === undefined ? {} : { frame: found.frame }),
    expectedDigests,
    unverified: notes,
  };
}

/** The digest in the `.sha256` file. What is missing or malformed is added to `notes`. */
function readChecksum(text: string | undefined, notes: string[]): string | undefined {
  const digest = text === undefined ? undefined : parseDigestLine(text);
  if (text === undefined) notes.push('the checksum file (.sha256) is missing');
  else if (digest === undefined) notes.push('the checksum file (.sha256) holds no SHA-256 value');
  return digest;
}

/** By the name, which may lack what a renaming took away; then by the bytes, unless those are encrypted. */
function compressionOf(found: Found, isEncrypted: boolean): CompressionType {
  const named = parseArchiveName(found.name)?.compression ?? compressionOfName(found.name);
  const compression = named ?? (isEncrypted ? undefined : compressionOfBytes(found.head));
  if (compression !== undefined) {
    if (isEncrypted || canBe(compression, found.head)) return compression;
    const type = compression === 'none' ? 'tar' : compression;
    throw new ArchiveError(`${found.file.path} is not a ${type} archive although its name says so`, {
      hint: 'It is damaged in its first bytes, or something else under this name. Use another copy.',
    });
  }
  const what = isEncrypted
    ? 'its name does not say how it is compressed'
    : 'it is neither tar nor compressed tar';
  throw new ArchiveError(`${found.file.path} cannot be read as an archive: ${what}`, {
    hint: 'Give the file its original name back (NAME.tar.zst, NAME.tar.xz.age and so on).',
  });
}

function emptyArchive(path: string): ArchiveError {
  return new ArchiveError(`${path} is empty`, {
    hint: 'An interrupted copy or a full disk may have left it. Use another copy.',
  });
}
