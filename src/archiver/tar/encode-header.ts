// Encodes an entry as tar header blocks: POSIX ustar, with PAX records only for what ustar cannot hold exactly.
// On the hot path of a backup (one call an entry): writes into the caller's buffer, no regular expressions.

import type { EntryMeta } from '../../entry.ts';
import { encodeBytePath, hasRawBytes } from '../../util/byte-path.ts';
import { encodePaxRecord, formatSeconds, nanosecondsPerSecond } from './pax-records.ts';
import {
  fieldAt,
  nameFieldBytes,
  paddedBytes,
  paxHeaderFlag,
  tarBlockBytes,
  typeFlags,
} from './tar-header.ts';

/** Owner names end with a NUL within 32 bytes. */
const ownerNameBytes = 31;
const maxSevenDigits = 0o7777777;
const maxElevenDigits = 0o77777777777;

/** Header of one member, ready to be written: its PAX records (null: none are needed) and the ustar block. */
interface HeaderPlan {
  name: string;
  link: string;
  pax: Buffer | null;
}

/**
 * Writes the header blocks of an entry into `target` at `at` and returns the position behind them; returns -1 and
 * writes nothing when they do not fit.
 */
export function writeHeader(meta: EntryMeta, target: Buffer, at: number): number {
  const plan = planHeader(meta, memberName(meta));
  return at + headerBytes(plan) > target.length ? -1 : writePlan(meta, plan, target, at);
}

/** The header blocks of an entry as a buffer of their own. */
export function encodeHeader(meta: EntryMeta, name = memberName(meta)): Buffer {
  const plan = planHeader(meta, name);
  const blocks = Buffer.alloc(headerBytes(plan));
  writePlan(meta, plan, blocks, 0);
  return blocks;
}

function memberName(meta: EntryMeta): string {
  return meta.type === 'directory' ? `./${meta.path}/` : `./${meta.path}`;
}

function headerBytes(plan: HeaderPlan): number {
  return tarBlockBytes + (plan.pax === null ? 0 : tarBlockBytes + paddedBytes(plan.pax.length));
}

function writePlan(meta: EntryMeta, plan: HeaderPlan, target: Buffer, at: number): number {
  const end = at + headerBytes(plan);
  if (plan.pax !== null) writePaxMember(plan.pax, target, at);
  writeBlock(meta, plan, target, end - tarBlockBytes);
  return end;
}

function planHeader(meta: EntryMeta, name: string): HeaderPlan {
  const link = meta.type === 'hardlink' ? `./${meta.linkTarget}` : meta.linkTarget;
  const records: Buffer[] = [];
  if (needsNameRecord(name)) records.push(encodePaxRecord('path', encodeBytePath(name)));
  if (needsNameRecord(link)) records.push(encodePaxRecord('linkpath', encodeBytePath(link)));
  if (records.length > 0 && (hasRawBytes(name) || hasRawBytes(link))) {
    records.unshift(encodePaxRecord('hdrcharset', 'BINARY'));
  }
  if (meta.mtimeNs % nanosecondsPerSecond !== 0n || !fitsUstarTime(meta.mtimeNs)) {
    records.push(encodePaxRecord('mtime', formatSeconds(meta.mtimeNs)));
  }
  if (meta.size > maxElevenDigits) records.push(encodePaxRecord('size', String(meta.size)));
  if (meta.uid > maxSevenDigits) records.push(encodePaxRecord('uid', String(meta.uid)));
  if (meta.gid > maxSevenDigits) records.push(encodePaxRecord('gid', String(meta.gid)));
  if (!fitsOwnerName(meta.userName)) records.push(encodePaxRecord('uname', meta.userName));
  if (!fitsOwnerName(meta.groupName)) records.push(encodePaxRecord('gname', meta.groupName));
  return { name, link, pax: joinRecords(records) };
}

function joinRecords(records: readonly Buffer[]): Buffer | null {
  const [first] = records;
  if (first === undefined) return null;
  return records.length === 1 ? first : Buffer.concat(records);
}

/** Too long for the ustar field, or text that is not ASCII. Raw bytes that fit go into the ustar field as they are. */
function needsNameRecord(name: string): boolean {
  const isAscii = Buffer.byteLength(name) === name.length;
  if (isAscii) return name.length > nameFieldBytes;
  return !hasRawBytes(name) || encodeBytePath(name).length > nameFieldBytes;
}

