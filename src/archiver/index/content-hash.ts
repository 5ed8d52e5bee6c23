// SHA-256 of an entry's content as its pieces come. What arrives in one piece, as most small files do, is hashed in
// one call: a third of the cost of an incremental hash.

import { createHash, hash, type Hash } from 'node:crypto';

export class ContentHash {
  #size = 0;
  #whole: Buffer | undefined;
  #running: Hash | undefined;

  /** Begins a new content of this many bytes. */
  start(size: number): void {
    this.#size = size;
    this.#whole = undefined;
    this.#running = undefined;
  }

  add(bytes: Buffer): void {
    if (bytes.length === this.#size && this.#running === undefined) {
      this.#whole = hash('sha256', bytes, 'buffer');
      return;
    }
    this.#running ??= createHash('sha256');
    this.#running.update(bytes);
  }

  /** The digest of all that was added since `start`. */
  finish(): Buffer {
    return this.#whole ?? this.#running?.digest() ?? hash('sha256', '', 'buffer');
  }
}

/** Passes content on and adds it to the hash. */
export async function* hashWhileReading(
  content: AsyncIterable<Buffer>,
  hash: ContentHash,
): AsyncGenerator<Buffer, void> {
  for await (const bytes of content) {
    hash.add(bytes);
    yield bytes;
  }
}
