// Reads a tar stream step by step, without promises: bytes are fed in, steps come out. Everything that reads tar
// (decode-tar.ts, verify, bundles) stands on this one state machine. Understands v7, ustar, GNU and PAX.

import type { EntryMeta } from '../../entry.ts';
import { ArchiveError } from '../../errors.ts';
import { decodeBytePath } from '../../util/byte-path.ts';
import { parsePaxRecords, type PaxRecords } from './pax-records.ts';
import * as tar from './tar-header.ts';

/** A device, FIFO or other kind of member that we neither write nor unpack. */
export interface OtherMeta extends Omit<EntryMeta, 'type'> {
  type: 'other';
  typeFlag: string;
}
export type DecodedMeta = EntryMeta | OtherMeta;

/**
 * `entry` begins a member, `data` is the next piece of its content (never empty, valid until the fed buffer is
 * reused), `end` closes the member. Each `entry` has its `end`.
 */
export type TarStep =
  { kind: 'entry'; meta: DecodedMeta; offset: number } | { kind: 'data'; bytes: Buffer } | { kind: 'end' };

const maxExtensionBytes = 1024 * 1024;
const endStep: TarStep = { kind: 'end' };
const noRecords: PaxRecords = new Map();
const damagedHint =
  'The archive is damaged from there on. Run `proxsave verify` on it, and take another copy (secondary or cloud tier) or an older archive.';

export class TarScanner {
  #chunk: Buffer = Buffer.alloc(0);
  #position = 0;
  /** A header block that began in an earlier chunk. */
  readonly #block = Buffer.alloc(tar.tarBlockBytes);
  #blockFill = 0;
  #state: 'header' | 'extension' | 'content' | 'padding' | 'done' = 'header';
  /** Bytes still to come of the extension or content, then of its padding. */
  #remaining = 0;
  #padding = 0;
  /** Place in the tar stream of the next unread byte, and of the header of the current member. */
  #offset: number;
  #headerOffset: number;
  #extension: { flag: string; pieces: Buffer[] } | undefined;
  #globalRecords: PaxRecords = noRecords;
  #records: PaxRecords = noRecords;
  #longName: string | undefined;
  #longLink: string | undefined;

  /** @param offset where the first byte that is fed stands, for messages */
  constructor(offset = 0) {
    this.#offset = offset;
    this.#headerOffset = offset;
  }

  /** Place of the next byte that `next` will look at. After an `entry` step: where its content begins. */
  get offset(): number {
    return this.#offset;
  }

  /** True once the end marker was seen. */
  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Gives the next bytes. Only when `next` has returned undefined. */
  feed(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#position = 0;
  }

  /** The next step, or undefined when more bytes are needed. @throws ArchiveError naming the offset */
  next(): TarStep | undefined {
    try {
      return this.#advance();
    } catch (error) {
      if (!(error instanceof ArchiveError) || error.hint !== undefined) throw error;
      throw new ArchiveError(error.message, { hint: damagedHint, cause: error });
    }
  }

