// ASCII armor: an age file as text (C2SP age.md, "ASCII armor"), a strict form of PEM. Decoded as it streams. Files that
// are not armored pass through untouched.

import { EncryptionError } from '../errors.ts';
import { notAnAgeFile } from './header-reader.ts';

export interface Dearmor {
  /** Bytes of the age file. @throws EncryptionError for text that is not strict armor */
  decode(piece: Buffer): Buffer;
  /** @throws EncryptionError when the END line is missing */
  finish(): void;
}

const beginLine = '-----BEGIN AGE ENCRYPTED FILE-----';
const endLine = '-----END AGE ENCRYPTED FILE-----';
const lineCharacters = 64;
const dash = '-'.charCodeAt(0);
/** White space in front, in bytes; the age program accepts as much. */
const maxLeading = 1024;

/** Decides by the first byte that is not white space. */
export function createDearmor(): Dearmor {
  let skipped = 0;
  let chosen: Dearmor | undefined;
  return {
    decode(piece) {
      if (chosen !== undefined) return chosen.decode(piece);
      const start = piece.findIndex((byte) => !isBlank(byte));
      skipped += start === -1 ? piece.length : start;
      const isArmored = start !== -1 && piece[start] === dash;
      if (skipped > maxLeading || (start !== -1 && !isArmored && skipped > 0)) throw notAnAgeFile();
      if (start === -1) return Buffer.alloc(0);
      chosen = isArmored ? createLineDecoder() : passThrough;
      return chosen.decode(piece.subarray(start));
    },
    finish() {
      chosen?.finish();
    },
  };
}

const passThrough: Dearmor = { decode: (piece) => piece, finish: () => undefined };

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function createLineDecoder(): Dearmor {
  let partial = '';
  let state: 'begin' | 'body' | 'last-line' | 'end' = 'begin';
  const takeLine = (line: string): Buffer | undefined => {
    if (state === 'begin') {
      if (line !== beginLine) throw badArmor('its first line is not the BEGIN line of age');
      state = 'body';
    } else if (state === 'end') {
      if (line.trim() !== '') throw badArmor('something follows its END line');
    } else if (line === endLine) {
      state = 'end';
    } else {
      if (state === 'last-line') throw badArmor('a line in its middle is short');
      const bytes = decodeLine(line);
      if (line.length < lineCharacters || line.endsWith('=')) state = 'last-line';
      return bytes;
    }
    return undefined;
  };
  return {
    decode(piece) {
      const lines = (partial + piece.toString('latin1')).split('\n');
      partial = lines.pop() ?? '';
      if (partial.length > maxLeading) throw badArmor('a line is too long');
      const decoded = lines.map((line) => takeLine(line.endsWith('\r') ? line.slice(0, -1) : line));
      return Buffer.concat(decoded.filter((bytes) => bytes !== undefined));
    },
    finish() {
      // The END line may lack its newline.
      if (partial !== '') takeLine(partial.endsWith('\r') ? partial.slice(0, -1) : partial);
      if (state !== 'end') throw badArmor('it is cut short: its END line is missing');
    },
  };
}

function decodeLine(line: string): Buffer {
  const bytes = Buffer.from(line, 'base64');
  if (line === '' || line.length > lineCharacters || bytes.toString('base64') !== line) {
    throw badArmor('a line is not base64 of the right length');
  }
  return bytes;
}

function badArmor(what: string): EncryptionError {
  return new EncryptionError(`the text form (armor) of the encrypted file is wrong: ${what}`, {
    hint: 'Check another copy of it; mail programs and editors change such files.',
  });
}
