// Finds where frames end in a zstd stream (RFC 8878, section 3.1). node:zlib (24.21) takes whatever follows the end of a
// frame within one chunk for the end of the stream, silently; fed one piece a frame it reads all of them.

const zstdMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const dictionaryIdBytes = [0, 1, 2, 4];
const contentSizeBytes = [0, 2, 4, 8];
const runLengthBlock = 1;

/** What the bytes to be gathered next are. */
type Part = 'frame-start' | 'skippable-size' | 'block-header' | 'frame-end' | 'unknown';

/** Cuts chunks, one after the other, where a frame ends. Data that is not zstd passes whole: the decoder refuses it. */
export function createFrameSplitter(): (chunk: Buffer) => Buffer[] {
  const gathered = Buffer.alloc(8);
  let part: Part = 'frame-start';
  let gatheredBytes = 0;
  let wantedBytes = 5;
  let skipBytes = 0;
  let hasChecksum = false;

  const expect = (next: Part, wanted: number, skip: number) => {
    part = next;
    wantedBytes = wanted;
    skipBytes = skip;
    if (next !== 'skippable-size') gatheredBytes = 0;
  };

  const expectNext = () => {
    if (part === 'frame-start') {
      const magic = gathered.readUInt32LE(0);
      const descriptor = gathered[4] ?? 0;
      hasChecksum = (descriptor & 4) !== 0;
      if (magic === zstdMagic) expect('block-header', 3, frameHeaderRest(descriptor));
      else if ((magic & 0xfffffff0) === skippableMagic) expect('skippable-size', 8, 0);
      else expect('unknown', Infinity, Infinity);
    } else if (part === 'skippable-size') {
      expect('frame-end', 0, gathered.readUInt32LE(4));
    } else if (part === 'block-header') {
      const header = gathered.readUIntLE(0, 3);
      const blockBytes = ((header >> 1) & 3) === runLengthBlock ? 1 : header >> 3;
      const isLast = (header & 1) === 1;
      if (isLast) expect('frame-end', 0, blockBytes + (hasChecksum ? 4 : 0));
      else expect('block-header', 3, blockBytes);
    } else {
      expect('frame-start', 5, 0);
    }
  };

  return (chunk) => {
    const pieces: Buffer[] = [];
    let pieceStart = 0;
    let at = 0;
    while (at < chunk.length) {
      const skipped = Math.min(skipBytes, chunk.length - at);
      skipBytes -= skipped;
      at += skipped;
      while (at < chunk.length && skipBytes === 0 && gatheredBytes < wantedBytes) {
        gathered[gatheredBytes] = chunk[at] ?? 0;
        gatheredBytes += 1;
        at += 1;
      }
      if (skipBytes > 0 || gatheredBytes < wantedBytes) continue;
      if (part === 'frame-end' && at > pieceStart) {
        pieces.push(chunk.subarray(pieceStart, at));
        pieceStart = at;
      }
      expectNext();
    }
    if (pieceStart < chunk.length) pieces.push(chunk.subarray(pieceStart));
    return pieces;
  };
}

/** Bytes of the frame header behind its descriptor: window, dictionary id, content size. */
function frameHeaderRest(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : (contentSizeBytes[sizeFlag] ?? 0);
  return (isSingleSegment ? 0 : 1) + (dictionaryIdBytes[descriptor & 3] ?? 0) + sizeBytes;
}
