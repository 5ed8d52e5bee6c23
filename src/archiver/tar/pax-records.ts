// PAX extended header records (POSIX.1-2017, pax, "pax Extended Header"): `LENGTH KEY=VALUE\n`, where LENGTH counts
// the whole record in bytes, itself included. Values stay bytes: names need not be UTF-8.

import { ArchiveError } from '../../errors.ts';

/** Records by key. A later record of the same key replaces the earlier one; an empty value cancels it. */
export type PaxRecords = ReadonlyMap<string, Buffer>;

const space = 0x20;
const newline = 0x0a;
const equalsSign = 0x3d;
export const nanosecondsPerSecond = 1_000_000_000n;

/** One record. Text is written as UTF-8. */
export function encodePaxRecord(key: string, value: string | Buffer): Buffer {
  if (typeof value !== 'string') {
    const start = Buffer.from(`${recordLength(key, value.length)} ${key}=`);
    return Buffer.concat([start, value, Buffer.of(newline)]);
  }
  return Buffer.from(`${recordLength(key, Buffer.byteLength(value))} ${key}=${value}\n`);
}

/** The length counts its own digits, which can make it one digit longer. */
function recordLength(key: string, valueBytes: number): number {
  const rest = key.length + valueBytes + 3;
  const length = rest + String(rest).length;
  return rest + String(length).length;
}

/** Parses the data of a PAX header. @throws ArchiveError naming the byte `offset` of the archive where it begins. */
export function parsePaxRecords(data: Buffer, offset = 0): PaxRecords {
  const records = new Map<string, Buffer>();
  let start = 0;
  while (start < data.length) {
    const lengthEnd = data.indexOf(space, start);
    const length = lengthEnd === -1 ? 0 : parseDecimal(data, start, lengthEnd);
    const end = start + length;
    const keyEnd = data.indexOf(equalsSign, lengthEnd);
    const isSound =
      length > 0 && end <= data.length && data[end - 1] === newline && keyEnd > lengthEnd && keyEnd < end;
    if (!isSound)
      throw new ArchiveError(`damaged tar archive: a PAX record at byte ${offset + start} is malformed`);
    records.set(data.toString('utf8', lengthEnd + 1, keyEnd), data.subarray(keyEnd + 1, end - 1));
    start = end;
  }
  return records;
}

/** Digits only; 0 for anything else, so that the caller's checks refuse it. */
function parseDecimal(data: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (data[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9 || value > data.length) return 0;
    value = value * 10 + digit;
  }
  return value;
}

/** Nanoseconds since the epoch to seconds with nine decimals, e.g. `-1.500000000`. */
export function formatSeconds(timeNs: bigint): string {
  const magnitude = timeNs < 0n ? -timeNs : timeNs;
  // Always more than nine digits, so that the point can be put in by cutting.
  const digits = magnitude.toString().padStart(10, '0');
  return `${timeNs < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** Decimal seconds to nanoseconds; what is finer than a nanosecond is dropped. Undefined: not a number. */
export function parsePaxTime(text: string): bigint | undefined {
  const match = /^(-?)(\d{1,18})(?:\.(\d*))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, seconds = '0', fraction = ''] = match;
  const magnitude = BigInt(seconds) * nanosecondsPerSecond + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return sign === '-' ? -magnitude : magnitude;
}
