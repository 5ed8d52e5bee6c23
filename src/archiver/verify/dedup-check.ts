// Archives of the existing edition hold links in place of files with equal content: each of those links must lead to a file
// of the archive, or the content is lost although the tar is sound.

import {
  dedupManifestPath,
  linkedPath,
  maxDedupManifestBytes,
  parseDedupManifest,
} from '../read/dedup-manifest.ts';
import { EntryError } from '../extract/extract-path.ts';
import type { TarStep } from '../tar/tar-scanner.ts';
import type { ProblemList } from './archive-problem.ts';
import { PathSet } from './path-set.ts';

export class DedupCheck {
  readonly #files = new PathSet();
  /** Symbolic links and where they point. */
  readonly #links = new Map<string, string>();
  #pieces: Buffer[] | undefined;
  #bytes = 0;
  #isInList = false;

  take(step: TarStep): void {
    if (step.kind === 'data') {
      if (this.#isInList) this.#add(step.bytes);
      return;
    }
    this.#isInList = false;
    if (step.kind !== 'entry') return;
    const { path, type, linkTarget } = step.meta;
    if (type === 'symlink') this.#links.set(path, linkTarget);
    if (type !== 'file') return;
    this.#files.add(path);
    this.#isInList = path === dedupManifestPath;
    if (this.#isInList) this.#pieces = [];
  }

  /** To be called after the last step. */
  finish(problems: ProblemList): void {
    if (this.#pieces === undefined) return;
    try {
      for (const path of parseDedupManifest(Buffer.concat(this.#pieces).toString('utf8')).keys()) {
        this.#checkLink(path, problems);
      }
    } catch (error) {
      if (!(error instanceof EntryError)) throw error;
      problems.add({ code: error.code, path: dedupManifestPath, message: error.message });
    }
  }

  /** What is too long is cut, and then no list any more. */
  #add(bytes: Buffer): void {
    this.#bytes += bytes.length;
    if (this.#bytes <= maxDedupManifestBytes) this.#pieces?.push(Buffer.from(bytes));
  }

  #checkLink(path: string, problems: ProblemList): void {
    const target = this.#links.get(path);
    if (target === undefined) return;
    const source = linkedPath(path, target);
    if (this.#files.has(source)) return;
    const message = `${path} has the content of ${source}, which is not in the archive`;
    problems.add({ code: 'link-target-missing', path, message });
  }
}
