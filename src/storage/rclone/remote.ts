// The remote as the other files of this directory see it: its abilities, and looking at what is there.

import { z } from 'zod';
import { StorageError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { isUnfinished } from '../directory/temporary-name.ts';
import type { StoredFile } from '../store.ts';
import { isMarkOf } from './names.ts';
import { directoryAt, fileAt, placeAbove, type RclonePlace } from './place.ts';
import { problemIn } from './rclone-error.ts';
import { withRetries } from './retry.ts';
import type { Rclone } from './run-rclone.ts';

export interface RemoteFeatures {
  /** Names of hashes as rclone has them. */
  hashes: readonly string[];
  /** It can give a file another name without sending it again. */
  canMove: boolean;
  canTellSpace: boolean;
}

export interface Remote {
  readonly host: Host;
  readonly rclone: Rclone;
  readonly place: RclonePlace;
  readonly installId: string;
  /** Attempts for each request. */
  readonly attempts: number;
  /** How one file is looked at: by its name, or in a listing of its directory. */
  readonly lookAt: 'file' | 'directory';
  /** Asked for once. */
  features(signal: AbortSignal): Promise<RemoteFeatures>;
}

export type RemoteSetup = Omit<Remote, 'features'>;

export function createRemote(setup: RemoteSetup): Remote {
  let known: RemoteFeatures | undefined;
  return {
    ...setup,
    features: async (signal) => {
      known ??= await readFeatures(setup, signal);
      return known;
    },
  };
}

/** A file with the hash that was asked for, where the remote has it. */
export interface RemoteFile extends StoredFile {
  hash?: string;
}

const featuresShape = z.object({
  Hashes: z.array(z.string()).nullish(),
  Features: z.object({
    Move: z.boolean().catch(false),
    Copy: z.boolean().catch(false),
    About: z.boolean().catch(false),
  }),
});

const entryShape = z.object({
  Name: z.string(),
  Size: z.number(),
  ModTime: z.string().default(''),
  IsDir: z.boolean(),
  Hashes: z.record(z.string(), z.string()).optional(),
});

type RemoteEntry = z.infer<typeof entryShape>;

async function readFeatures(setup: RemoteSetup, signal: AbortSignal): Promise<RemoteFeatures> {
  const { rclone, place, host, attempts } = setup;
  const action = `asking ${place.location} what it can do`;
  const call = {
    verb: ['backend', 'features'],
    paths: [place.remote || place.directory],
    action,
    signal,
  } as const;
  const answer = await withRetries(host, { attempts, signal }, () => rclone.ask(call));
  const { Hashes, Features } = parseAnswer(answer, featuresShape, action);
  return {
    hashes: Hashes ?? [],
    canMove: Features.Move || Features.Copy,
    canTellSpace: Features.About,
  };
}

/** @throws StorageError when what rclone said is not what this release of ours knows */
export function parseAnswer<Shape>(answer: Buffer, shape: z.ZodType<Shape>, action: string): Shape {
  try {
    return shape.parse(JSON.parse(answer.toString('utf8')));
  } catch (error) {
    throw new StorageError(`${action} failed: the answer of rclone cannot be read`, {
      hint: 'see `rclone version`; 1.56 or newer is needed',
      cause: error,
    });
  }
}

/** Finished files. A place that does not exist yet is empty, if the remote itself answers. */
export async function listFiles(remote: Remote, signal: AbortSignal): Promise<StoredFile[]> {
  const entries = await listEntries(remote, signal);
  const names = entries.map(({ Name }) => Name);
  const marks = names.filter((name) => name.endsWith('.uploading.partial'));
  const files = entries.filter(
    ({ Name }) => !isUnfinished(Name) && !marks.some((mark) => isMarkOf(mark, Name)),
  );
  return newestOfEach(files.map(toFile));
}

/** Names of all files, the unfinished too. */
export async function listNames(remote: Remote, signal: AbortSignal): Promise<string[]> {
  return (await listEntries(remote, signal)).map(({ Name }) => Name);
}

async function listEntries(remote: Remote, signal: AbortSignal): Promise<RemoteEntry[]> {
  try {
    return await listPlace(remote, remote.place, signal);
  } catch (error) {
    if (problemIn(error) !== 'not-found') throw error;
    await demandAnswer(remote, placeAbove(remote.place), error, signal);
    return [];
  }
}

async function listPlace(remote: Remote, place: RclonePlace, signal: AbortSignal): Promise<RemoteEntry[]> {
  const { rclone, host, attempts } = remote;
  const action = `listing ${place.location}`;
  // The time of the upload is at hand; the time of the file here would cost a request for each on S3.
  const verb = ['lsjson', '--files-only', '--no-mimetype', '--use-server-modtime'] as const;
  const call = { verb, paths: [directoryAt(place)], action, signal };
  const answer = await withRetries(host, { attempts, signal }, () => rclone.ask(call));
  const entries = parseAnswer(answer, z.array(entryShape), action);
  // Documents of Google have no size: they are no files.
  return entries.filter(({ IsDir, Size, Name }) => !IsDir && Size >= 0 && Name !== '');
}

/**
 * "Not found" may also come from a server that knows nothing of us (a wrong address): some directory above must be there.
 * @param nearest where to start
 */
async function demandAnswer(
  remote: Remote,
  nearest: RclonePlace | undefined,
  notFound: unknown,
  signal: AbortSignal,
): Promise<void> {
  if (nearest === undefined) throw notFound;
  try {
    await remote.rclone.ask({
      verb: ['lsjson', '--no-mimetype', '--no-modtime'],
      paths: [directoryAt(nearest)],
      action: `listing ${directoryAt(nearest)}`,
      signal,
    });
  } catch (error) {
    if (problemIn(error) !== 'not-found') throw error;
    await demandAnswer(remote, placeAbove(nearest), notFound, signal);
  }
}

/** Some remotes hold several files of one name. */
function newestOfEach(files: readonly StoredFile[]): StoredFile[] {
  const newest = new Map<string, StoredFile>();
  for (const file of files) {
    const other = newest.get(file.name);
    if (other === undefined || other.modified < file.modified) newest.set(file.name, file);
  }
  return [...newest.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function toFile({ Name, Size, ModTime }: RemoteEntry): StoredFile {
  const modified = new Date(ModTime);
  return { name: Name, sizeBytes: Size, modified: Number.isNaN(modified.getTime()) ? new Date(0) : modified };
}

/**
 * One file as it is on the remote; undefined when it is not there.
 * @param hashName the hash to ask for; the remote may have to read the whole file for it
 */
export async function lookAtFile(
  remote: Remote,
  name: string,
  signal: AbortSignal,
  hashName?: string,
): Promise<RemoteFile | undefined> {
  const { host, attempts } = remote;
  const isThere = await withRetries(host, { attempts, signal }, () => readEntry(remote, name, signal));
  if (isThere === undefined || isThere.IsDir || isThere.Size < 0) return undefined;
  const file = toFile({ ...isThere, Name: name });
  if (hashName === undefined) return file;
  const hash = await withRetries(host, { attempts, signal }, () => readHash(remote, file, hashName, signal));
  return hash === '' ? file : { ...file, hash };
}

async function readEntry(
  remote: Remote,
  name: string,
  signal: AbortSignal,
): Promise<RemoteEntry | undefined> {
  const { rclone, place } = remote;
  if (remote.lookAt === 'directory') {
    return (await listEntries(remote, signal)).find(({ Name }) => Name === name);
  }
  const action = `looking at ${name} on ${place.location}`;
  try {
    const call = {
      verb: ['lsjson', '--stat', '--no-mimetype'],
      paths: [fileAt(place, name)],
      action,
    } as const;
    return parseAnswer(await rclone.ask({ ...call, signal }), entryShape, action);
  } catch (error) {
    if (problemIn(error) !== 'not-found') throw error;
    await demandAnswer(remote, place, error, signal);
    return undefined;
  }
}

/** Bytes that the slowest remote hashes or copies within itself in a second, silently. */
const silentBytesPerSecond = 5 * 1024 * 1024;

/** How much longer than usual a remote may be silent while it works on a file within itself. */
export function silenceFor(sizeBytes: number): number {
  return (sizeBytes / silentBytesPerSecond) * 1000;
}

/** Empty when the remote has no such hash of this file. */
async function readHash(
  { rclone, place }: Remote,
  { name, sizeBytes }: StoredFile,
  hashName: string,
  signal: AbortSignal,
): Promise<string> {
  const action = `asking for the ${hashName} hash of ${name} on ${place.location}`;
  // A listing of a file's own path is a listing of that file, in every release of rclone.
  const verb = [
    'lsjson',
    '--files-only',
    '--no-mimetype',
    '--no-modtime',
    '--hash',
    '--hash-type',
    hashName,
  ] as const;
  const call = { verb, paths: [fileAt(place, name)], action, signal };
  const answer = await rclone.transfer(call, { quietMs: silenceFor(sizeBytes) });
  const [entry] = parseAnswer(answer, z.array(entryShape), action);
  return entry?.Hashes?.[hashName]?.toLowerCase() ?? '';
}
