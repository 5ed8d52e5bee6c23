// retention.json in the state directory, beside the install id. Whoever changes it holds the run lock, so that a `proxsave
// hold` during a backup is not lost.

import { asStorageError, StorageError } from '../../errors.ts';
import { readingHints, writingHints } from '../directory/hints.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { parseRetentionState, serialiseRetentionState } from './parse-state.ts';
import { emptyRetentionState, type RetentionState } from './retention-state.ts';

export function retentionStatePath(stateDirectory: RealPath): RealPath {
  return joinReal(stateDirectory, 'retention.json');
}

/** Made before the first archive, together with the installation id: from then on one that is missing was lost. */
const installIdName = 'install-id';

/**
 * The empty state only before the installation has an id.
 * @throws StorageError and its kin when it is lost, damaged or cannot be read; then nothing may be removed from any tier
 */
export function readRetentionState(host: Host, stateDirectory: RealPath): RetentionState {
  const path = retentionStatePath(stateDirectory);
  try {
    const text = host.fs.readTextIfExists(path);
    if (text !== undefined) return parseRetentionState(text, path);
    if (host.fs.lstatIfExists(joinReal(stateDirectory, installIdName)) === undefined)
      return emptyRetentionState;
    throw new StorageError(`${path} is missing`, {
      hint:
        'take it out of an archive (`proxsave extract`), or begin anew without the old holds and adoptions: ' +
        '`proxsave prune --accept`',
    });
  } catch (error) {
    throw asStorageError(error, `cannot read ${path}`, readingHints);
  }
}

/** Replaces the file as a whole, 0600; the old one stays when that fails. @throws StorageError and its kin */
export function writeRetentionState(host: Host, stateDirectory: RealPath, state: RetentionState): void {
  const path = retentionStatePath(stateDirectory);
  try {
    host.fs.makeDirectory(stateDirectory, 0o700);
    host.fs.writeFileAtomic(path, serialiseRetentionState(state), { mode: 0o600 });
  } catch (error) {
    throw asStorageError(error, `cannot write ${path}`, writingHints);
  }
}

/** Writes the empty state where there is no file. @throws StorageError and its kin */
export function beginRetentionState(host: Host, stateDirectory: RealPath): void {
  if (host.fs.lstatIfExists(retentionStatePath(stateDirectory)) !== undefined) return;
  writeRetentionState(host, stateDirectory, emptyRetentionState);
}

/** Reads, changes and, when something changed, writes. Gives the state that is in force now. */
export function updateRetentionState(
  host: Host,
  stateDirectory: RealPath,
  change: (state: RetentionState) => RetentionState,
): RetentionState {
  const before = readRetentionState(host, stateDirectory);
  const after = change(before);
  if (after !== before) writeRetentionState(host, stateDirectory, after);
  return after;
}
