// Reads the index (format: index-file.ts) line by line as its bytes come, so that a million entries need no memory.

import { ArchiveError } from '../../errors.ts';
import type { EntryMeta, EntryType } from '../../entry.ts';
import { indexPath, type IndexEntry, type IndexHead } from './index-file.ts';
import { parsePaxTime } from '../tar/pax-records.ts';

const newline = 0x0a;
const maxLineBytes = 1024 * 1024;
const entryTypes: ReadonlySet<string> = new Set<EntryType>(['file', 'directory', 'symlink', 'hardlink']);

export class IndexParser {
  #rest: Buffer = Buffer.alloc(0);
  #lineNumber = 0;
  #head: IndexHead | undefined;
  #isClosed = false;
  readonly #onEntry: (entry: IndexEntry) => void;
  readonly #acceptsLine: (line: string) => boolean;

  /** @param acceptsLine true when the text of an entry is all that is needed: then it is not parsed */
  constructor(onEntry: (entry: IndexEntry) => void, acceptsLine: (line: string) => boolean = () => false) {
    this.#onEntry = onEntry;
    this.#acceptsLine = acceptsLine;
  }

  /** Known after the first line. */
  get head(): IndexHead | undefined {
    return this.#head;
  }

  /** Takes the next bytes; calls back for each entry that is complete. @throws ArchiveError for a malformed line */
  feed(bytes: Buffer): void {
    const lastNewline = bytes.lastIndexOf(newline);
    if (lastNewline === -1) {
      this.#keep(bytes);
      return;
    }
    const whole = bytes.subarray(0, lastNewline);
    const text = (this.#rest.length === 0 ? whole : Buffer.concat([this.#rest, whole])).toString('utf8');
    this.#rest = Buffer.from(bytes.subarray(lastNewline + 1));
    for (const line of text.split('\n')) this.#readLine(line);
  }

  /** @throws ArchiveError when the index has not come to its end */
  finish(): void {
    if (this.#rest.length > 0) this.#readLine(this.#rest.toString('utf8'));
    this.#rest = Buffer.alloc(0);
    if (!this.#isClosed)
      throw new ArchiveError(`the index (${indexPath}) is cut short after line ${this.#lineNumber}`);
  }

  #keep(bytes: Buffer): void {
    if (this.#rest.length + bytes.length > maxLineBytes) throw this.#malformed();
    this.#rest = Buffer.concat([this.#rest, bytes]);
  }

  #readLine(line: string): void {
    if (line === '') return;
    this.#lineNumber += 1;
    if (this.#isClosed) throw this.#malformed();
    if (this.#head === undefined) this.#head = this.#parseHead(line);
    else if (line === ']}') this.#isClosed = true;
    else if (!this.#acceptsLine(line)) {
      this.#onEntry(this.#parseEntry(line.endsWith(',') ? line.slice(0, -1) : line));
    }
  }

  #parseHead(line: string): IndexHead {
    const value = this.#parseJson(`${line}]}`);
    const isHead = isRecord(value) && value.schemaVersion === 1 && Array.isArray(value.areas);
    if (!isHead) throw this.#malformed();
    return value as unknown as IndexHead;
  }

  #parseEntry(line: string): IndexEntry {
    const value = this.#parseJson(line);
    if (!isIndexEntry(value)) throw this.#malformed();
    return value;
  }

  #parseJson(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.#malformed(error);
    }
  }

  #malformed(cause?: unknown): ArchiveError {
    return new ArchiveError(`the index (${indexPath}) is malformed in line ${this.#lineNumber}`, {
      hint: 'The files in the archive may still be good: GNU tar can unpack them.',
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isIndexEntry(value: unknown): value is IndexEntry {
  if (!isRecord(value)) return false;
  const { path, area, type, mode, uid, gid, user, group, size, mtime, sha256, target } = value;
  return (
    [path, area, user, group].every((text) => typeof text === 'string') &&
    [uid, gid, size].every((count) => Number.isSafeInteger(count)) &&
    [sha256, target].every((text) => text === undefined || typeof text === 'string') &&
    typeof type === 'string' &&
    entryTypes.has(type) &&
    typeof mode === 'string' &&
    /^[0-7]{1,6}$/u.test(mode) &&
    typeof mtime === 'string' &&
    parsePaxTime(mtime) !== undefined
  );
}

/** What the index says of an entry, as the tar header would. */
export function metaOfIndexEntry(entry: IndexEntry): EntryMeta {
  return {
    path: entry.path,
    type: entry.type,
    mode: Number.parseInt(entry.mode, 8),
    uid: entry.uid,
    gid: entry.gid,
    userName: entry.user,
    groupName: entry.group,
    mtimeNs: parsePaxTime(entry.mtime) ?? 0n,
    size: entry.size,
    linkTarget: entry.target ?? '',
  };
}
