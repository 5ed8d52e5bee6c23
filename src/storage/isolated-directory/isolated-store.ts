// A directory store whose work is done by a worker process, so that a file system which has stopped answering costs
// FS_IO_TIMEOUT and not the run. Calls wait for each other; after one that was given up the next starts a new worker.

import { asStorageError, InterruptedError, isSystemError, StorageError } from '../../errors.ts';
import type { ReportFinding } from '../../findings.ts';
import type { Host, RealPath } from '../../host/host.ts';
import type { SecondarySettings } from '../secondary-directory.ts';
import { StoreTimeoutError } from '../store-errors.ts';
import type { Store } from '../store.ts';
import { unpackError, type CallName, type Calls } from './protocol.ts';
import { startWorker, type CallOptions, type Worker, type WorkerOptions } from './worker-process.ts';

export interface IsolatedStore extends Store {
  /** Ends the worker. A process that does not call it takes its worker along when it ends. */
  readonly close: () => void;
}

export interface IsolatedStoreRequest {
  settings: SecondarySettings;
  /** Longest silence of the file system during an operation; 0: any. */
  inactivityMs: number;
  report: ReportFinding;
}

type Call = <Name extends CallName>(
  name: Name,
  takes: Calls[Name]['takes'],
  options: CallOptions,
) => Promise<Calls[Name]['gives']>;

export function createIsolatedStore(host: Host, request: IsolatedStoreRequest): IsolatedStore {
  const { settings } = request;
  const { call, close } = createCaller(host, request);
  return {
    tier: 'secondary',
    location: settings.path,
    prepare: async (signal) => {
      await call('prepare', null, { signal });
    },
    list: async (signal) => (await call('list', null, { signal })).map(unpackFile),
    stat: async (name, signal) => {
      const file = await call('stat', name, { signal });
      return file === null ? undefined : unpackFile(file);
    },
    put: ({ signal, onBytes, ...takes }) => call('put', takes, { signal, onBytes }),
    readRange: async (name, offset, length, signal) =>
      Buffer.from(await call('readRange', { name, offset, length }, { signal }), 'base64'),
    fetch: async (name, target, signal) => {
      await fetchFile(host, call, { name, target }, signal);
    },
    putText: async (name, text, signal) => {
      await call('putText', { name, text }, { signal });
    },
    remove: async (names, signal) =>
      (await call('remove', names, { signal })).map(({ name, error }) => ({
        name,
        error: unpackError(error),
      })),
    space: async (signal) => (await call('space', null, { signal })) ?? undefined,
    sweep: (signal) => call('sweep', null, { signal }),
    close,
  };
}

function createCaller(host: Host, request: IsolatedStoreRequest): { call: Call; close: () => void } {
  const { settings, inactivityMs, report } = request;
  const options = { opening: { root: host.root, settings }, inactivityMs, report };
  let worker: Worker | undefined;
  let previous: Promise<unknown> = Promise.resolve();
  const call: Call = (name, takes, callOptions) => {
    const result = previous.then(() => {
      if (callOptions.signal.aborted) throw new InterruptedError();
      if (worker?.isUsable !== true) worker = start(host, options);
      return worker.call(name, takes, callOptions);
    });
    previous = result.catch(() => undefined);
    return result;
  };
  const close = () => {
    worker?.close();
    worker = undefined;
  };
  return { call, close };
}

function start(host: Host, options: WorkerOptions): Worker {
  try {
    return startWorker(host, options);
  } catch (error) {
    throw asStorageError(error, `no process can be started to work on ${options.opening.settings.path}`);
  }
}

/** A worker that was given up cannot tidy up, but what it wrote is on this side. */
async function fetchFile(
  host: Host,
  call: Call,
  { name, target }: Calls['fetch']['takes'],
  signal: AbortSignal,
): Promise<void> {
  if (host.fs.lstatIfExists(target) !== undefined) throw new StorageError(`${target} exists already`);
  try {
    await call('fetch', { name, target }, { signal });
  } catch (error) {
    if (error instanceof StoreTimeoutError || error instanceof InterruptedError) removeIfExists(host, target);
    throw error;
  }
}

function removeIfExists(host: Host, path: RealPath): void {
  try {
    host.fs.unlink(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

function unpackFile({ modifiedMs, ...file }: Calls['list']['gives'][number]) {
  return { ...file, modified: new Date(modifiedMs) };
}
