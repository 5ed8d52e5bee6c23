// Reading from the remote: a range, a whole file into a local one, and the digest of a whole file without keeping it.

import { createHash } from 'node:crypto';
import { asStorageError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';
import type { TierHash } from '../store.ts';
import { CopyMismatchError } from '../store-errors.ts';
import { bestHash, digestLocal } from './hashes.ts';
import { checkName } from './names.ts';
import { fileAt } from './place.ts';
import { CloudError } from './rclone-error.ts';
import { lookAtFile, type Remote, type RemoteFile } from './remote.ts';
import { withRetries } from './retry.ts';

/** Bytes of a file from `offset`; fewer at its end. @throws StorageError */
export async function readRange(
  remote: Remote,
  name: string,
  { offset, length }: { offset: number; length: number },
  signal: AbortSignal,
): Promise<Buffer> {
  checkName(name);
  if (length === 0) return Buffer.alloc(0);
  const { rclone, place, host, attempts } = remote;
  const call = {
    verb: ['cat', '--offset', String(offset), '--count', String(length)],
    paths: [fileAt(place, name)],
    action: `reading ${name} from ${place.location}`,
    signal,
  } as const;
  let bytes: Buffer;
  try {
    bytes = await withRetries(host, { attempts, signal }, () => rclone.ask(call, length));
  } catch (error) {
    // Some remotes refuse a range that starts behind the end.
    if (!(error instanceof CloudError) || offset === 0 || signal.aborted) throw error;
    const file = await lookAtFile(remote, name, signal);
    if (file === undefined || offset < file.sizeBytes) throw error;
    return Buffer.alloc(0);
  }
  // A store of objects knows no directories: a file that is not there reads like an empty one.
  if (bytes.length === 0) await demandFile(remote, name, signal);
  return bytes;
}

async function demandFile(
  remote: Remote,
  name: string,
  signal: AbortSignal,
  hashName?: string,
): Promise<RemoteFile> {
  const file = await lookAtFile(remote, name, signal, hashName);
  if (file !== undefined) return file;
  const { location } = remote.place;
  throw new CloudError('not-found', `${name} is not on ${location}`, `see \`rclone lsf '${location}'\``);
}

/** SHA-256 and size of a file as the remote gives it now. */
export async function digestRemote(
  remote: Remote,
  name: string,
  signal: AbortSignal,
): Promise<{ sha256: string; sizeBytes: number }> {
  const { rclone, place } = remote;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const call = {
    verb: ['cat'],
    paths: [fileAt(place, name)],
    action: `reading ${name} back from ${place.location}`,
  } as const;
  await rclone.stream({ ...call, signal }, (chunk) => {
    hash.update(chunk);
    sizeBytes += chunk.length;
    return Promise.resolve();
  });
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** The best hash that the remote has of a file. @throws CloudError when the file is not there */
export async function hashOfRemote(
  remote: Remote,
  name: string,
  signal: AbortSignal,
): Promise<TierHash | undefined> {
  checkName(name);
  const hash = bestHash((await remote.features(signal)).hashes);
  const { hash: value } = await demandFile(remote, name, signal, hash);
  return hash === undefined || value === undefined ? undefined : { hash, value };
}

/** Writes the file to a new local path; size, and hash where the remote has one, must agree. Nothing stays when it fails. */
export async function fetchFile(
  remote: Remote,
  name: string,
  target: RealPath,
  signal: AbortSignal,
): Promise<void> {
  checkName(name);
  const hashName = bestHash((await remote.features(signal)).hashes);
  const file = await demandFile(remote, name, signal, hashName);
  const { host, attempts } = remote;
  await withRetries(host, { attempts, signal }, () => download(remote, file, target, signal));
  try {
    await demandHash(host, { file, hashName, target }, signal);
  } catch (error) {
    host.fs.unlink(target);
    throw error;
  }
}

async function download(
  remote: Remote,
  file: RemoteFile,
  target: RealPath,
  signal: AbortSignal,
): Promise<void> {
  const { host, rclone, place } = remote;
  const action = `fetching ${file.name} from ${place.location}`;
  const fd = createTarget(host, target);
  let position = 0;
  try {
    const call = { verb: ['cat'], paths: [fileAt(place, file.name)], action, signal } as const;
    await rclone.stream(call, async (chunk) => {
      await host.fs.writeAsync(fd, chunk, position);
      position += chunk.length;
    });
    if (position !== file.sizeBytes) {
      throw new CopyMismatchError(`${action} gave ${position} bytes instead of ${file.sizeBytes}`, {
        hint: 'try again; does something write to that file?',
      });
    }
    host.fs.sync(fd);
  } catch (error) {
    host.fs.unlink(target);
    throw asStorageError(error, `cannot write ${target}`);
  } finally {
    host.fs.close(fd);
  }
}

function createTarget(host: Host, target: RealPath): number {
  try {
    return host.fs.createFile(target, 0o600);
  } catch (error) {
    throw asStorageError(error, `cannot create ${target}`);
  }
}

async function demandHash(
  host: Host,
  { file, hashName, target }: { file: RemoteFile; hashName: string | undefined; target: RealPath },
  signal: AbortSignal,
): Promise<void> {
  if (hashName === undefined || file.hash === undefined) return;
  const { hashes } = await digestLocal(host, target, [hashName], signal);
  if (hashes.get(hashName) === file.hash) return;
  throw new CopyMismatchError(
    `${file.name} did not arrive as it is on the remote: its ${hashName} hash differs`,
    {
      hint: 'try again; check the memory of this machine and the disk',
    },
  );
}
