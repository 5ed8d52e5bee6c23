// An encrypted archive becomes the same archive without encryption: a complete one again, with manifest and checksum of its
// own. It gets its name when every byte was authenticated, is on the disk and was read back; before that it is NAME.partial.

import { basename, dirname } from 'node:path';
import { bundleExtension, encryptedExtension } from '../archiver/archive-name.ts';
import { renderManifest, type Manifest } from '../archiver/manifest.ts';
import { readDecrypted } from '../archiver/read/decrypted-content.ts';
import type { OpenArchive } from '../archiver/read/open-archive.ts';
import { verifyContent, type VerifyReport } from '../archiver/verify/verify-archive.ts';
import type { ArchiveSink, FinishedContent } from '../archiver/write/archive-sink.ts';
import { createBundleWriter } from '../archiver/write/bundle-writer.ts';
import { createRawWriter } from '../archiver/write/raw-writer.ts';
import { isOfExistingEdition } from '../archiver/index/read-index.ts';
import { DiskSpaceError, InterruptedError, VerificationError } from '../errors.ts';
import { asRealPath, joinReal, type Host, type RealPath } from '../host/host.ts';
import { formatRfc3339 } from '../util/format.ts';

export interface DecryptRequest {
  /** With its keys. */
  archive: OpenArchive;
  to: DecryptTarget;
  overwrite: boolean;
  ignoreChecksum: boolean;
  /** Told of archive bytes read, in both passes. */
  onBytes: (phase: 'decrypt' | 'read back', bytes: number) => void;
}

export interface DecryptTarget {
  path: RealPath;
  kind: 'bundle' | 'raw';
}

export interface DecryptedArchive {
  path: RealPath;
  kind: 'bundle' | 'raw';
  /** Of the archive itself, without bundle and encryption. */
  name: string;
  sizeBytes: number;
  /** Of the plain archive. */
  sha256: string;
  level: VerifyReport['level'];
  checked: VerifyReport['checked'];
}

/** `pve1-backup-20260724-020000.tar.zst.age` -> the same without `.age`. */
export function plainNameOf({ name }: Pick<OpenArchive, 'name'>): string {
  return name.endsWith(encryptedExtension) ? name.slice(0, -encryptedExtension.length) : name;
}

/** As the existing edition names it. */
export function decryptedBundleName(archive: Pick<OpenArchive, 'name'>): string {
  return `${plainNameOf(archive)}.decrypted${bundleExtension}`;
}

/**
 * Whatever goes wrong, nothing is left, and a file that has the name already stays as it is.
 * @throws KeyError, EncryptionError (altered, cut short), VerificationError (not what was saved), ArchiveError, StorageError,
 *   DiskSpaceError, PermissionError, InterruptedError
 */
export async function decryptArchive(host: Host, request: DecryptRequest): Promise<DecryptedArchive> {
  const { archive, to } = request;
  checkSpace(host, request);
  const sink = createSink(host, request);
  try {
    const { signal } = host;
    const options = {
      signal,
      ignoreChecksum: request.ignoreChecksum,
      onBytes: (bytes: number) => request.onBytes('decrypt', bytes),
    };
    for await (const bytes of readDecrypted(host, archive, options)) await sink.write(bytes);
    const content = sink.finishContent();
    const report = await readBack(host, request, sink, content);
    sink.finishManifest(plainManifest(host, request, { content, report }));
    // The last moment at which an interrupt may still win.
    if (signal.aborted) throw new InterruptedError();
    sink.publish();
    return {
      ...to,
      name: plainNameOf(archive),
      sizeBytes: content.archiveSize,
      sha256: content.sha256,
      level: report.level,
      checked: report.checked,
    };
  } catch (error) {
    sink.discard();
    throw error;
  }
}

/** The plain archive is a little smaller than the encrypted one. */
function checkSpace(host: Host, { archive, to }: DecryptRequest): void {
  const directory = asRealPath(dirname(to.path));
  const { availableBytes } = host.fs.space(directory);
  if (archive.size <= availableBytes) return;
  throw new DiskSpaceError(
    `the decrypted archive needs ${archive.size} bytes, but ${directory} has only ${availableBytes} free`,
    { hint: 'name a place on another file system: -o FILE; or `proxsave extract` takes out single files' },
  );
}

function createSink(host: Host, request: DecryptRequest): ArchiveSink {
  const { archive, to, overwrite } = request;
  const created = new Date(archive.manifest.created_at);
  const target = {
    directory: asRealPath(dirname(to.path)),
    archiveName: plainNameOf(archive),
    fileName: basename(to.path),
    createdAt: Number.isNaN(created.getTime()) ? host.clock.now() : created,
    areaCount: roomOf(archive.manifest),
    mayReplace: overwrite,
  };
  return to.kind === 'bundle' ? createBundleWriter(host, target) : createRawWriter(host, target);
}

/** As a number of areas, which decides how much room a bundle keeps: manifests of others may hold anything. */
function roomOf(manifest: Manifest): number {
  const bytesOfAnArea = 160;
  return Math.ceil(Buffer.byteLength(renderManifest(manifest)) / bytesOfAnArea);
}

async function readBack(
  host: Host,
  { archive, onBytes }: DecryptRequest,
  sink: ArchiveSink,
  content: FinishedContent,
): Promise<VerifyReport> {
  const { entry_count } = archive.manifest;
  const report = await verifyContent(
    host,
    {
      path: sink.partialPath,
      offset: content.archiveOffset,
      size: content.archiveSize,
      compression: archive.compression,
      isEncrypted: false,
      expectedDigests: [{ source: 'digest taken while writing', sha256: content.sha256 }],
      expectsIndex: archive.manifestSource === 'json' && !isOfExistingEdition(archive),
      ...(entry_count === undefined ? {} : { expectedEntries: entry_count }),
    },
    { signal: host.signal, onBytes: (bytes) => onBytes('read back', bytes) },
  );
  if (report.ok) return report;
  sink.demandOurs();
  const shown = report.problems.slice(0, 5).map((problem) => `\n    ${problem.message}`);
  throw new VerificationError(`${archive.path} decrypts to a damaged archive:${shown.join('')}`, {
    hint: 'Nothing was kept of it. `proxsave extract` takes out what can still be read.',
  });
}

function plainManifest(
  host: Host,
  { archive, to }: DecryptRequest,
  { content, report }: { content: FinishedContent; report: VerifyReport },
): Manifest {
  // Who could open it is no fact of the plain archive; the salt of the key stays, as the existing edition keeps it. And a
  // copy that somebody made by hand is nobody's to prune: retention goes by the installation that made an archive.
  const facts: Manifest = { ...archive.manifest };
  delete facts.recipients;
  delete facts.install_id;
  delete facts.verified_at;
  const name = to.kind === 'bundle' ? plainNameOf(archive) : basename(to.path);
  return {
    ...facts,
    archive_path: joinReal(asRealPath(dirname(to.path)), name),
    archive_size: content.archiveSize,
    sha256: content.sha256,
    encryption_mode: 'none',
    ...(report.level === 'content' ? { verified_at: formatRfc3339(host.clock.now()) } : {}),
  };
}