  /** To be called when the input has ended. @throws ArchiveError when the archive has not */
  finish(): void {
    if (this.#state === 'done') return;
    const isBetween = this.#state === 'header' && this.#blockFill === 0 && this.#extension === undefined;
    const what = isBetween ? 'its end marker is missing' : 'it ends in the middle of a member';
    throw new ArchiveError(`truncated tar archive: ${what} at byte ${this.#offset}`, { hint: damagedHint });
  }

  #advance(): TarStep | undefined {
    for (;;) {
      switch (this.#state) {
        case 'header': {
          const block = this.#takeBlock();
          if (block === undefined) return undefined;
          const step = this.#readHeader(block);
          if (step !== undefined) return step;
          break;
        }
        case 'extension': {
          const bytes = this.#takeSome();
          if (bytes === undefined) return undefined;
          this.#extension?.pieces.push(Buffer.from(bytes));
          if (this.#remaining === 0) this.#closeExtension();
          break;
        }
        case 'content': {
          if (this.#remaining === 0) {
            this.#startPadding();
            return endStep;
          }
          const bytes = this.#takeSome();
          return bytes === undefined ? undefined : { kind: 'data', bytes };
        }
        case 'padding': {
          if (this.#takeSome() === undefined) return undefined;
          if (this.#remaining === 0) this.#state = 'header';
          break;
        }
        case 'done':
          this.#checkTrailingZeros();
          return undefined;
      }
    }
  }

  /** Up to `#remaining` bytes of the chunk; undefined when it is used up. */
  #takeSome(): Buffer | undefined {
    const length = Math.min(this.#remaining, this.#chunk.length - this.#position);
    if (length === 0) return undefined;
    const bytes = this.#chunk.subarray(this.#position, this.#position + length);
    this.#position += length;
    this.#offset += length;
    this.#remaining -= length;
    return bytes;
  }

  /** A whole block, straight out of the chunk where possible. */
  #takeBlock(): Buffer | undefined {
    const available = this.#chunk.length - this.#position;
    const start = this.#position;
    if (this.#blockFill === 0 && available >= tar.tarBlockBytes) {
      this.#position += tar.tarBlockBytes;
      this.#offset += tar.tarBlockBytes;
      return this.#chunk.subarray(start, this.#position);
    }
    const length = Math.min(tar.tarBlockBytes - this.#blockFill, available);
    this.#chunk.copy(this.#block, this.#blockFill, start, start + length);
    this.#blockFill += length;
    this.#position += length;
    this.#offset += length;
    if (this.#blockFill < tar.tarBlockBytes) return undefined;
    this.#blockFill = 0;
    return this.#block;
  }

  #readHeader(block: Buffer): TarStep | undefined {
    const headerOffset = this.#offset - tar.tarBlockBytes;
    const header = tar.decodeHeader(block, headerOffset);
    if (header === null) {
      this.#state = 'done';
      return undefined;
    }
    if (isExtension(header.typeFlag)) {
      this.#openExtension(header, headerOffset);
      return undefined;
    }
    const whole = this.#withExtensions(header, headerOffset);
    const meta = toMeta(whole);
    const contentBytes = meta.type === 'other' ? otherContentBytes(whole) : meta.size;
    if (contentBytes < 0)
      throw new ArchiveError(`damaged tar archive: negative size in the header at byte ${headerOffset}`);
    this.#remaining = contentBytes;
    this.#padding = tar.paddedBytes(contentBytes) - contentBytes;
    this.#state = 'content';
    return { kind: 'entry', meta, offset: headerOffset };
  }

  #openExtension(header: tar.TarHeader, headerOffset: number): void {
    if (header.size < 0 || header.size > maxExtensionBytes) {
      throw new ArchiveError(
        `the extended header at byte ${headerOffset} claims ${header.size} bytes; at most ${maxExtensionBytes} are accepted`,
      );
    }
    this.#extension = { flag: header.typeFlag, pieces: [] };
    this.#headerOffset = headerOffset;
    this.#remaining = header.size;
    this.#padding = tar.paddedBytes(header.size) - header.size;
    this.#state = 'extension';
    if (header.size === 0) this.#closeExtension();
  }

  #closeExtension(): void {
    const { flag, pieces } = this.#extension ?? { flag: '', pieces: [] };
    const data = Buffer.concat(pieces);
    this.#extension = undefined;
    if (flag === tar.paxHeaderFlag)
      this.#records = parsePaxRecords(data, this.#headerOffset + tar.tarBlockBytes);
    else if (flag === tar.paxGlobalFlag) {
      const records = parsePaxRecords(data, this.#headerOffset + tar.tarBlockBytes);
      this.#globalRecords = new Map([...this.#globalRecords, ...records]);
    } else if (flag === tar.gnuLongNameFlag) this.#longName = textBeforeNul(data);
    else this.#longLink = textBeforeNul(data);
    this.#startPadding();
  }

  #withExtensions(header: tar.TarHeader, headerOffset: number): tar.TarHeader {
    const records =
      this.#globalRecords.size === 0 ? this.#records : new Map([...this.#globalRecords, ...this.#records]);
    const named = {
      ...header,
      name: this.#longName ?? header.name,
      linkName: this.#longLink ?? header.linkName,
    };
    this.#records = noRecords;
    this.#longName = undefined;
    this.#longLink = undefined;
    const isSparse =
      header.typeFlag === 'S' || records.has('GNU.sparse.major') || records.has('GNU.sparse.map');
    if (isSparse) {
      throw new ArchiveError(
        `the member at byte ${headerOffset} (${named.name}) is a sparse file of GNU tar: not supported`,
        {
          hint: 'Unpack this archive with GNU tar. ProxSave itself never writes sparse members.',
        },
      );
    }
    return records.size === 0 ? named : tar.applyPaxRecords(named, records, headerOffset);
  }

  #startPadding(): void {
    this.#remaining = this.#padding;
    this.#state = this.#padding === 0 ? 'header' : 'padding';
  }

  #checkTrailingZeros(): void {
    const rest = this.#chunk.subarray(this.#position);
    const stray = rest.findIndex((byte) => byte !== 0);
    if (stray !== -1) {
      throw new ArchiveError(
        `damaged tar archive: data behind the end marker, at byte ${this.#offset + stray}`,
      );
    }
    this.#position = this.#chunk.length;
    this.#offset += rest.length;
  }
}

function isExtension(flag: string): boolean {
  return (
    flag === tar.paxHeaderFlag ||
    flag === tar.paxGlobalFlag ||
    flag === tar.gnuLongNameFlag ||
    flag === tar.gnuLongLinkFlag
  );
}

function textBeforeNul(data: Buffer): string {
  const end = data.indexOf(0);
  return decodeBytePath(end === -1 ? data : data.subarray(0, end));
}

/** Character and block devices and FIFOs have no content, whatever their size field says. */
function otherContentBytes(header: tar.TarHeader): number {
  return '346'.includes(header.typeFlag) ? 0 : header.size;
}

function toMeta(header: tar.TarHeader): DecodedMeta {
  const type = tar.memberTypeOf(header);
  const common = {
    path: withoutDecoration(header.name),
    mode: header.mode,
    uid: header.uid,
    gid: header.gid,
    userName: header.userName,
    groupName: header.groupName,
    mtimeNs: header.mtimeNs,
    size: type === 'file' ? header.size : 0,
    linkTarget: '',
  };
  if (type === undefined) return { ...common, type: 'other', typeFlag: header.typeFlag };
  if (type === 'symlink') common.linkTarget = header.linkName;
  if (type === 'hardlink') common.linkTarget = withoutDecoration(header.linkName);
  return { ...common, type };
}

/** `./etc/ssh/` to `etc/ssh`; the root directory to the empty path. Nothing else: hostile names stay as they are. */
function withoutDecoration(name: string): string {
  let start = 0;
  while (name.startsWith('./', start)) {
    start += 2;
    while (name[start] === '/') start += 1;
  }
  let end = name.length;
  while (end > start + 1 && name[end - 1] === '/') end -= 1;
  const path = name.slice(start, end);
  return path === '.' ? '' : path;
}
