// On what a tier's directory was found mounted, kept in the state directory: once it was a mount, an empty directory in
// its place is not taken for it, even where nothing else on the host says that something belongs there.

import { isSystemError } from '../../errors.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import type { ExpectedMount, MountFacts } from './mount-rule.ts';

/** Configured directory -> mount point. */
type Memory = Readonly<Record<string, string>>;

const fileName = 'mounts.json';

export function rememberedMounts(host: Host, stateDirectory: RealPath, path: RealPath): ExpectedMount[] {
  const mountPoint = read(host, stateDirectory)[path];
  if (mountPoint === undefined) return [];
  const evidence = 'what an earlier run found there (a run with SECONDARY_REQUIRE_MOUNT=no forgets it)';
  return [{ mountPoint, evidence }];
}

/** Keeps where the directory is mounted now. Nothing is written when nothing changed. Throws the system's errors. */
export function rememberMount(host: Host, stateDirectory: RealPath, facts: MountFacts): void {
  const { path, mount, rootMount } = facts;
  if (mount === undefined || mount.id === rootMount?.id) return;
  const memory = read(host, stateDirectory);
  if (memory[path] !== mount.mountPoint) write(host, stateDirectory, { ...memory, [path]: mount.mountPoint });
}

export function forgetMount(host: Host, stateDirectory: RealPath, path: RealPath): void {
  const memory = read(host, stateDirectory);
  if (!Object.hasOwn(memory, path)) return;
  write(host, stateDirectory, Object.fromEntries(Object.entries(memory).filter(([known]) => known !== path)));
}

/** A damaged file is an empty one: it is written again at the next run with the mount in place. */
function read(host: Host, stateDirectory: RealPath): Memory {
  const text = readText(host, joinReal(stateDirectory, fileName));
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}

function readText(host: Host, path: RealPath): string {
  try {
    return host.fs.readTextIfExists(path) ?? '';
  } catch (error) {
    if (isSystemError(error)) return '';
    throw error;
  }
}

function write(host: Host, stateDirectory: RealPath, memory: Memory): void {
  host.fs.makeDirectory(stateDirectory, 0o700);
  host.fs.writeFileAtomic(joinReal(stateDirectory, fileName), `${JSON.stringify(memory, null, 2)}\n`);
}
