// Looks at a datastore on disk with `find`, which is ended when it takes too long: a system call of our own on a dead
// network mount could not be. Layout: [ns/NAME/...]KIND/GROUP/SNAPSHOT/; `.chunks` (65,536 directories) is never entered.

import type { Host } from '../../host/host.ts';
import type { Datastore } from './pbs-datastores-configured.ts';

export interface FindRequest {
  host: Host;
  datastore: Datastore;
  /** 0: no limit of its own. */
  timeoutSeconds: number;
  /** Directories to enter and entries to print: POSIX extended expressions for what follows the datastore's path. */
  enter: string;
  print: string;
}

export interface FindAnswer {
  /** `partial`: ended early, or parts could not be read; what it found until then is there. */
  state: 'complete' | 'partial' | 'timeout' | 'absent' | 'unreadable';
  /** Sorted by `path`, which is relative to the datastore, empty for itself. Times in seconds. */
  entries: { isDirectory: boolean; path: string; sizeBytes: number; modifiedAt: number }[];
  /** Last line that find said, e.g. why it could not read. */
  reason: string;
}

/** Names that the backup server allows. */
const name = '[A-Za-z0-9_][A-Za-z0-9._-]*';
const kinds = 'vm|ct|host';
const namespace = `(/ns/${name})*`;
const group = `${namespace}/(${kinds})/${name}`;

export const layout = {
  groupsOnly: {
    enter: `${namespace}(/ns|/(${kinds}))?`,
    print: `/(\\.chunks|\\.lock|\\.gc-status|ns|${kinds})|${namespace}(/(${kinds})/${name})?`,
  },
  snapshots: {
    enter: `${namespace}(/ns|/(${kinds})(/${name}(/[0-9TZ:-]+)?)?)?`,
    print: `${namespace}(/(${kinds}))?|${group}(/[0-9TZ:-]+/[^/]+)?`,
  },
} as const;

/** The server allows namespaces 8 deep; then kind, group, snapshot and file follow. */
const maxDepth = 2 * 8 + 4;
const maxOutputBytes = 32 * 1024 * 1024;
const dayMs = 86_400_000;

export async function findInDatastore(request: FindRequest): Promise<FindAnswer> {
  const { host, datastore, timeoutSeconds } = request;
  const root = host.resolve(datastore.path).replace(/\/+$/, '');
  const result = await host.tools.run({
    argv: findCommand(host, root, request),
    timeoutMs: timeoutSeconds === 0 ? dayMs : timeoutSeconds * 1000,
    maxOutputBytes,
    signal: host.signal,
  });
  const reason = result.stderr.trim().split('\n').at(-1) ?? '';
  const entries = parseFindOutput(result.stdout.toString('utf8'));
  if (result.status === 'timeout') return { state: 'timeout', entries, reason };
  if (entries.length > 0) return { state: result.status === 'ok' ? 'complete' : 'partial', entries, reason };
  const isAbsent = result.status === 'ok' || /(No such file or|Not a) directory$/.test(reason);
  return { state: isAbsent ? 'absent' : 'unreadable', entries, reason };
}

function findCommand(host: Host, root: string, { enter, print }: FindRequest): [string, ...string[]] {
  const prefix = root.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [
    'find',
    // A datastore path may be a link. Below another root an absolute one would lead out of it.
    host.root === '/' ? '-H' : '-P',
    root === '' ? '/' : root,
    '-maxdepth',
    String(maxDepth),
    // Prune jobs remove groups while we look.
    '-ignore_readdir_race',
    '-regextype',
    'posix-extended',
    '(',
    '-regex',
    `${prefix}(${enter})`,
    '-o',
    '-prune',
    ')',
    '-regex',
    `${prefix}(${print})`,
    '-printf',
    '%y %s %T@ %P\\0',
  ];
}

function parseFindOutput(output: string): FindAnswer['entries'] {
  // Behind the last NUL lies nothing, or what was cut off.
  const records = output.split('\0').slice(0, -1);
  const entries = records.map((record) => {
    const [type = '', size = '', time = ''] = record.split(' ', 3);
    const path = record.slice(type.length + size.length + time.length + 3);
    return { isDirectory: type === 'd', path, sizeBytes: Number(size), modifiedAt: Number(time) };
  });
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export interface DatastoreLayout extends Omit<FindAnswer, 'entries'> {
  isDirectory: boolean;
  /** Which of .chunks, .lock, .gc-status, ns, vm, ct and host are there. */
  markers: ReadonlySet<string>;
  /** Groups by kind, for each namespace; the root namespace is ''. */
  namespaces: ReadonlyMap<string, Readonly<Record<GroupKind, number>>>;
}
export type GroupKind = 'vm' | 'ct' | 'host';

export async function readLayout(
  host: Host,
  datastore: Datastore,
  timeoutSeconds: number,
): Promise<DatastoreLayout> {
  const { entries, ...rest } = await findInDatastore({
    host,
    datastore,
    timeoutSeconds,
    ...layout.groupsOnly,
  });
  const markers = new Set<string>();
  const namespaces = new Map<string, Record<GroupKind, number>>([['', { vm: 0, ct: 0, host: 0 }]]);
  for (const { path, isDirectory } of entries) {
    const [, above = '', kind] = /^((?:ns\/[^/]+\/?)*)(?:(vm|ct|host)\/[^/]+)?$/.exec(path) ?? [];
    if (!path.includes('/')) markers.add(path);
    else if (isDirectory) countGroup(namespaces, namespaceName(above), kind as GroupKind | undefined);
  }
  return { ...rest, isDirectory: entries[0]?.isDirectory === true, markers, namespaces };
}

function countGroup(
  namespaces: Map<string, Record<GroupKind, number>>,
  name: string,
  kind: GroupKind | undefined,
): void {
  const counts = namespaces.get(name) ?? { vm: 0, ct: 0, host: 0 };
  if (kind !== undefined) counts[kind] += 1;
  namespaces.set(name, counts);
}

/** `ns/a/ns/b/` -> `a/b`. */
function namespaceName(directory: string): string {
  return directory
    .split('/')
    .filter((_, index) => index % 2 === 1)
    .join('/');
}

/** `a/b` -> `ns/a/ns/b`. */
export function namespaceDirectory(name: string): string {
  return name === '' ? '' : `ns/${name.replaceAll('/', '/ns/')}`;
}
