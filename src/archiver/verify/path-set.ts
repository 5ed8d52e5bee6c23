// A set of paths in little memory: of each only a 64-bit hash, in one table. A million paths need 16 MB; a false
// "has" is as likely as two of them having the same hash.

const firstSlots = 1024;
const maxLoad = 0.7;

export class PathSet {
  /** Two words a slot; both 0: free. */
  #words = new Uint32Array(2 * firstSlots);
  #size = 0;

  add(path: string): void {
    if (this.#size >= maxLoad * (this.#words.length / 2)) this.#grow();
    const [low, high] = hashOf(path);
    if (insert(this.#words, low, high)) this.#size += 1;
  }

  has(path: string): boolean {
    const [low, high] = hashOf(path);
    return this.#words[slotOf(this.#words, low, high)] !== 0;
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#words.length);
    for (let at = 0; at < this.#words.length; at += 2) {
      const low = this.#words[at] ?? 0;
      if (low !== 0) insert(larger, low, this.#words[at + 1] ?? 0);
    }
    this.#words = larger;
  }
}

/** False when it was there already. */
function insert(words: Uint32Array, low: number, high: number): boolean {
  const at = slotOf(words, low, high);
  if (words[at] !== 0) return false;
  words[at] = low;
  words[at + 1] = high;
  return true;
}

/** Where the hash stands, or the free slot where it belongs. */
function slotOf(words: Uint32Array, low: number, high: number): number {
  const mask = words.length - 2;
  let at = (low * 2) & mask;
  while (words[at] !== 0 && (words[at] !== low || words[at + 1] !== high)) at = (at + 2) & mask;
  return at;
}

/** Two 32-bit halves with multipliers of their own (FNV-1a's scheme); the first is never 0, which marks a free slot. */
function hashOf(path: string): [low: number, high: number] {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let at = 0; at < path.length; at += 1) {
    const unit = path.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  // The lowest bits of a product depend on the lowest bits only.
  low ^= low >>> 15;
  high ^= high >>> 13;
  return [low >>> 0 || 1, high >>> 0];
}
