// How many restores are kept to be undone: the newest ten. Only those that are over are ever removed, and of the others
// the contents that nobody needs any more.

import type { Host, RealPath } from '../../host/host.ts';
import { readJournal, type RestoreStatus } from './journal.ts';
import { restoreDirectory, restoreIds, type RestoreDirectory } from './restore-directory.ts';

export const keptRestores = 10;

/** Ids that may go, oldest first. A restore that is under way, or waits to be confirmed, is never among them. */
export function removableRestores(
  restores: readonly { id: string; isOver: boolean }[],
  keep = keptRestores,
): string[] {
  const tooMany = Math.max(0, restores.length - keep);
  return restores
    .filter(({ isOver }) => isOver)
    .slice(0, tooMany)
    .map(({ id }) => id);
}

/** Removes old restores, and what runs that were killed at their very end have left. */
export function tidyRestores(host: Host, state: RealPath): void {
  const restores = restoreIds(host, state).map((id) => {
    const directory = restoreDirectory(state, id);
    const { status } = readJournal(host, directory);
    removeNeedless(host, directory, status);
    return { id, isOver: status === 'finished' || status === 'undone' };
  });
  for (const id of removableRestores(restores)) host.fs.removeTree(restoreDirectory(state, id).path);
}

type Part = 'before' | 'new' | 'staged';
const needless: Readonly<Record<RestoreStatus, readonly Part[]>> = {
  preparing: [],
  prepared: [],
  applying: [],
  undoing: [],
  applied: ['new'],
  finished: ['new', 'staged'],
  undone: ['before', 'new', 'staged'],
};

/** Contents that nobody needs any more: secrets are not left lying about. Exports stay, they are the admin's. */
export function removeNeedless(host: Host, directory: RestoreDirectory, status: RestoreStatus): void {
  for (const part of needless[status]) host.fs.removeTree(directory[part]);
}
