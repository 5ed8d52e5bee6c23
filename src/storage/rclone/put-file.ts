// Puts one file on the remote so that a reader sees all of it or nothing: temporary name -> size and hash there compared
// with those here -> final name by a move within the remote -> looked at again. Remotes that cannot move get a mark beside
// the file until it is proved.

import { StorageError, VerificationError } from '../../errors.ts';
import { temporaryName } from '../directory/temporary-name.ts';
import { demandOtherPlace } from '../same-place.ts';
import { CopyMismatchError } from '../store-errors.ts';
import type { CopyProof, PutRequest, PutResult } from '../store.ts';
import { bestHash, digestLocal, type LocalDigest } from './hashes.ts';
import { moveWithin, removeFile, removeQuietly, writeText } from './move-and-remove.ts';
import { checkName, uploadMark } from './names.ts';
import { fileAt } from './place.ts';
import { digestRemote } from './read-file.ts';
import { lookAtFile, type Remote, type RemoteFile } from './remote.ts';
import { withRetries } from './retry.ts';

export interface ProofSettings {
  /** Compare a hash, besides the size, where the remote has one. */
  checksum: boolean;
  /** Read the file back where it has none. */
  download: boolean;
}

interface Upload {
  remote: Remote;
  request: PutRequest;
  proof: ProofSettings;
  /** The hash to compare; undefined: the remote has none that we know, or none is wanted. */
  hashName: string | undefined;
  local: LocalDigest;
}

/** @throws StorageError and its kin, VerificationError when the file here is not what the request says */
export async function putFile(remote: Remote, proof: ProofSettings, request: PutRequest): Promise<PutResult> {
  checkName(request.name);
  checkSource(request.source);
  const { signal } = request;
  const features = await remote.features(signal);
  const hashName = proof.checksum ? bestHash(features.hashes) : undefined;
  const names = hashName === undefined ? ['sha256'] : ['sha256', hashName];
  const local = await digestLocal(remote.host, request.source, names, signal);
  demandSource(request, local);
  const upload: Upload = { remote, request, proof, hashName, local };
  const existing = await existingCopy(upload);
  if (existing !== undefined) return existing;
  const report = createByteReport(request);
  const proved = await withRetries(remote.host, { attempts: remote.attempts, signal }, () =>
    features.canMove ? sendAndMove(upload, report) : sendInPlace(upload, report),
  );
  report(request.sizeBytes);
  return { status: 'stored', ...proved };
}

function checkSource(source: string): void {
  if (!/\p{Cs}/u.test(source)) return;
  throw new StorageError('rclone cannot be given a path that is not UTF-8', {
    hint: 'move the archives to a directory with another name (BACKUP_PATH)',
  });
}

function demandSource({ source, sizeBytes, sha256 }: PutRequest, local: LocalDigest): void {
  const found = local.hashes.get('sha256') ?? '';
  if (local.sizeBytes === sizeBytes && (sha256 === undefined || sha256 === found)) return;
  const what =
    local.sizeBytes === sizeBytes
      ? `its SHA-256 is ${found} and should be ${sha256 ?? ''}`
      : `it has ${local.sizeBytes} bytes and should have ${sizeBytes}`;
  throw new VerificationError(`${source} is not what was written there: ${what}`, {
    hint: `check it with: proxsave verify ${source}`,
  });
}

/** Tells of each byte once, however often it has to be sent. */
function createByteReport({ onBytes, sizeBytes }: PutRequest): (total: number) => void {
  let told = 0;
  return (total) => {
    const now = Math.min(total, sizeBytes);
    if (now <= told) return;
    onBytes?.(now - told);
    told = now;
  };
}

