// The coverage proof of a run: while the archive is made it watches what goes in, and at the end says for each thing that a
// rebuild of this host needs whether it is there. The result is a document inside the archive (info-entries.ts), so
// that `verify --coverage` can prove it again years later.

import type { DatabaseReport } from '../../collector/copy-database.ts';
import { ownerOfPath } from '../../catalogue/ownership.ts';
import type { CollectionPlan } from '../../collector/plan-collection.ts';
import type { SourceEntry } from '../../entry.ts';
import type { Finding } from '../../findings.ts';
import type { Host } from '../../host/host.ts';
import { formatCount, formatRfc3339 } from '../../util/format.ts';
import { comparePmxcfs } from './compare-pmxcfs.ts';
import { createCoverageWatch, type CoverageRow, type CoverageState } from './coverage-watch.ts';
import { isOnHost } from './is-on-host.ts';
import { requirementsOf, type Requirement } from './requirements.ts';

export interface DatabaseRow {
  path: string;
  state: 'good' | 'damaged';
  /** Archive directory whose files are compared with it: /etc/pve of the host. */
  filesBelow: string;
  /** Files of the cluster file system in it, as far as they should be among the saved ones. */
  files: number;
  /** In the database, but not among the saved files of /etc/pve. */
  missing: readonly string[];
  /** In both, with other content: written between the two readings. */
  changed: readonly string[];
}

export interface CoverageDocument {
  schemaVersion: 1;
  generatedAt: string;
  hostname: string;
  rows: readonly CoverageRow[];
  databases: readonly DatabaseRow[];
}

export interface Coverage {
  see: (entry: SourceEntry, sha256: string | undefined) => void;
  seeDatabase: (report: DatabaseReport) => void;
  /** After the last entry. */
  finish: () => FinishedCoverage;
}

export type CoverageCounts = Readonly<Record<CoverageState, number>>;

export interface FinishedCoverage {
  document: CoverageDocument;
  findings: readonly Finding[];
  counts: CoverageCounts;
}

export function countStates(rows: readonly CoverageRow[]): CoverageCounts {
  const counts = { present: 0, empty: 0, absent: 0, missing: 0, 'left-out': 0 };
  for (const { state } of rows) counts[state] += 1;
  return counts;
}

export function createCoverage(host: Host, plan: CollectionPlan): Coverage {
  const requirements = requirementsOf(plan);
  const watch = createCoverageWatch(requirements);
  const pveFiles = new Map<string, string>();
  const databases: DatabaseReport[] = [];
  const pvePrefix = `${plan.values.PVE_CONFIG_PATH.slice(1)}/`;
  // With --only, files that were not asked for are not missing.
  const isSaved = (pvePath: string) =>
    ownerOfPath(plan.ownership, `${plan.values.PVE_CONFIG_PATH}/${pvePath}`)?.isEnabled !== false;
  const describe = ({ hostPath, copy }: DatabaseReport): DatabaseRow => {
    const base = { path: hostPath, filesBelow: pvePrefix.slice(0, -1) };
    if (copy === undefined) return { ...base, state: 'damaged', files: 0, missing: [], changed: [] };
    const rows = [...copy.rows].filter(([path]) => isSaved(path));
    const compared = comparePmxcfs(
      new Map(rows.map(([path, sha256]) => [path, sha256.toString('hex')])),
      pveFiles,
    );
    return {
      ...base,
      state: 'good',
      files: rows.length,
      missing: compared.missing,
      changed: compared.changed,
    };
  };
  const databaseRows = () => databases.map(describe);
  let finished: FinishedCoverage | undefined;
  return {
    see: (entry, sha256) => {
      watch.see(entry);
      if (sha256 !== undefined && entry.path.startsWith(pvePrefix)) {
        pveFiles.set(entry.path.slice(pvePrefix.length), sha256);
      }
    },
    seeDatabase: (report) => {
      databases.push(report);
    },
    finish: () => {
      if (finished !== undefined) return finished;
      const judged = watch
        .rows()
        .map((row, index) => judgeRow({ host, pvePrefix, databases }, requirements[index], row));
      const rows = judged.map(({ row }) => row);
      const document: CoverageDocument = {
        schemaVersion: 1,
        generatedAt: formatRfc3339(host.clock.now()),
        hostname: plan.facts.hostname,
        rows,
        databases: databaseRows(),
      };
      const findings = [
        ...judged.flatMap(({ row, isTold }) => (isTold ? [] : missingFinding(row))),
        ...document.databases.flatMap(databaseFinding),
      ];
      finished = { document, findings, counts: countStates(rows) };
      return finished;
    },
  };
}

interface JudgedRow {
  row: CoverageRow;
  /** Another finding tells of it already. */
  isTold: boolean;
}

interface JudgedBy {
  host: Host;
  /** ArchivePath of /etc/pve, with a slash. */
  pvePrefix: string;
  databases: readonly DatabaseReport[];
}

/** Only what the host has, or should have, and the archive has not is wrong; a host without tape keys needs none. */
function judgeRow(by: JudgedBy, requirement: Requirement | undefined, row: CoverageRow): JudgedRow {
  const missing = (detail: string) => ({ row: { ...row, state: 'missing', detail } as const, isTold: true });
  if (row.state === 'present' && by.databases.some(({ hostPath, copy }) => hostPath === row.what && !copy)) {
    return missing('what is there is damaged');
  }
  if (row.state !== 'absent') return { row, isTold: true };
  if (isOnHost(by.host, row.what)) return { row: { ...row, state: 'missing' }, isTold: false };
  const holder = by.databases.find(({ copy }) =>
    [...(copy?.rows.keys() ?? [])].some((path) => requirement?.matches(`${by.pvePrefix}${path}`)),
  );
  if (holder !== undefined) return missing(`only in ${holder.hostPath}`);
  return requirement?.isExpected === true
    ? missing('not on this host, which should have it')
    : { row, isTold: true };
}

function missingFinding(row: CoverageRow): Finding[] {
  return [
    {
      severity: 'warning',
      code: 'coverage-missing',
      area: row.area,
      path: row.what,
      message: `a rebuild needs ${row.what}, this host has it, and it is not in the archive: ${row.why}`,
      hint: 'see the other findings of this area for the reason',
    },
  ];
}

function databaseFinding({ path, missing }: DatabaseRow): Finding[] {
  if (missing.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'pmxcfs-differs',
      path,
      message: `${path} has ${formatCount(missing.length, 'file')} not among the saved files of /etc/pve, e.g. ${missing.slice(0, 3).join(', ')}`,
      hint: 'is /etc/pve mounted, and readable for this user? the database itself is saved',
    },
  ];
}
