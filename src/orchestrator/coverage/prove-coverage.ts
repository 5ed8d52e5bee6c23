// Proves, from the archive alone, that it holds what a rebuild needs: each requirement that was written into it is looked up in
// its index, and the cluster database is taken out, opened, checked and compared with the saved files of /etc/pve.

import { DatabaseSync } from 'node:sqlite';
import { catEntry } from '../../archiver/read/cat-entry.ts';
import type { OpenArchive } from '../../archiver/read/open-archive.ts';
import { readIndex } from '../../archiver/index/read-index.ts';
import { readPmxcfsFiles } from '../../collector/pmxcfs-rows.ts';
import { AppError, ArchiveError, UsageError } from '../../errors.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { coveragePath } from '../info-entries.ts';
import { comparePmxcfs } from './compare-pmxcfs.ts';
import type { CoverageDocument, DatabaseRow } from './coverage.ts';
import { createCoverageWatch, type CoverageRow } from './coverage-watch.ts';
import { matcherFor } from './requirements.ts';

export interface CoverageProof {
  rows: readonly CoverageRow[];
  databases: readonly ProvedDatabase[];
}

export interface ProvedDatabase extends DatabaseRow {
  /** Why it is not good. */
  detail?: string;
}

/** @throws UsageError when the archive has no list (existing edition); ArchiveError when it is damaged */
export async function proveCoverage(
  host: Host,
  archive: OpenArchive,
  workDirectory: RealPath,
): Promise<CoverageProof> {
  const document = await readCoverage(host, archive);
  const watch = createCoverageWatch(
    document.rows.map(({ area, what, why, state, detail }) => ({
      areaId: area,
      what,
      why,
      matches: matcherFor(what),
      ...(state === 'left-out' ? { leftOut: detail ?? 'switched off' } : {}),
    })),
  );
  const digests = new Map<string, string>();
  for await (const item of readIndex(host, archive, { signal: host.signal })) {
    if (item.kind !== 'entry') continue;
    watch.see(item.entry);
    if (item.entry.sha256 !== undefined) digests.set(item.entry.path, item.entry.sha256);
  }
  const databases: ProvedDatabase[] = [];
  for (const row of document.databases) {
    databases.push(
      row.state === 'damaged' ? row : await proveDatabase({ host, archive, workDirectory, digests }, row),
    );
  }
  return { rows: watch.rows().map((row, index) => asMissing(row, document.rows[index])), databases };
}

async function readCoverage(host: Host, archive: OpenArchive): Promise<CoverageDocument> {
  const parts: Buffer[] = [];
  try {
    for await (const part of catEntry(host, archive, coveragePath, { signal: host.signal })) parts.push(part);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${archive.name} has no list of what its host needs`, {
      hint: 'archives of the existing edition have none; `proxsave ls` shows what is in it',
      cause: error,
    });
  }
  const document: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
  if (!isCoverageDocument(document))
    throw new ArchiveError(`${coveragePath} in ${archive.name} is malformed`);
  return document;
}

function isCoverageDocument(value: unknown): value is CoverageDocument {
  const document = value as Partial<CoverageDocument> | null;
  return document?.schemaVersion === 1 && Array.isArray(document.rows) && Array.isArray(document.databases);
}

/** What was missing when the archive was made still is, whatever its reason; what was there then must be there now. */
function asMissing(row: CoverageRow, recorded: CoverageRow | undefined): CoverageRow {
  if (recorded?.state === 'missing') return recorded;
  const wasThere = recorded?.state === 'present' || recorded?.state === 'empty';
  return row.state === 'absent' && wasThere ? { ...row, state: 'missing' } : row;
}

interface DatabaseProof {
  host: Host;
  archive: OpenArchive;
  workDirectory: RealPath;
  /** ArchivePath -> SHA-256 of the index. */
  digests: ReadonlyMap<string, string>;
}

async function proveDatabase(proof: DatabaseProof, row: DatabaseRow): Promise<ProvedDatabase> {
  const { host, archive, workDirectory } = proof;
  const path = joinReal(workDirectory, 'database-of-archive');
  try {
    const fd = host.fs.createFile(path, 0o600);
    try {
      for await (const part of catEntry(host, archive, row.path, { signal: host.signal }))
        host.fs.write(fd, part, null);
    } finally {
      host.fs.close(fd);
    }
    return { ...row, ...inspectDatabase(path, row, proof.digests) };
  } catch (error) {
    if (!(error instanceof Error) || (error instanceof AppError && error.exit === 'interrupted')) throw error;
    return { ...row, state: 'damaged', detail: error.message };
  } finally {
    host.fs.removeTree(path);
  }
}

function inspectDatabase(
  path: RealPath,
  { filesBelow }: DatabaseRow,
  digests: ReadonlyMap<string, string>,
): Pick<ProvedDatabase, 'state' | 'missing' | 'changed' | 'detail'> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const verdict = database.prepare('PRAGMA integrity_check(1)').get()?.integrity_check;
    if (verdict !== 'ok')
      return { state: 'damaged', missing: [], changed: [], detail: `integrity_check: ${String(verdict)}` };
    const prefix = `${filesBelow}/`;
    const saved = [...digests].filter(([name]) => name.startsWith(prefix));
    const files = new Map(saved.map(([name, sha256]) => [name.slice(prefix.length), sha256]));
    // An archive of a few areas only: nothing to compare with.
    if (files.size === 0) return { state: 'good', missing: [], changed: [] };
    const rows = [...readPmxcfsFiles(database)].map(([name, { sha256 }]): [string, string] => [
      name,
      sha256.toString('hex'),
    ]);
    const { missing, changed } = comparePmxcfs(new Map(rows), files);
    return { state: 'good', missing, changed };
  } finally {
    database.close();
  }
}