function fitsOwnerName(name: string): boolean {
  return name.length <= ownerNameBytes && Buffer.byteLength(name) === name.length;
}

function fitsUstarTime(timeNs: bigint): boolean {
  return timeNs >= 0n && timeNs / nanosecondsPerSecond <= BigInt(maxElevenDigits);
}

/** The fields that PAX members have in common; size and checksum are filled in for each. */
const paxTemplate = Buffer.alloc(tarBlockBytes);
paxTemplate.write('./PaxHeaders/entry', 0, 'latin1');
writeOctal(paxTemplate, fieldAt.mode, 7, 0o644);
writeOctal(paxTemplate, fieldAt.uid, 7, 0);
writeOctal(paxTemplate, fieldAt.gid, 7, 0);
writeOctal(paxTemplate, fieldAt.mtime, 11, 0);
paxTemplate.write(paxHeaderFlag, fieldAt.type, 'latin1');
paxTemplate.write('ustar\x0000', fieldAt.magic, 'latin1');

function writePaxMember(pax: Buffer, target: Buffer, at: number): void {
  paxTemplate.copy(target, at);
  writeOctal(target, at + fieldAt.size, 11, pax.length);
  writeChecksum(target, at);
  const dataAt = at + tarBlockBytes;
  pax.copy(target, dataAt);
  target.fill(0, dataAt + pax.length, dataAt + paddedBytes(pax.length));
}

function writeBlock(meta: EntryMeta, plan: HeaderPlan, target: Buffer, at: number): void {
  target.fill(0, at, at + tarBlockBytes);
  writeName(plan.name, target, at);
  writeOctal(target, at + fieldAt.mode, 7, meta.mode);
  writeOctal(target, at + fieldAt.uid, 7, meta.uid > maxSevenDigits ? 0 : meta.uid);
  writeOctal(target, at + fieldAt.gid, 7, meta.gid > maxSevenDigits ? 0 : meta.gid);
  writeOctal(target, at + fieldAt.size, 11, meta.size > maxElevenDigits ? 0 : meta.size);
  const isUstarTime = fitsUstarTime(meta.mtimeNs);
  writeOctal(target, at + fieldAt.mtime, 11, isUstarTime ? Number(meta.mtimeNs / nanosecondsPerSecond) : 0);
  target.write(typeFlags[meta.type], at + fieldAt.type, 'latin1');
  writeName(plan.link, target, at + fieldAt.link);
  target.write('ustar\x0000', at + fieldAt.magic, 'latin1');
  if (fitsOwnerName(meta.userName)) target.write(meta.userName, at + fieldAt.userName, 'latin1');
  if (fitsOwnerName(meta.groupName)) target.write(meta.groupName, at + fieldAt.groupName, 'latin1');
  writeChecksum(target, at);
}

/** Cut to the field's size; then the PAX record has the whole of it. */
function writeName(name: string, target: Buffer, at: number): void {
  if (name === '') return;
  if (Buffer.byteLength(name) === name.length) target.write(name, at, nameFieldBytes, 'latin1');
  else encodeBytePath(name).copy(target, at, 0, nameFieldBytes);
}

/** Octal digits with leading zeros; the NUL behind them must be there already or is written. */
function writeOctal(target: Buffer, at: number, digits: number, value: number): void {
  let rest = value;
  for (let position = at + digits - 1; position >= at; position -= 1) {
    target[position] = 0x30 + (rest % 8);
    rest = Math.floor(rest / 8);
  }
  target[at + digits] = 0;
}

/** Replaces the size of a header block that was written already, in base-256 (GNU) when octal has no room for it. */
export function patchSize(target: Buffer, at: number, size: number): void {
  if (size <= maxElevenDigits) writeOctal(target, at + fieldAt.size, 11, size);
  else {
    target.fill(0, at + fieldAt.size, at + fieldAt.size + 12);
    target[at + fieldAt.size] = 0x80;
    target.writeBigUInt64BE(BigInt(size), at + fieldAt.size + 4);
  }
  writeChecksum(target, at);
}

/** The prefix field is never used, so the sum ends before it. */
function writeChecksum(target: Buffer, at: number): void {
  target.fill(0x20, at + fieldAt.checksum, at + fieldAt.type);
  let sum = 0;
  for (let position = at; position < at + fieldAt.prefix; position += 1) sum += target[position] ?? 0;
  writeOctal(target, at + fieldAt.checksum, 6, sum);
}
