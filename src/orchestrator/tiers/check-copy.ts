// Is a copy on a remote still what it was, as far as that can be told without reading all of it? Each sentence of the result
// says what was compared with what; what could not be compared is said as well.

import { asRealPath, joinReal, type Host } from '../../host/host.ts';
import { digestLocal } from '../../storage/rclone/hashes.ts';
import type { Store, StoredFile, TierHash } from '../../storage/store.ts';
import { formatBytes } from '../../util/format.ts';
import type { TierArchive } from './list-tier.ts';
import type { CopyProved } from './proofs.ts';

export interface CopyCheck {
  /** Nothing contradicts. */
  isGood: boolean;
  /** Size and a hash agree with something that was known. */
  isProved: boolean;
  proved: readonly string[];
  notProved: readonly string[];
  problems: readonly string[];
  hash?: TierHash;
  sizeBytes: number;
}

export interface CheckRequest {
  store: Store;
  archive: TierArchive;
  /** Directory of the primary tier. */
  primary: string;
  /** What was known when the copy was made. */
  known: CopyProved | undefined;
  signal: AbortSignal;
}

/** @throws StorageError and its kin when the tier cannot be asked */
export async function checkCopy(host: Host, request: CheckRequest): Promise<CopyCheck> {
  const { store, archive, signal } = request;
  const proved: string[] = [];
  const notProved: string[] = [];
  const problems: string[] = [];
  const tell = (isEqual: boolean, good: string, bad: string) => {
    (isEqual ? proved : problems).push(isEqual ? good : bad);
    return isEqual;
  };
  checkHead(archive, { proved, notProved, problems });
  const hash = await store.hashOf?.(archive.name, signal);
  const reference = await referenceOf(host, request, hash);
  const isProved = reference === undefined ? false : compare(reference, { archive, hash, tell });
  if (reference === undefined) notProved.push('nothing here tells what the copy should be');
  if (hash === undefined) notProved.push('content: this remote gives no hash that we know');
  notProved.push('that every byte can still be read: only --deep reads them');
  return {
    isGood: problems.length === 0,
    isProved: isProved && problems.length === 0,
    proved,
    notProved,
    problems,
    sizeBytes: archive.sizeBytes,
    ...(hash === undefined ? {} : { hash }),
  };
}

type Sentences = Record<'proved' | 'notProved' | 'problems', string[]>;

function checkHead(
  { archive, problem, sizeBytes }: TierArchive,
  { proved, notProved, problems }: Sentences,
): void {
  if (archive === undefined) {
    problems.push(problem ?? 'its head cannot be read');
    return;
  }
  notProved.push(...archive.unverified);
  if (archive.unverified.length === 0) {
    proved.push(
      `head: the manifest was read, and the file is as long as it says (${formatBytes(sizeBytes)})`,
    );
  }
}

interface Reference {
  /** For people: `the copy on the primary tier`. */
  what: string;
  sizeBytes: number;
  /** Of the same kind as the remote's hash; undefined: none is known. */
  hashValue?: string | undefined;
}

async function referenceOf(
  host: Host,
  { archive, primary, known, signal }: CheckRequest,
  hash: TierHash | undefined,
): Promise<Reference | undefined> {
  const file = primaryFile(host, primary, archive.name);
  if (file !== undefined) {
    const path = joinReal(asRealPath(primary), archive.name);
    const digest = hash === undefined ? undefined : await digestLocal(host, path, [hash.hash], signal);
    const hashValue = hash === undefined ? undefined : digest?.hashes.get(hash.hash);
    return { what: 'the copy on the primary tier', sizeBytes: file.sizeBytes, hashValue };
  }
  if (known !== undefined) {
    const hashValue = known.hash === hash?.hash ? known.hashValue : undefined;
    return { what: 'what was recorded when the copy was made', sizeBytes: known.sizeBytes, hashValue };
  }
  return statedReference(archive, hash);
}

/** A bare archive's own checksum is that of the file. */
function statedReference(
  { archive, sizeBytes }: TierArchive,
  hash: TierHash | undefined,
): Reference | undefined {
  const [expected] = archive?.expectedDigests ?? [];
  if (archive?.kind !== 'raw' || expected === undefined || hash?.hash !== 'sha256') return undefined;
  return { what: `its own ${expected.source}`, sizeBytes, hashValue: expected.sha256 };
}

function primaryFile(host: Host, directory: string, name: string): Pick<StoredFile, 'sizeBytes'> | undefined {
  const status = host.fs.lstatIfExists(joinReal(asRealPath(directory), name));
  return status?.kind === 'file' ? { sizeBytes: status.size } : undefined;
}

function compare(
  { what, sizeBytes, hashValue }: Reference,
  {
    archive,
    hash,
    tell,
  }: {
    archive: TierArchive;
    hash: TierHash | undefined;
    tell: (isEqual: boolean, good: string, bad: string) => boolean;
  },
): boolean {
  const sizes = `${archive.sizeBytes} bytes there, ${sizeBytes} in ${what}`;
  const isSameSize = tell(
    archive.sizeBytes === sizeBytes,
    `size: as of ${what}`,
    `its size differs: ${sizes}`,
  );
  if (hash === undefined || hashValue === undefined) return false;
  const isSameHash = tell(
    hash.value === hashValue,
    `content: the ${hash.hash} hash that the remote gives is that of ${what}`,
    `the ${hash.hash} hash that the remote gives is not that of ${what}`,
  );
  return isSameSize && isSameHash;
}
