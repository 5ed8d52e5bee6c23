// The encoding of SSH keys (RFC 4251, section 5): numbers big-endian, strings with their length in front.

/** Thrown by a reader for data that ends early; callers turn it into words about the key. */
export class SshWireError extends Error {}

export interface SshReader {
  uint32(): number;
  string(): Buffer;
  /** A string as text. */
  text(): string;
  /** A positive number as its bytes, without a leading zero. */
  number(): Buffer;
  /** So many bytes as they are. */
  bytes(length: number): Buffer;
  isAtEnd(): boolean;
}

/** What it gives are views of `data`, not copies. @throws SshWireError */
export function readSshWire(data: Buffer): SshReader {
  let at = 0;
  const bytes = (length: number) => {
    if (length > data.length - at) throw new SshWireError('its data ends early');
    at += length;
    return data.subarray(at - length, at);
  };
  const uint32 = () => bytes(4).readUInt32BE(0);
  const string = () => bytes(uint32());
  return {
    uint32,
    string,
    bytes,
    text: () => string().toString('latin1'),
    number() {
      const value = string();
      if ((value[0] ?? 0) >= 0x80) throw new SshWireError('it holds a negative number');
      return value[0] === 0 ? value.subarray(1) : value;
    },
    isAtEnd: () => at === data.length,
  };
}

/** The parts as SSH strings, one behind the other. */
export function writeSshStrings(...parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Bytes of a positive number in SSH's form: a zero in front where the first bit is set. */
export function sshNumber(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
}
