// Checks a tar stream against the index at its end, step by step and in constant memory: of each entry a digest is
// kept (entry-digests.ts), and compared while the index streams past as the last member.

import type { EntryMeta } from '../../entry.ts';
import type { ProblemList } from './archive-problem.ts';
import { ContentHash } from '../index/content-hash.ts';
import { EntryDigests } from '../index/entry-digests.ts';
import { indexPath, type IndexEntry, type IndexHead } from '../index/index-file.ts';
import { IndexParser, metaOfIndexEntry } from '../index/index-parser.ts';
import { areaKey, formatIndexFacts, sha256Key } from '../index/index-writer.ts';
import { isIndexMember } from '../index/read-index.ts';
import { AreaTally } from './area-tally.ts';
import { PathSet } from './path-set.ts';
import type { TarStep } from '../tar/tar-scanner.ts';

export class ContentCheck {
  /** Without the index itself. */
  entries = 0;
  files = 0;
  /** Sum of file contents. */
  bytes = 0;
  hasIndex = false;
  /** The archive and its index were read to their ends. */
  isComplete = false;
  /** Files and bytes of each area, as the index gives them. */
  readonly areas = new AreaTally();
  #indexed = 0;
  #current: EntryMeta | 'index' | 'ignored' = 'ignored';
  /** What hard links may lead to: files, and symbolic links as GNU tar saves them. */
  readonly #linkable = new PathSet();
  readonly #digests = new EntryDigests();
  readonly #content = new ContentHash();
  readonly #parser = new IndexParser(
    (entry) => {
      this.#compare(entry);
    },
    (line) => this.#isAsExpected(line),
  );
  readonly #problems: ProblemList;

  constructor(problems: ProblemList) {
    this.#problems = problems;
  }

  /** Head of the index, when it was read. */
  get indexHead(): IndexHead | undefined {
    return this.#parser.head;
  }

  /** @throws ArchiveError when the index is malformed */
  take(step: TarStep): void {
    if (step.kind === 'entry') this.#begin(step);
    else if (step.kind === 'data') this.#addData(step.bytes);
    else this.#end();
  }

  /** To be called after the last step. */
  finish(): void {
    this.isComplete = this.hasIndex;
    if (!this.hasIndex || this.#indexed === this.entries) return;
    const message = `the archive has ${this.entries} entries, its index lists ${this.#indexed}`;
    this.#problems.add({ code: 'entry-count-differs', message });
  }

  #begin(step: Extract<TarStep, { kind: 'entry' }>): void {
    const { meta } = step;
    this.#current = 'ignored';
    if (this.hasIndex) {
      this.#problems.add({
        code: 'entry-after-index',
        path: meta.path,
        message: `${meta.path} stands behind the index`,
      });
    } else if (isIndexMember(step)) {
      this.hasIndex = true;
      this.#current = 'index';
    } else if (meta.type === 'other') {
      const message = `${meta.path} is of a kind that is never restored (tar type ${JSON.stringify(meta.typeFlag)})`;
      this.#problems.add({ code: 'unsupported-entry', path: meta.path, message });
    } else if (meta.path !== '') {
      this.#current = meta;
      this.#content.start(meta.size);
      this.#checkLink(meta);
    }
  }

  #checkLink({ type, path, linkTarget }: EntryMeta): void {
    if (type === 'file' || type === 'symlink') this.#linkable.add(path);
    if (type !== 'hardlink' || this.#linkable.has(linkTarget)) return;
    const message = `${path} is a hard link to ${linkTarget}, which is no file that stands before it in the archive`;
    this.#problems.add({ code: 'link-target-missing', path, message });
  }

  #addData(bytes: Buffer): void {
    if (this.#current === 'index') this.#parser.feed(bytes);
    else if (this.#current !== 'ignored') this.#content.add(bytes);
  }

  #end(): void {
    if (this.#current === 'index') this.#parser.finish();
    else if (this.#current !== 'ignored') {
      const meta = this.#current;
      const isFile = meta.type === 'file';
      this.entries += 1;
      if (isFile) this.files += 1;
      this.bytes += meta.size;
      this.#digests.add(formatIndexFacts(meta), isFile ? this.#content.finish() : null);
    }
    this.#current = 'ignored';
  }

  /** The usual case, without parsing: the line is, letter for letter, what the entry would be described as. */
  #isAsExpected(line: string): boolean {
    const areaAt = line.lastIndexOf(areaKey);
    const digestAt = line.lastIndexOf(sha256Key, areaAt);
    const factsEnd = digestAt === -1 ? areaAt : digestAt;
    if (factsEnd === -1) return false;
    const digest =
      digestAt === -1 ? null : Buffer.from(line.slice(digestAt + sha256Key.length, areaAt - 1), 'hex');
    const isSame =
      this.#digests.compareFacts(this.#indexed, line.slice(0, factsEnd)) === 'same' &&
      this.#digests.compareContent(this.#indexed, digest) === 'same';
    if (!isSame) return false;
    this.#indexed += 1;
    this.areas.addLine(line, areaAt);
    return true;
  }

  #compare(entry: IndexEntry): void {
    const number = this.#indexed;
    this.#indexed += 1;
    this.areas.add(entry);
    const verdict = this.#digests.compareFacts(number, formatIndexFacts(metaOfIndexEntry(entry)));
    // When the counts differ, `finish` says so.
    if (verdict === 'unknown') return;
    const { path } = entry;
    if (verdict !== 'same') {
      const message = `entry ${number + 1} of the archive is not what the index says of ${path} (name, type, size, mode, owner, time or link target)`;
      this.#problems.add({ code: 'entry-differs', path, message });
      return;
    }
    const sha256 = entry.type === 'file' ? Buffer.from(entry.sha256 ?? '', 'hex') : null;
    if (this.#digests.compareContent(number, sha256) !== 'same') {
      const message = `the content of ${path} has not the SHA-256 that the index says`;
      this.#problems.add({ code: 'content-differs', path, message });
    }
  }
}

/** Where the index should be and is not. */
export function missingIndexMessage(): string {
  return `the archive has no index (${indexPath}), although this edition of ProxSave made it`;
}
