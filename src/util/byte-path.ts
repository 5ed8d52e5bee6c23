// File names are bytes, JavaScript strings are not. Like Python's "surrogateescape": valid UTF-8 decodes as
// usual, every other byte 0x80..0xFF becomes the lone surrogate U+DC80..U+DCFF, and back. So one string type
// serves everywhere and no name is lost; JSON keeps lone surrogates as \udcXX.

const loneByte = /[\uDC80-\uDCFF]/u;
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** True when the path holds bytes that are not UTF-8. */
export function hasRawBytes(path: string): boolean {
  return loneByte.test(path);
}

/** Bytes of a file name to its string form. Never throws. */
export function decodeBytePath(bytes: Buffer): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeInvalid(bytes);
  }
}

function decodeInvalid(bytes: Buffer): string {
  let text = '';
  let start = 0;
  while (start < bytes.length) {
    const length = validSequenceLength(bytes, start);
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[start] ?? 0));
      start += 1;
    } else {
      text += strictDecoder.decode(bytes.subarray(start, start + length));
      start += length;
    }
  }
  return text;
}

/** Length of the valid UTF-8 sequence that starts here, 0 if there is none. */
function validSequenceLength(bytes: Buffer, start: number): number {
  const first = bytes[start] ?? 0;
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || start + length > bytes.length) return 0;
  try {
    strictDecoder.decode(bytes.subarray(start, start + length));
    return length;
  } catch {
    return 0;
  }
}

/** String form back to the exact bytes. */
export function encodeBytePath(path: string): Buffer {
  if (!hasRawBytes(path)) return Buffer.from(path, 'utf8');
  const parts: Buffer[] = [];
  for (const piece of path.split(/([\uDC80-\uDCFF])/u)) {
    const unit = piece.charCodeAt(0);
    const isRawByte = piece.length === 1 && unit >= 0xdc80 && unit <= 0xdcff;
    parts.push(isRawByte ? Buffer.from([unit - 0xdc00]) : Buffer.from(piece, 'utf8'));
  }
  return Buffer.concat(parts);
}
