// Files that a restore puts aside for the admin. Sets that nobody applied yet come to lie beside the others, at their places
// below one directory; they survive the end of the restore.

import { posix } from 'node:path';
import { systemOutputs } from '../../catalogue/items.ts';
import { readHostText } from '../../host/detect-text.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { handsOut, type RestorePlan } from '../../restore/plan/restore-plan.ts';
import type { PreparedRestore } from '../../restore/engine/prepare-restore.ts';

type Directories = Pick<PreparedRestore, 'exportDirectory' | 'stagedDirectory'>;

/** Moves what was staged to what is handed out. Links, of which the sets have few, stay behind with the staged files. */
export function handOutStaged(host: Host, plan: RestorePlan, directories: Directories): void {
  const staged = plan.entries.filter((entry) => handsOut(entry) && entry.action === 'stage');
  for (const { path } of staged) {
    const from = joinReal(directories.stagedDirectory, path);
    if (host.fs.lstatIfExists(from) === undefined) continue;
    const to = joinReal(directories.exportDirectory, path);
    if (host.fs.lstatIfExists(from)?.kind === 'directory') continue;
    host.fs.makeDirectory(posix.dirname(to) as RealPath, 0o700);
    host.fs.rename(from, to);
  }
  host.fs.syncDirectory(directories.exportDirectory);
}

/** The package database of a host with everything installed has some MiB. */
const maxStatusBytes = 64 * 1024 * 1024;
const manualList = `${systemOutputs}/packages/apt_manual.txt`;
/** Name of a Debian package, with or without its architecture. */
const packageName = /^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9]+)?$/u;

/** Writes the list of packages that were asked for by hand there and are not installed here; undefined: none is missing. */
export function listMissingPackages(
  host: Host,
  exportDirectory: RealPath,
): { count: number; path: RealPath } | undefined {
  const text = host.fs.readTextIfExists(joinReal(exportDirectory, manualList));
  const status = readHostText(host, '/var/lib/dpkg/status', maxStatusBytes);
  if (text === undefined || status === undefined) return undefined;
  const installed = installedPackages(status);
  const missing = text
    .split('\n')
    .map((line) => line.trim())
    .filter((name) => packageName.test(name) && !installed.has(name.replace(/:.*/u, '')));
  if (missing.length === 0) return undefined;
  const path = joinReal(exportDirectory, 'missing-packages.txt');
  host.fs.writeFileAtomic(path, `${missing.join('\n')}\n`, { mode: 0o600 });
  return { count: missing.length, path };
}

/** Names in dpkg's status file. Between a name and its state other fields may stand: `Essential`, `Protected`. */
function installedPackages(status: string): Set<string> {
  const stanzas = status.split('\n\n').filter((text) => /^Status: \S+ \S+ installed$/mu.test(text));
  return new Set(stanzas.flatMap((text) => /^Package: (\S+)$/mu.exec(text)?.[1] ?? []));
}
