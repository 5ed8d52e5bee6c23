// Finds the header and the payload's nonce at the beginning of an age file, whatever pieces it arrives in.

import { EncryptionError } from '../errors.ts';
import { payloadNonceBytes } from './stream-cipher.ts';

export interface HeaderPieces {
  header: Buffer;
  nonce: Buffer;
  /** What of the payload came along. */
  rest: Buffer;
}

export interface HeaderReader {
  /** Undefined while something is missing. @throws EncryptionError when this is no age file that we know */
  feed(piece: Buffer): HeaderPieces | undefined;
  /** What to say when the file ends before the header does. */
  endsEarly(): EncryptionError;
}

const versionLine = 'age-encryption.org/v1';
const anyVersion = /^age-encryption\.org\/(\S{1,40})$/;
/** Hundreds of recipients; a file that claims more wants our memory. */
const maxHeaderBytes = 1024 * 1024;
/** `--- ` and 32 bytes in base64 without padding. */
const macLine = /^--- [A-Za-z0-9+/]{43}$/;
const longestVersionLine = 100;
const newline = 0x0a;

export function createHeaderReader(): HeaderReader {
  let held: Buffer = Buffer.alloc(0);
  let lineStart = 0;
  let headerEnd: number | undefined;
  /** Moves past whole lines, up to the one with the MAC. */
  const findEnd = (from: number) => {
    let end = held.indexOf(newline, Math.max(from, lineStart));
    while (end !== -1) {
      const line = held.subarray(lineStart, end);
      if (lineStart === 0) checkVersion(line.toString('latin1'));
      lineStart = end + 1;
      if (line.subarray(0, 3).toString('latin1') === '---') {
        checkMacLine(line.toString('latin1'));
        return lineStart;
      }
      end = held.indexOf(newline, lineStart);
    }
    if (lineStart === 0 && held.length > longestVersionLine) throw notAnAgeFile();
    if (held.length > maxHeaderBytes) {
      throw new EncryptionError(`the header of the encrypted file is longer than ${maxHeaderBytes} bytes`);
    }
    return undefined;
  };
  return {
    feed(piece) {
      const from = held.length;
      held = held.length === 0 ? piece : Buffer.concat([held, piece]);
      headerEnd ??= findEnd(from);
      if (headerEnd === undefined || held.length < headerEnd + payloadNonceBytes) return undefined;
      const nonceEnd = headerEnd + payloadNonceBytes;
      return {
        header: held.subarray(0, headerEnd),
        nonce: held.subarray(headerEnd, nonceEnd),
        rest: held.subarray(nonceEnd),
      };
    },
    endsEarly() {
      const start = held.subarray(0, versionLine.length).toString('latin1');
      if (held.length > 0 && !versionLine.startsWith(start)) return notAnAgeFile();
      return new EncryptionError(
        held.length === 0
          ? 'the encrypted file is empty'
          : 'the encrypted file is cut short: it ends within its header',
        { hint: 'The copy or transfer may not have finished. Use another copy of it.' },
      );
    },
  };
}

function checkVersion(line: string): void {
  if (line === versionLine) return;
  const version = anyVersion.exec(line)?.[1];
  if (version === undefined) throw notAnAgeFile();
  throw new EncryptionError(`it is encrypted in version ${version} of the age format; known is only v1`, {
    hint: 'Use a newer ProxSave or a newer age program.',
  });
}

function checkMacLine(line: string): void {
  if (macLine.test(line)) return;
  throw new EncryptionError(
    'the header of the encrypted file is malformed: its last line is no checksum (MAC)',
    {
      hint: 'Check another copy of it.',
    },
  );
}

export function notAnAgeFile(): EncryptionError {
  return new EncryptionError('it is not an age file: it does not begin with age-encryption.org/v1', {
    hint: 'Is it encrypted with another program, or damaged? Check another copy of it.',
  });
}
