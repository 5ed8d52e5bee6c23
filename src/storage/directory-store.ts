// A tier that is a directory: every call does its work in this process and answers when it is done. The primary tier
// is one (the archiver writes in place there: NAME.partial, verified, then renamed); the secondary tier runs the same code
// in a process of its own, see isolated-directory/.

import { AppError, asStorageError, InterruptedError, StorageError } from '../errors.ts';
import type { ReportFinding } from '../findings.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import { copyBytes, type Watch } from './directory/file-bytes.ts';
import { readingHints, writingHints } from './directory/hints.ts';
import { putFile } from './directory/put-file.ts';
import { isLeftoverOf, isProbe, isUnfinished, probeName, temporaryName } from './directory/temporary-name.ts';
import { unlinkIfExists } from './directory/unlink-if-exists.ts';
import type { PutRequest, PutResult, Store, StoredFile, TierName } from './store.ts';

export interface DirectoryStore extends Store {
  readonly path: RealPath;
  /** Removes what a crashed run left: what `sweep` removes, and files for which `isLeftover` holds. Gives their names. */
  sweepLeftovers(isLeftover: (name: string, allNames: ReadonlySet<string>) => boolean): string[];
}

export interface DirectoryStoreOptions {
  /** Marks our unfinished files. Without one `put` works and `sweep` finds nothing. */
  installId?: string;
  /** Bytes that `put` leaves free. */
  reservedBytes?: number;
  /** Called before each operation touches the directory; throws when it must not. */
  guard?: () => void;
  /** Called whenever the file system has answered. */
  onActivity?: () => void;
  report?: ReportFinding;
}

interface Place extends Required<DirectoryStoreOptions> {
  host: Host;
  tier: TierName;
  path: RealPath;
}

const nothing = () => undefined;

export function createDirectoryStore(
  host: Host,
  tier: TierName,
  path: RealPath,
  options: DirectoryStoreOptions = {},
): DirectoryStore {
  const place: Place = {
    installId: 'none',
    reservedBytes: 0,
    guard: nothing,
    onActivity: nothing,
    report: nothing,
    ...options,
    host,
    tier,
    path,
  };
  return {
    tier,
    path,
    location: path,
    ...reading(place),
    ...writing(place),
    sweepLeftovers: (isLeftover) => {
      // Probes of a killed run too: whoever still needs one does not mind.
      sweepNames(place, isProbe);
      return sweepNames(
        place,
        (name, allNames) => isLeftoverOf(place.installId, name) || isLeftover(name, allNames),
      );
    },
  };
}

type Work<Result> = (watch: Watch) => Result | Promise<Result>;

/** What every operation has around it: guard, abort, and errors in plain words. */
async function operation<Result>(
  { guard, onActivity }: Place,
  action: string,
  signal: AbortSignal,
  work: Work<Result>,
  hints: Readonly<Record<string, string>> = readingHints,
): Promise<Result> {
  try {
    signal.throwIfAborted();
    guard();
    return await work({ signal, onActivity });
  } catch (error) {
    if (signal.aborted && !(error instanceof AppError)) {
      throw new InterruptedError(undefined, { cause: error });
    }
    throw asStorageError(error, action, hints);
  }
}

function reading(place: Place): Pick<Store, 'list' | 'stat' | 'readRange' | 'fetch' | 'space'> {
  const { host, path } = place;
  const look = `cannot look into ${path}`;
  return {
    list: (signal) => operation(place, look, signal, () => listFiles(place, signal)),
    stat: (name, signal) => operation(place, look, signal, () => statFile(place, nameIn(name))),
    readRange: (name, offset, length, signal) =>
      operation(place, `cannot read ${joinReal(path, name)}`, signal, () =>
        readRange(host, joinReal(path, nameIn(name)), offset, length),
      ),
    fetch: (name, target, signal) =>
      operation(place, `cannot copy ${joinReal(path, name)} to ${target}`, signal, (watch) =>
        fetchFile(host, joinReal(path, nameIn(name)), target, watch),
      ),
    space: (signal) =>
      operation(place, `cannot tell the free space of ${path}`, signal, () => host.fs.space(path)),
  };
}

function writing(place: Place): Pick<Store, 'prepare' | 'put' | 'putText' | 'remove' | 'sweep'> {
  const { path, installId } = place;
  const write = <Result>(action: string, signal: AbortSignal, work: Work<Result>) =>
    operation(place, action, signal, work, writingHints);
  return {
    prepare: (signal) =>
      write(`cannot write to ${path}`, signal, () => {
        prepareDirectory(place);
      }),
    put: (request) =>
      write(`cannot copy ${request.name} to ${path}`, request.signal, (watch) => put(place, request, watch)),
    putText: (name, text, signal) =>
      write(`cannot write ${joinReal(path, name)}`, signal, () => {
        putText(place, nameIn(name), text);
      }),
    remove: (names, signal) =>
      write(`cannot remove files from ${path}`, signal, () => removeFiles(place, names, signal)),
    sweep: (signal) =>
      write(`cannot tidy up ${path}`, signal, () =>
        sweepNames(place, (name) => isLeftoverOf(installId, name)),
      ),
  };
}

