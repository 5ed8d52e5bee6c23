// When and how copies on the tiers were proved, for people who look at a listing, and as something that a later check can
// compare with when the primary copy is gone. Nothing is ever removed because of what stands here.

import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import type { CopyProof, TierName } from '../../storage/store.ts';
import { readKeptFile, writeKeptFile } from '../kept-file.ts';

export interface CopyKey {
  tier: TierName;
  /** Place of the tier, for people. */
  location: string;
  /** File name there. */
  name: string;
}

export interface CopyProved {
  at: Date;
  proof: CopyProof | 'every-file';
  sizeBytes: number;
  hash?: string;
  /** Lower-case hex. */
  hashValue?: string;
}

type Row = CopyKey & Omit<CopyProved, 'at'> & { at: string };

/** More than anybody keeps; the oldest fall out. */
const mostRows = 5000;

function pathOf(stateDirectory: RealPath): RealPath {
  return joinReal(stateDirectory, 'proofs.json');
}

function rowsOf(host: Host, stateDirectory: RealPath): Row[] {
  return (readKeptFile(host, pathOf(stateDirectory)) as Row[] | undefined) ?? [];
}

const isOf =
  ({ tier, location, name }: CopyKey) =>
  (row: Row) =>
    row.tier === tier && row.location === location && row.name === name;

/** Gives a function that looks one up; the file is read once. */
export function readProofs(host: Host, stateDirectory: RealPath): (key: CopyKey) => CopyProved | undefined {
  const rows = rowsOf(host, stateDirectory);
  return (key) => {
    const row = rows.find(isOf(key));
    if (row === undefined) return undefined;
    const { at, proof, sizeBytes, hash, hashValue } = row;
    return {
      at: new Date(at),
      proof,
      sizeBytes,
      ...(hash === undefined ? {} : { hash }),
      ...(hashValue === undefined ? {} : { hashValue }),
    };
  };
}

/** Replaces what was known of the copy. A known hash of the same file stays when the new proof has none. */
export function recordProof(
  host: Host,
  stateDirectory: RealPath,
  key: CopyKey,
  { at, ...proved }: CopyProved,
): void {
  const rows = rowsOf(host, stateDirectory);
  const earlier = rows.find(isOf(key));
  const known =
    earlier?.hashValue !== undefined && earlier.hash !== undefined && earlier.sizeBytes === proved.sizeBytes
      ? { hash: earlier.hash, hashValue: earlier.hashValue }
      : {};
  const { tier, location, name } = key;
  const row: Row = { tier, location, name, at: at.toISOString(), ...known, ...proved };
  const others = rows.filter((other) => other !== earlier);
  writeKeptFile(host, pathOf(stateDirectory), [...others, row].slice(-mostRows));
}
