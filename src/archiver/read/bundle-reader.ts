// Finds the members of a bundle (an uncompressed tar of `.metadata`, `.sha256` and the archive) by hopping from header
// to header: a few blocks are read, whatever the size. Works over any ranged read, so over a network too.

import { ArchiveError } from '../../errors.ts';
import { paddedBytes, tarBlockBytes } from '../tar/tar-header.ts';
import { TarScanner, type DecodedMeta } from '../tar/tar-scanner.ts';

/** Up to `length` bytes from `offset`; fewer only at the end of the file. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

export interface BundleContents {
  /** Name, place and size of the archive inside. */
  archiveName: string;
  offset: number;
  size: number;
  /** Text of `.metadata` (or `.manifest.json`) and of `.sha256`; undefined when the bundle has none. */
  metadataText: string | undefined;
  checksumText: string | undefined;
  frame: BundleFrame;
}

/** What must hold of the file around the members; only verifying reads all of it. */
export interface BundleFrame {
  /** The two blocks of zeros behind the last member, in a file of whole blocks. */
  hasEndMarker: boolean;
  /** Where nothing but zeros may stand: the padding of each member, and all behind the last one. */
  zeros: readonly { offset: number; size: number }[];
}

interface BundleMember {
  meta: DecodedMeta;
  /** File name inside the bundle. */
  name: string;
  offset: number;
}

const endMarker = Buffer.alloc(2 * tarBlockBytes);
const maxMembers = 16;
const maxMetadataBytes = 1024 * 1024;
const maxChecksumBytes = 4 * 1024;
const metadataEnding = /\.(?:metadata|manifest\.json)$/u;
/** Not that of the metadata, which very old editions wrote. */
const checksumEnding = /(?<!\.metadata)\.sha256$/u;

/** @param label the file, for messages. @throws ArchiveError for anything but a sound bundle of one archive */
export async function readBundle(readAt: ReadAt, fileBytes: number, label: string): Promise<BundleContents> {
  const members = await readMembers(readAt, fileBytes, label);
  const archives = members.filter((member) => !isSidecar(member.name));
  const [archive] = archives;
  if (archive === undefined) {
    const found = members.map((member) => member.name).join(', ');
    throw new ArchiveError(
      `${label} is not a complete bundle: it holds no archive${found && `, only ${found}`}`,
      {
        hint: 'Use another copy of the bundle. A plain archive can be given as it is, without a bundle.',
      },
    );
  }
  if (archives.length > 1) {
    const names = archives.map((member) => member.name).join(', ');
    throw new ArchiveError(`${label} holds more than one archive: ${names}`, {
      hint: 'A bundle holds exactly one. Unpack it with tar and give one of the archives.',
    });
  }
  const textOf = async (ending: RegExp, limit: number) => {
    const member = members.find(({ name }) => ending.test(name));
    if (member === undefined) return undefined;
    if (member.meta.size > limit) {
      throw new ArchiveError(
        `${label}: ${member.name} has ${member.meta.size} bytes; at most ${limit} are accepted`,
      );
    }
    return (await readAt(member.offset, member.meta.size)).toString('utf8');
  };
  return {
    archiveName: archive.name,
    offset: archive.offset,
    size: archive.meta.size,
    metadataText: await textOf(metadataEnding, maxMetadataBytes),
    checksumText: await textOf(checksumEnding, maxChecksumBytes),
    frame: await readFrame(readAt, fileBytes, members),
  };
}

async function readFrame(
  readAt: ReadAt,
  fileBytes: number,
  members: readonly BundleMember[],
): Promise<BundleFrame> {
  const zeros: { offset: number; size: number }[] = [];
  let end = 0;
  for (const { offset, meta } of members) {
    end = Math.min(fileBytes, offset + paddedBytes(meta.size));
    zeros.push({ offset: offset + meta.size, size: end - offset - meta.size });
  }
  zeros.push({ offset: end, size: fileBytes - end });
  const marker = await readAt(end, endMarker.length);
  return { hasEndMarker: marker.equals(endMarker) && fileBytes % tarBlockBytes === 0, zeros };
}

function isSidecar(name: string): boolean {
  return metadataEnding.test(name) || name.endsWith('.sha256');
}

async function readMembers(readAt: ReadAt, fileBytes: number, label: string): Promise<BundleMember[]> {
  const members: BundleMember[] = [];
  // Less than a block at the end is no member: the file was cut there, which readFrame says.
  for (let offset = 0; offset + tarBlockBytes <= fileBytes;) {
    const member = await readMemberAt(readAt, offset, label);
    if (member === undefined) break;
    const end = member.offset + member.meta.size;
    if (end > fileBytes) {
      throw new ArchiveError(
        `${label} is cut short: ${member.name} should reach to byte ${end}, but the file ends at ${fileBytes}`,
        { hint: 'The file was probably cut by an interrupted copy. Use another copy.' },
      );
    }
    members.push(member);
    if (members.length > maxMembers)
      throw new ArchiveError(`${label} is not a bundle: it has too many members`);
    offset = member.offset + paddedBytes(member.meta.size);
  }
  return members;
}

/** The member whose header begins at `offset`; undefined at the end marker. */
async function readMemberAt(
  readAt: ReadAt,
  offset: number,
  label: string,
): Promise<BundleMember | undefined> {
  const scanner = new TarScanner(offset);
  for (;;) {
    const block = await readAt(scanner.offset, tarBlockBytes);
    if (block.length === 0) scanner.finish();
    scanner.feed(block);
    const step = scanner.next();
    if (scanner.isDone) return undefined;
    if (step?.kind === 'entry') {
      return { meta: step.meta, name: memberName(step.meta, label), offset: scanner.offset };
    }
  }
}

/** Bundles hold plain files with plain names. */
function memberName(meta: DecodedMeta, label: string): string {
  const isPlain = meta.path !== '' && !/[/\0]/u.test(meta.path) && meta.path !== '..';
  if (meta.type === 'file' && isPlain) return meta.path;
  throw new ArchiveError(
    `${label} is not a bundle: its member ${JSON.stringify(meta.path)} is not a plain file`,
    {
      hint: 'Do not restore from this file unless you know who made it.',
    },
  );
}