/** A name comes from a listing or from an archive's name; whatever it is, it never leads out of the directory. */
function nameIn(name: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name)) return name;
  throw new StorageError(`${JSON.stringify(name)} is no name of a file on a tier`);
}

function prepareDirectory({ host, path, installId, onActivity }: Place): void {
  host.fs.makeDirectory(path, 0o700);
  onActivity();
  const probe = joinReal(path, probeName(installId));
  const fd = host.fs.createFile(probe, 0o600);
  try {
    host.fs.write(fd, Buffer.from('write test\n'), 0);
    host.fs.sync(fd);
  } finally {
    host.fs.close(fd);
    unlinkIfExists(host, probe);
  }
}

function listFiles({ host, path, onActivity }: Place, signal: AbortSignal): StoredFile[] {
  if (host.fs.lstatIfExists(path) === undefined) return [];
  return host.fs.readDirectory(path).flatMap((name) => {
    signal.throwIfAborted();
    onActivity();
    if (isUnfinished(name)) return [];
    const file = statFileIn(host, path, name);
    return file === undefined ? [] : [file];
  });
}

function statFile({ host, path }: Place, name: string): StoredFile | undefined {
  return isUnfinished(name) ? undefined : statFileIn(host, path, name);
}

function statFileIn(host: Host, path: RealPath, name: string): StoredFile | undefined {
  const status = host.fs.lstatIfExists(joinReal(path, name));
  if (status?.kind !== 'file') return undefined;
  return { name, sizeBytes: status.size, modified: new Date(Number(status.mtimeNs / 1_000_000n)) };
}

function put(place: Place, request: PutRequest, watch: Watch): Promise<PutResult> {
  const { host, path, installId, reservedBytes, report } = place;
  nameIn(request.name);
  const target = { directory: path, installId, reservedBytes, report };
  return putFile(host, target, request, { ...watch, onBytes: request.onBytes });
}

function readRange(host: Host, path: RealPath, offset: number, length: number): Buffer {
  const fd = host.fs.openForRead(path);
  try {
    const left = Math.max(0, host.fs.statFd(fd).size - offset);
    const buffer = Buffer.alloc(Math.min(length, left));
    let done = 0;
    while (done < buffer.length) {
      const count = host.fs.read(fd, buffer, done, buffer.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return buffer.subarray(0, done);
  } finally {
    host.fs.close(fd);
  }
}

async function fetchFile(host: Host, path: RealPath, target: RealPath, watch: Watch): Promise<void> {
  const from = host.fs.openForRead(path);
  try {
    const to = host.fs.createFile(target, 0o600);
    try {
      await copyBytes(host, from, to, watch);
    } catch (error) {
      unlinkIfExists(host, target);
      throw error;
    } finally {
      host.fs.close(to);
    }
  } finally {
    host.fs.close(from);
  }
}

function putText({ host, path, installId }: Place, name: string, text: string): void {
  const final = joinReal(path, name);
  const bytes = Buffer.from(text, 'utf8');
  const status = host.fs.lstatIfExists(final);
  if (status?.kind === 'file' && status.size === bytes.length) {
    if (readRange(host, final, 0, bytes.length).equals(bytes)) return;
  }
  const temporary = joinReal(path, temporaryName(installId));
  const fd = host.fs.createFile(temporary, 0o600);
  try {
    try {
      host.fs.write(fd, bytes, 0);
      host.fs.sync(fd);
    } finally {
      host.fs.close(fd);
    }
    host.fs.rename(temporary, final);
  } catch (error) {
    unlinkIfExists(host, temporary);
    throw error;
  }
  host.fs.syncDirectory(path);
}

function removeFiles(
  { host, path, onActivity }: Place,
  names: readonly string[],
  signal: AbortSignal,
): { name: string; error: Error }[] {
  const failures = names.flatMap((name) => {
    signal.throwIfAborted();
    onActivity();
    try {
      unlinkIfExists(host, joinReal(path, nameIn(name)));
      return [];
    } catch (error) {
      const told = asStorageError(error, `cannot remove ${joinReal(path, name)}`, writingHints);
      if (!(told instanceof AppError)) throw told;
      return [{ name, error: told }];
    }
  });
  if (failures.length < names.length) host.fs.syncDirectory(path);
  return failures;
}

function sweepNames(
  { host, path, onActivity }: Place,
  isLeftover: (name: string, allNames: ReadonlySet<string>) => boolean,
): string[] {
  if (host.fs.lstatIfExists(path) === undefined) return [];
  const names = host.fs.readDirectory(path);
  const allNames = new Set(names);
  const removed = names.filter((name) => isLeftover(name, allNames));
  for (const name of removed) {
    onActivity();
    unlinkIfExists(host, joinReal(path, name));
  }
  return removed;
}
