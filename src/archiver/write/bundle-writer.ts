// Writes `<archive>.bundle.tar` in one pass: a plain tar of `<archive>.metadata`, `<archive>.sha256` and the archive
// itself. Room for what stands in front is kept free and filled in at the end, when it is known.

import type { EntryMeta } from '../../entry.ts';
import { ArchiveError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { bundleExtension, sidecarNames } from '../archive-name.ts';
import type { ArchiveSink, ArchiveTarget, FinishedContent } from './archive-sink.ts';
import { formatDigestLine } from '../digest.ts';
import { encodeHeader, patchSize } from '../tar/encode-header.ts';
import { type Manifest, manifestRoomBytes, renderManifest } from '../manifest.ts';
import { createMeter, createPartialFile, type PartialFile } from './partial-file.ts';
import { paddedBytes, tarBlockBytes } from '../tar/tar-header.ts';

const memberMode = 0o640;
const sha256Characters = 64;
const endOfArchive = Buffer.alloc(2 * tarBlockBytes);

export function createBundleWriter(host: Host, target: ArchiveTarget): ArchiveSink {
  const front = planFront(target);
  const { directory, fileName = `${target.archiveName}${bundleExtension}`, mayReplace } = target;
  const file = createPartialFile(host, directory, fileName, mayReplace);
  const meter = createMeter();
  keepRoom(file, front.bytes);
  return {
    partialPath: file.partialPath,
    finalPath: file.finalPath,
    write: (chunk) => {
      meter.update(chunk);
      return file.append(chunk);
    },
    finishContent: () => {
      const content = meter.finish(front.bytes);
      const { archiveSize } = content;
      file.appendNow(Buffer.alloc(paddedBytes(archiveSize) - archiveSize));
      file.appendNow(endOfArchive);
      file.sync();
      return content;
    },
    finishManifest: (manifest) => {
      file.writeAt(front.encode(manifest, meter.finished()), 0);
      file.sync();
    },
    demandOurs: () => {
      file.demandOurs();
    },
    publish: () => {
      file.publish();
    },
    discard: () => {
      file.discard();
    },
  };
}

/** Zeros, not a hole: the space is taken now, so that filling the front cannot fail for the lack of it. */
function keepRoom(file: PartialFile, bytes: number): void {
  try {
    file.appendNow(Buffer.alloc(bytes));
  } catch (error) {
    file.discard();
    throw error;
  }
}

interface Front {
  /** Whole room in front of the archive's bytes; depends on names and the number of areas only. */
  bytes: number;
  encode(manifest: Manifest, content: FinishedContent): Buffer;
}

function planFront(target: ArchiveTarget): Front {
  const names = sidecarNames(target.archiveName);
  const manifestBytes = paddedBytes(manifestRoomBytes(target.areaCount, target.recipients));
  const checksumBytes = formatDigestLine('0'.repeat(sha256Characters), target.archiveName).length;
  const metadataHeader = encodeMemberHeader(target, names.metadata, manifestBytes);
  const checksumHeader = encodeMemberHeader(target, names.checksum, checksumBytes);
  // The size is put in at the end, in the header's own field whatever it is, so that the header keeps its length.
  const archiveHeader = encodeMemberHeader(target, target.archiveName, 0);
  const encode = (manifest: Manifest, content: FinishedContent) => {
    patchSize(archiveHeader, archiveHeader.length - tarBlockBytes, content.archiveSize);
    return Buffer.concat([
      metadataHeader,
      padManifest(manifest, manifestBytes),
      checksumHeader,
      Buffer.from(formatDigestLine(content.sha256, target.archiveName)),
      Buffer.alloc(paddedBytes(checksumBytes) - checksumBytes),
      archiveHeader,
    ]);
  };
  const bytes =
    metadataHeader.length +
    manifestBytes +
    checksumHeader.length +
    paddedBytes(checksumBytes) +
    archiveHeader.length;
  return { bytes, encode };
}

/** JSON allows white space behind it: newlines fill the room that was kept. */
function padManifest(manifest: Manifest, room: number): Buffer {
  const text = Buffer.from(renderManifest(manifest), 'utf8');
  if (text.length > room) {
    throw new ArchiveError(`the manifest has ${text.length} bytes; the bundle kept room for ${room}`);
  }
  return Buffer.concat([text, Buffer.alloc(room - text.length, '\n')]);
}

function encodeMemberHeader(target: ArchiveTarget, name: string, size: number): Buffer {
  const meta: EntryMeta = {
    path: name,
    type: 'file',
    mode: memberMode,
    uid: 0,
    gid: 0,
    userName: 'root',
    groupName: 'root',
    mtimeNs: BigInt(Math.floor(target.createdAt.getTime() / 1000)) * 1_000_000_000n,
    size,
    linkTarget: '',
  };
  return encodeHeader(meta, name);
}
