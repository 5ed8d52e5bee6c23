// The coverage proof of a run: while the archive is made it watches what goes in, and at the end says for each thing that a
// rebuild of this host needs whether it is there. The result is a document inside the archive (info-entries.ts), so
// that `verify --coverage` can prove it again years later.

import type { DatabaseReport } from '../../collector/collect-databases.ts';
import type { CollectionPlan } from '../../collector/plan-collection.ts';
import type { SourceEntry } from '../../entry.ts';
import type { Finding } from '../../findings.ts';
import type { Host } from '../../host/host.ts';
import { formatRfc3339 } from '../../util/format.ts';
import { comparePmxcfs } from './compare-pmxcfs.ts';
import { createCoverageWatch, type CoverageRow } from './coverage-watch.ts';
import { isOnHost } from './is-on-host.ts';
import { requirementsOf } from './requirements.ts';

export interface DatabaseRow {
  path: string;
  state: 'good' | 'damaged';
  /** Files of the cluster file system in it. */
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
  findings(): Finding[];
  document(): string;
}

export function createCoverage(host: Host, plan: CollectionPlan): Coverage {
  const watch = createCoverageWatch(requirementsOf(plan));
  const pveFiles = new Map<string, string>();
  const databases: DatabaseReport[] = [];
  const pvePrefix = `${plan.values.PVE_CONFIG_PATH.slice(1)}/`;
  const databaseRows = () => databases.map((report) => describeDatabase(report, pveFiles));
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
    findings: () => [
      ...watch.rows().flatMap((row) => missingFinding(host, row)),
      ...databaseRows().flatMap(databaseFinding),
    ],
    document: () => {
      const document: CoverageDocument = {
        schemaVersion: 1,
        generatedAt: formatRfc3339(host.clock.now()),
        hostname: plan.facts.hostname,
        rows: watch.rows(),
        databases: databaseRows(),
      };
      return `${JSON.stringify(document, null, 2)}\n`;
    },
  };
}

/** Only what the host has and the archive has not is wrong; a host without tape keys needs none. */
function missingFinding(host: Host, row: CoverageRow): Finding[] {
  if (row.state !== 'absent' || !isOnHost(host, row.what)) return [];
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

function describeDatabase(
  { hostPath, copy }: DatabaseReport,
  pveFiles: ReadonlyMap<string, string>,
): DatabaseRow {
  if (copy === undefined) return { path: hostPath, state: 'damaged', files: 0, missing: [], changed: [] };
  const rows = new Map([...copy.rows].map(([path, sha256]) => [path, sha256.toString('hex')]));
  const { missing, changed } = comparePmxcfs(rows, pveFiles);
  return { path: hostPath, state: 'good', files: copy.rows.size, missing, changed };
}

function databaseFinding({ path, missing }: DatabaseRow): Finding[] {
  if (missing.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'pmxcfs-differs',
      path,
      message: `${path} has ${missing.length} files that are not among the saved files of /etc/pve, e.g. ${missing.slice(0, 3).join(', ')}`,
      hint: 'is /etc/pve mounted, and readable for this user? the database itself is saved',
    },
  ];
}
