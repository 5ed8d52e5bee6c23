// What differs between this run's archive and the one before, for messages and the record. Encrypted archives are not
// compared: the run has no key for the older one (`proxsave diff --identity` has).

import { listHead, openArchive } from '../archiver/read/open-archive.ts';
import { AppError } from '../errors.ts';
import { asRealPath, type RealPath } from '../host/host.ts';
import type { AreaChanges } from '../run-record.ts';
import { compareIndexes } from './changes.ts';
import type { Run } from './run-state.ts';

/** Both archives are decompressed once for it: not worth the time of a run beyond this. Bytes of the files. */
const maxArchiveBytes = 512 * 1024 * 1024;

/** `previous`: path of the archive of the last good run. Undefined: there is nothing to compare with. */
export async function changesSinceLast(
  run: Run,
  previous: string | undefined,
  made: RealPath,
): Promise<readonly AreaChanges[] | undefined> {
  if (previous === undefined || previous === '') return undefined;
  const older = await listHead(run.host, asRealPath(previous));
  if (older.archive === undefined || older.archive.isEncrypted) return undefined;
  try {
    const newer = await openArchive(run.host, made);
    if (newer.isEncrypted || older.archive.size + newer.size > maxArchiveBytes) return undefined;
    const pair = { older: older.archive, newer };
    return await run.phase('compare', 'Comparing with the archive before', () =>
      compareIndexes(run.host, pair.older, pair.newer, { namesPerList: 20 }),
    );
  } catch (error) {
    if (!(error instanceof AppError) || error.exit === 'interrupted') throw error;
    run.report({
      severity: 'info',
      code: 'not-compared',
      path: previous,
      message: `not compared with the archive before: ${error.message}`,
    });
    return undefined;
  }
}
