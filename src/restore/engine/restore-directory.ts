// Where a restore keeps what it needs to be ended or undone: STATE/restore/ID, private, on a disk that survives a reboot.
//   plan.json   the plan, as applied     steps.json  what changes, with the state before and after
//   journal     one line an event        before/     what was there      new/     what will be there
//   staged/     for appliers of sets     export/     for the admin       since/   changes that an undo found

import { randomBytes } from 'node:crypto';
import { isSystemError, UsageError } from '../../errors.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { formatStamp } from '../../util/format.ts';

export interface RestoreDirectory {
  id: string;
  path: RealPath;
  plan: RealPath;
  steps: RealPath;
  journal: RealPath;
  before: RealPath;
  new: RealPath;
  staged: RealPath;
  export: RealPath;
  since: RealPath;
}

const privateDirectory = 0o700;
const idForm = /^\d{8}-\d{6}-[0-9a-f]{4}$/u;

export function restoreDirectory(state: RealPath, id: string): RestoreDirectory {
  const path = joinReal(state, 'restore', id);
  const at = (name: string) => joinReal(path, name);
  return {
    id,
    path,
    plan: at('plan.json'),
    steps: at('steps.json'),
    journal: at('journal'),
    before: at('before'),
    new: at('new'),
    staged: at('staged'),
    export: at('export'),
    since: at('since'),
  };
}

/** Makes a new one. @throws the system's errors */
export function createRestoreDirectory(host: Host, state: RealPath): RestoreDirectory {
  host.fs.makeDirectory(joinReal(state, 'restore'), privateDirectory);
  for (;;) {
    const id = `${formatStamp(host.clock.now())}-${randomBytes(2).toString('hex')}`;
    const directory = restoreDirectory(state, id);
    try {
      host.fs.makeOneDirectory(directory.path, privateDirectory);
    } catch (error) {
      if (isSystemError(error, 'EEXIST')) continue;
      throw error;
    }
    host.fs.syncDirectory(joinReal(state, 'restore'));
    return directory;
  }
}

/** Makes the directories of content, empty: whatever a preparation that was cut off has left in them is gone. */
export function emptyContents(host: Host, directory: RestoreDirectory): void {
  for (const part of ['before', 'new', 'staged', 'export'] as const) {
    host.fs.removeTree(directory[part]);
    host.fs.makeOneDirectory(directory[part], privateDirectory);
  }
}

/** @throws UsageError when there is none of this id */
export function existingRestore(host: Host, state: RealPath, id: string): RestoreDirectory {
  const directory = restoreDirectory(state, id);
  const exists = idForm.test(id) && host.fs.lstatIfExists(directory.path)?.kind === 'directory';
  if (exists) return directory;
  throw new UsageError(`there is no restore ${JSON.stringify(id)} in ${joinReal(state, 'restore')}`, {
    hint: 'List them: proxsave undo --list',
  });
}

/** Ids, oldest first. */
export function restoreIds(host: Host, state: RealPath): string[] {
  try {
    return host.fs.readDirectory(joinReal(state, 'restore')).filter((name) => idForm.test(name));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}
