// Looks into the directory of a storage: the content directories and no further, so that no tree of disk images is walked.
// A dead network mount hangs whoever asks it, for ever and beyond any signal to ourselves. So programs ask, which can be
// left behind when their time is up.

import { posix } from 'node:path';
import type { ConfigValues } from '../../config/options.ts';
import type { Finding } from '../../findings.ts';
import type { Host } from '../../host/host.ts';
import type { RunResult } from '../../host/programs.ts';
import type { PveStorage } from './pve-storages-config.ts';

export interface ScanEntry {
  kind: 'file' | 'directory' | 'other';
  /** As `ls -l` shows it. */
  mode: string;
  sizeBytes: number;
  modifiedAt: Date;
  /** Below the directory of the storage. */
  relativePath: string;
}

export interface StorageScan {
  storage: PveStorage & { path: string };
  totalBytes: number;
  availableBytes: number;
  /** Sorted by path. */
  entries: readonly ScanEntry[];
  /** There were more than are listed. */
  isCut: boolean;
}

/** About 40,000 entries. */
const maxListingBytes = 4 * 1024 * 1024;
/** Kinds of content that are files to list; disks of guests are not. */
const listedContent = ['backup', 'import', 'iso', 'snippets', 'vztmpl'];

/** undefined: it is not there or does not answer, and `findings` says so. */
export async function scanStorage(
  host: Host,
  storage: PveStorage & { path: string },
  values: ConfigValues,
  findings: Finding[],
): Promise<StorageScan | undefined> {
  const realPath = host.resolve(storage.path);
  // 0 in the configuration: wait for ever. A day still bounds it.
  const timeoutSeconds = values.FS_IO_TIMEOUT === 0 ? 86_400 : values.FS_IO_TIMEOUT;
  const ask = (argv: readonly [string, ...string[]]) =>
    host.tools.run({
      argv,
      timeoutMs: timeoutSeconds * 1000,
      maxOutputBytes: maxListingBytes,
      signal: host.signal,
    });
  const usage = await ask(['stat', '-f', '-c', '%S %b %a', realPath]);
  if (usage.status !== 'ok') {
    findings.push(describeSilence(storage, usage, timeoutSeconds));
    return undefined;
  }
  const listing = await ask(listingCommand(host, realPath, storage));
  // Ends with 1 when something vanished or may not be read; the rest is good.
  const isUsable = listing.status === 'ok' || listing.status === 'flooded' || listing.exitCode === 1;
  if (!isUsable) {
    findings.push(describeSilence(storage, listing, timeoutSeconds));
    return undefined;
  }
  const [blockBytes = 0, blocks = 0, available = 0] = usage.stdout.toString('utf8').split(' ').map(Number);
  return {
    storage,
    totalBytes: blockBytes * blocks,
    availableBytes: blockBytes * available,
    entries: parseListing(listing.stdout.toString('utf8')),
    isCut: listing.status === 'flooded',
  };
}

/** Everything right below the storage is told; only directories on the way to listed content are entered. */
function listingCommand(host: Host, realPath: string, storage: PveStorage): [string, ...string[]] {
  const entered = enteredDirectories(storage);
  const isEntered = entered.flatMap((directory, index) => [
    ...(index === 0 ? [] : ['-o']),
    '-path',
    escapePattern(`${realPath}/${directory}`),
  ]);
  const depth = Math.max(1, ...entered.map((directory) => directory.split('/').length + 1));
  return [
    'find',
    // A content directory often is a link to a larger disk. Under another root links would lead out of it.
    host.root === '/' ? '-L' : '-H',
    realPath,
    '-mindepth',
    '1',
    '-maxdepth',
    String(depth),
    '-printf',
    String.raw`%y\t%M\t%s\t%T@\t%P\0`,
    '-type',
    'd',
    ...(isEntered.length === 0 ? [] : ['!', '(', ...isEntered, ')']),
    '-prune',
  ];
}

/** template, template/iso, dump ... */
function enteredDirectories({ content, contentDirectories }: PveStorage): string[] {
  const directories = listedContent
    .filter((kind) => content.includes(kind))
    .flatMap((kind) => contentDirectories[kind] ?? []);
  const withParents = directories.flatMap((directory) => {
    const parts = directory.split('/');
    return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
  });
  return [...new Set(withParents)];
}

function escapePattern(path: string): string {
  return path.replace(/[\\*?[\]]/g, String.raw`\$&`);
}

function parseListing(output: string): ScanEntry[] {
  // Without its last NUL a cut record is left out.
  const records = output.split('\0').slice(0, -1);
  const entries = records.flatMap((record): ScanEntry[] => {
    const [type, mode, size, modified, ...path] = record.split('\t');
    if (type === undefined || mode === undefined || path.length === 0) return [];
    const kind = type === 'f' ? 'file' : type === 'd' ? 'directory' : 'other';
    const modifiedAt = new Date(Math.round(Number(modified) * 1000));
    return [{ kind, mode, sizeBytes: Number(size), modifiedAt, relativePath: path.join('\t') }];
  });
  return entries.sort((a, b) => (a.relativePath < b.relativePath ? -1 : 1));
}

function describeSilence(
  { id, path }: PveStorage & { path: string },
  result: RunResult,
  timeoutSeconds: number,
): Finding {
  if (result.status === 'timeout') {
    return {
      severity: 'warning',
      code: 'storage-hung',
      path,
      message: `storage ${id} gave no answer within ${timeoutSeconds} s; its backups are not listed`,
      hint: 'a dead network mount often is the cause; see `pvesm status`, and FS_IO_TIMEOUT',
    };
  }
  const said = result.stderr.trim().split('\n').at(-1) ?? '';
  return {
    // It may be away for good reasons: a disk in the safe, a server that sleeps.
    severity: 'info',
    code: 'storage-not-read',
    path,
    message: `storage ${id} cannot be looked into; its backups are not listed${said === '' ? '' : ` (${said})`}`,
  };
}

/** Files of guest backups: what lies right in the backup directory. */
export function backupsIn({ storage, entries }: StorageScan): ScanEntry[] {
  const directory = storage.contentDirectories.backup ?? 'dump';
  if (!storage.content.includes('backup')) return [];
  return entries.filter(
    ({ kind, relativePath }) => kind === 'file' && posix.dirname(relativePath) === directory,
  );
}
