// A digest of every entry of an archive, 32 bytes each, so that tar and index can be compared although one comes long
// after the other: 1,000,000 entries need 32 MB. 128 bits each for what the header tells and for the content.

import { hash } from 'node:crypto';

const halfBytes = 16;
const digestBytes = 2 * halfBytes;
const digestsPerPage = 32 * 1024;
const noContent = Buffer.alloc(halfBytes);

export type DigestVerdict = 'same' | 'entry-differs' | 'content-differs' | 'unknown';

/** Digests in archive order. Grows by pages, so nothing is ever copied. */
export class EntryDigests {
  readonly #pages: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * @param facts what the header tells, as formatIndexFacts writes it
   * @param contentSha256 null for everything but a file
   */
  add(facts: string, contentSha256: Buffer | null): void {
    const page = this.#pageOf(this.#length) ?? this.#addPage();
    const at = (this.#length % digestsPerPage) * digestBytes;
    hash('sha256', facts, 'buffer').copy(page, at, 0, halfBytes);
    (contentSha256 ?? noContent).copy(page, at + halfBytes, 0, halfBytes);
    this.#length += 1;
  }

  /** `unknown`: there is no entry of this number. */
  compareFacts(number: number, facts: string): DigestVerdict {
    const stored = this.#half(number, 0);
    if (stored === undefined) return 'unknown';
    return hash('sha256', facts, 'buffer').compare(stored, 0, halfBytes, 0, halfBytes) === 0
      ? 'same'
      : 'entry-differs';
  }

  compareContent(number: number, contentSha256: Buffer | null): DigestVerdict {
    const stored = this.#half(number, halfBytes);
    if (stored === undefined) return 'unknown';
    const content = contentSha256 ?? noContent;
    return content.compare(stored, 0, halfBytes, 0, halfBytes) === 0 ? 'same' : 'content-differs';
  }

  #half(number: number, shift: number): Buffer | undefined {
    if (number < 0 || number >= this.#length) return undefined;
    const at = (number % digestsPerPage) * digestBytes + shift;
    return this.#pageOf(number)?.subarray(at, at + halfBytes);
  }

  #pageOf(number: number): Buffer | undefined {
    return this.#pages[Math.floor(number / digestsPerPage)];
  }

  #addPage(): Buffer {
    const page = Buffer.alloc(digestsPerPage * digestBytes);
    this.#pages.push(page);
    return page;
  }
}
