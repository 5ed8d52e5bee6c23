// The process that does the work on a directory whose file system may stop answering. A call into a dead network mount
// hangs inside the kernel, and no timer of the same process helps; so the calls are made here, and whoever waits for
// them can give this process up (store.ts). It serves one store, one call at a time, until its stdin ends.

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createHost } from '../../host/create-host.ts';
import type { Host } from '../../host/host.ts';
import { createSecondaryDirectory } from '../secondary-directory.ts';
import type { Store, StoredFile } from '../store.ts';
import { packError, type Answer, type Opening, type Request } from './protocol.ts';

export interface WorkerChannel {
  input: Readable;
  /** Must have been handed to the kernel when it returns: the next call may block this process. */
  write: (line: string) => void;
  env: Host['env'];
}

/** Signs of life that come faster than this are told once. Far below any timeout (seconds). */
const activityIntervalMs = 200;

/** Settles when stdin has ended: whoever started us is gone, or needs us no more. */
export async function serveIoWorker(channel: WorkerChannel): Promise<void> {
  const lines = createInterface({ input: channel.input, crlfDelay: Infinity });
  let server: Server | undefined;
  for await (const line of lines) {
    if (server === undefined) server = openServer(channel, JSON.parse(line) as Opening);
    else server.take(JSON.parse(line) as Request);
  }
  server?.stop();
}

interface Server {
  take(request: Request): void;
  stop(): void;
}

function openServer({ write, env }: WorkerChannel, { root, settings }: Opening): Server {
  const host = createHost({ root, env, waitsForMounts: true });
  const tell = (answer: Answer) => {
    write(`${JSON.stringify(answer)}\n`);
  };
  let toldAt = -Infinity;
  const onActivity = () => {
    const now = host.clock.monotonicMs();
    if (now - toldAt < activityIntervalMs) return;
    toldAt = now;
    tell({ kind: 'activity' });
  };
  const report = (finding: Extract<Answer, { kind: 'finding' }>['finding']) => {
    tell({ kind: 'finding', finding });
  };
  const store = createSecondaryDirectory(host, settings, { onActivity, report });
  tell({ kind: 'ready' });
  let abort = new AbortController();
  const run = async (request: Exclude<Request, { cancel: true }>) => {
    const onBytes = (bytes: number) => {
      tell({ kind: 'bytes', bytes });
    };
    try {
      tell({ kind: 'result', gives: await answer(store, request, { signal: abort.signal, onBytes }) });
    } catch (error) {
      tell({ kind: 'error', error: packError(error) });
    }
  };
  return {
    take: (request) => {
      if ('cancel' in request) {
        abort.abort();
        return;
      }
      abort = new AbortController();
      void run(request);
    },
    stop: () => {
      abort.abort();
    },
  };
}

interface CallWatch {
  signal: AbortSignal;
  onBytes: (bytes: number) => void;
}

async function answer(
  store: Store,
  request: Exclude<Request, { cancel: true }>,
  { signal, onBytes }: CallWatch,
): Promise<unknown> {
  switch (request.call) {
    case 'prepare':
      await store.prepare(signal);
      return null;
    case 'list':
      return (await store.list(signal)).map(pack);
    case 'stat': {
      const file = await store.stat(request.takes, signal);
      return file === undefined ? null : pack(file);
    }
    case 'put':
      return await store.put({ ...request.takes, signal, onBytes });
    case 'readRange': {
      const { name, offset, length } = request.takes;
      return (await store.readRange(name, offset, length, signal)).toString('base64');
    }
    case 'fetch':
      await store.fetch(request.takes.name, request.takes.target, signal);
      return null;
    case 'putText':
      await store.putText(request.takes.name, request.takes.text, signal);
      return null;
    case 'remove':
      return (await store.remove(request.takes, signal)).map(({ name, error }) => ({
        name,
        error: packError(error),
      }));
    case 'space':
      return (await store.space(signal)) ?? null;
    case 'sweep':
      return await store.sweep(signal);
  }
}

function pack({ name, sizeBytes, modified }: StoredFile) {
  return { name, sizeBytes, modifiedMs: modified.getTime() };
}