/** What an earlier run has put there, when it is the same. */
async function existingCopy(upload: Upload): Promise<PutResult | undefined> {
  const { remote, request, hashName } = upload;
  const { name, signal } = request;
  const mark = uploadMark(remote.installId, name);
  const { canMove } = await remote.features(signal);
  // With a mark beside it, it is what a killed run of ours left: it is written anew.
  if (!canMove && (await lookAtFile(remote, mark, signal)) !== undefined) return undefined;
  const existing = await lookAtFile(remote, name, signal, hashName);
  if (existing === undefined) return undefined;
  const proved = await proveCopy(upload, existing);
  if (proved !== undefined) {
    const { installId, place } = remote;
    await demandOtherPlace(
      remote.host,
      { source: request.source, name, location: place.location, installId },
      async (probe) => (await lookAtFile(remote, probe, signal)) !== undefined,
    );
    return { status: 'already-there', ...proved };
  }
  throw new StorageError(
    `${name} exists already on ${remote.place.location} and has other content; it was left as it is`,
    { hint: 'look at both with `proxsave show`, then move one of them away' },
  );
}

interface Proved {
  proof: CopyProof;
  hash?: string;
  hashValue?: string;
}

/** undefined: it is not the same. */
async function proveCopy(upload: Upload, copy: RemoteFile): Promise<Proved | undefined> {
  const { local, hashName, proof, remote, request } = upload;
  if (copy.sizeBytes !== local.sizeBytes) return undefined;
  if (hashName !== undefined && copy.hash !== undefined) {
    if (copy.hash !== local.hashes.get(hashName)) return undefined;
    return { proof: 'remote-hash', hash: hashName, hashValue: copy.hash };
  }
  if (!proof.checksum || !proof.download) return { proof: 'size-only' };
  const readBack = await digestRemote(remote, copy.name, request.signal);
  return readBack.sha256 === local.hashes.get('sha256') ? { proof: 'read-back' } : undefined;
}

type Report = (total: number) => void;

async function sendAndMove(upload: Upload, report: Report): Promise<Proved> {
  const { remote, request } = upload;
  const { name, signal } = request;
  const temporary = temporaryName(remote.installId);
  try {
    await send(upload, temporary, report);
    const proved = await demandProof(upload, temporary);
    await moveWithin(remote, { from: temporary, to: name, sizeBytes: request.sizeBytes, signal });
    await demandSize(remote, request);
    return proved;
  } catch (error) {
    await removeQuietly(remote, temporary, error, signal);
    throw error;
  }
}

/** The name is taken from the start; the mark beside it says that it is not to be believed yet. */
async function sendInPlace(upload: Upload, report: Report): Promise<Proved> {
  const { remote, request } = upload;
  const { name, signal } = request;
  const mark = uploadMark(remote.installId, name);
  await writeText(remote, mark, `${name} is being uploaded, or its upload was interrupted.\n`, signal);
  try {
    await send(upload, name, report);
    const proved = await demandProof(upload, name);
    await removeFile(remote, mark, signal);
    return proved;
  } catch (error) {
    if (await removeQuietly(remote, name, error, signal)) await removeQuietly(remote, mark, error, signal);
    throw error;
  }
}

async function send({ remote, request }: Upload, target: string, report: Report): Promise<void> {
  const { rclone, place } = remote;
  await rclone.transfer(
    {
      verb: ['copyto', '--ignore-times'],
      paths: [request.source, fileAt(place, target)],
      action: `the upload of ${request.name} to ${place.location}`,
      signal: request.signal,
    },
    { onBytes: report },
  );
}

async function demandProof(upload: Upload, target: string): Promise<Proved> {
  const { remote, request, hashName } = upload;
  const copy = await lookAtFile(remote, target, request.signal, hashName);
  const proved = copy === undefined ? undefined : await proveCopy(upload, copy);
  if (proved !== undefined) return proved;
  const what =
    copy === undefined
      ? 'is not there after its upload'
      : copy.sizeBytes === request.sizeBytes
        ? 'has other content than what was sent'
        : `has ${copy.sizeBytes} bytes instead of ${request.sizeBytes}`;
  throw new CopyMismatchError(`the copy of ${request.name} on ${remote.place.location} ${what}`, {
    hint: 'it was removed; check RCLONE_FLAGS, the remote, and the memory of this machine',
  });
}

async function demandSize(remote: Remote, { name, sizeBytes, signal }: PutRequest): Promise<void> {
  const found = await lookAtFile(remote, name, signal);
  if (found?.sizeBytes === sizeBytes) return;
  throw new CopyMismatchError(
    `${name} is not on ${remote.place.location} after it was given its name, or is not whole`,
    { hint: 'look at the remote by hand; does something else delete files there?' },
  );
}
