// What each switch of the Proxmox sections takes out of an archive: exactly what it governs. The golden file lists it, so that
// a reviewer sees what a change of the catalogue does to the promise of a switch.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectEntries } from '../../src/collector/collect.ts';
import { plannedCommands } from '../../src/collector/planned-commands.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { pbs } from '../../src/config/options/pbs.ts';
import { pve } from '../../src/config/options/pve.ts';
import { createHost } from '../../src/host/create-host.ts';
import { detectFacts } from '../../src/host/detect-facts.ts';
import type { HostFacts } from '../../src/host/facts.ts';
import { prepareBackup } from '../../src/orchestrator/prepare-backup.ts';
import { buildFixtureHost } from '../support/build-fixture-host.ts';
import { makeFixtureHost, type FixtureHost } from '../support/fixture-host.ts';
import type { FixtureName } from '../support/fixture-manifest.ts';
import { backUpInProcess } from '../support/run-in-process.ts';
import { memberContent, savedArchive, savedEntries, savedText } from '../support/saved-archive.ts';

const goldenPath = join(import.meta.dirname, '../golden/hosts/toggles.txt');

function togglesOf(section: typeof pve | typeof pbs): string[] {
  return Object.entries(section.rows).flatMap(([name, { kind }]) => (kind === 'bool' ? [name] : []));
}

interface Looked {
  host: FixtureHost;
  facts: HostFacts;
}

/** Everything that a run would put into the archive: files, outputs, documents. */
async function everything({ host, facts }: Looked, env: Record<string, string>): Promise<Set<string>> {
  const real = createHost({ root: host.root, env: { ...host.env, ...env } });
  const prepared = prepareBackup(real, {
    config: loadConfig(real),
    selection: { only: [], skip: [] },
    source: real,
    facts,
  });
  const { plan, isOwnOutput } = prepared;
  const paths = new Set<string>();
  const workDirectory = () => {
    throw new Error('a survey copies no database');
  };
  const request = { plan, isOwnOutput, report: () => undefined, signal: real.signal, workDirectory };
  for await (const group of collectEntries(real, { ...request, mode: 'survey' })) {
    for (const entry of group) if (entry.type !== 'directory') paths.add(entry.path);
  }
  const enabled = plan.areas.filter(({ status }) => status.state === 'enabled');
  for (const { output } of plannedCommands(real, plan, enabled)) paths.add(output);
  for (const { items } of enabled) {
    for (const { item, isEnabled } of items) {
      if (isEnabled && item.kind === 'inventory') paths.add(`${item.output} (inventory)`);
    }
  }
  return paths;
}

describe('a switch', () => {
  const base = mkdtempSync(join(tmpdir(), 'proxsave-toggles-'));
  const looked = new Map<FixtureName, Looked>();
  beforeAll(async () => {
    for (const name of ['pve9-cluster', 'pbs4'] as const) {
      const host = buildFixtureHost(join(base, name), name);
      const facts = await detectFacts(createHost({ root: host.root, env: host.env }));
      looked.set(name, { host, facts });
    }
  });
  afterAll(() => {
    rmSync(base, { recursive: true, force: true });
  });

  test('takes out exactly what it governs', async () => {
    const sections = [
      ['pve9-cluster', togglesOf(pve)],
      ['pbs4', togglesOf(pbs)],
    ] as const;
    const lines: string[] = [];
    for (const [name, toggles] of sections) {
      const host = looked.get(name);
      if (host === undefined) throw new Error('not made');
      const on = Object.fromEntries(toggles.map((toggle) => [toggle, 'true']));
      const all = await everything(host, on);
      for (const toggle of toggles) {
        const without = await everything(host, { ...on, [toggle]: 'false' });
        expect([...without].filter((path) => !all.has(path))).toEqual([]);
        const gone = [...all].filter((path) => !without.has(path)).sort();
        lines.push(`${name} ${toggle}=false`, ...gone.map((path) => `  ${path}`), '');
      }
    }
    const text = lines.join('\n');
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(goldenPath, text);
    expect(text).toBe(readFileSync(goldenPath, 'utf8'));
  });
});

interface SwitchedOff {
  toggle: string;
  /** Files of /etc/pve that must be nowhere. */
  files: readonly string[];
  /** One of them, which gets the marked secret. */
  marked: string;
  kept: string;
}

const marker = 'MARKED-7e57-SECRET';

describe('what is switched off is nowhere in the archive, not even in the saved database', () => {
  const cases: readonly SwitchedOff[] = [
    {
      toggle: 'BACKUP_PVE_ACL',
      files: [
        'domains.cfg',
        'priv/jobs/realm-sync-house.json',
        'priv/realm/house.pw',
        'priv/shadow.cfg',
        'priv/tfa.cfg',
        'priv/token.cfg',
        'user.cfg',
      ],
      marked: 'priv/shadow.cfg',
      kept: 'storage.cfg',
    },
    {
      toggle: 'BACKUP_VM_CONFIGS',
      files: [
        'nodes/node1/lxc/300.conf',
        'nodes/node1/qemu-server/100.conf',
        'nodes/node2/lxc/301.conf',
        'nodes/node2/qemu-server/101.conf',
        'nodes/node3/qemu-server/102.conf',
      ],
      marked: 'nodes/node3/qemu-server/102.conf',
      kept: 'user.cfg',
    },
    {
      toggle: 'BACKUP_PVE_FIREWALL',
      files: [
        'firewall/100.fw',
        'firewall/300.fw',
        'firewall/cluster.fw',
        'nodes/node1/host.fw',
        'sdn/firewall/lanvnet.fw',
      ],
      marked: 'firewall/cluster.fw',
      kept: 'nodes/node1/qemu-server/100.conf',
    },
  ];
  test.each(cases)('$toggle=false', async ({ toggle, files, marked, kept }) => {
    const host = await makeFixtureHost('pve9-cluster', {
      env: { [toggle]: 'false', COMPRESSION_TYPE: 'none' },
      files: { [`/etc/pve/${marked}`]: `# ${marker}\n` },
    });
    const { record } = await backUpInProcess(host);
    expect([record.exit_name, record.findings.filter(({ severity }) => severity !== 'info')]).toEqual([
      'ok',
      [],
    ]);
    const withheld = record.findings.filter(({ code }) => code === 'database-rows-withheld');
    expect(withheld.map(({ path, area }) => [path, area])).toEqual([
      ['/var/lib/pve-cluster/config.db', 'pve-cluster'],
    ]);
    expect(withheld[0]?.message).toContain(`${files.length} files of switched-off areas were removed`);
    const archive = savedArchive(host);
    const entries = savedEntries(archive);
    const paths = entries.filter(({ type }) => type === 'file').map(({ path }) => path);
    expect(paths.filter((path) => files.includes(path.replace('etc/pve/', '')))).toEqual([]);
    expect(readFileSync(archive, 'latin1')).not.toContain(marker);
    expect(rowsOf(memberContent(archive, 'var/lib/pve-cluster/config.db'), host)).toEqual(
      paths.flatMap((path) => (path.startsWith('etc/pve/') ? [path.slice(8)] : [])).toSorted(),
    );
    expect(paths).toContain(`etc/pve/${kept}`);
  });

  test('while without a switch the marked secret is there', async () => {
    const host = await makeFixtureHost('pve9-cluster', {
      env: { COMPRESSION_TYPE: 'none' },
      files: { '/etc/pve/priv/shadow.cfg': `# ${marker}\n` },
    });
    const { record } = await backUpInProcess(host);
    expect(record.findings.filter(({ code }) => code === 'database-rows-withheld')).toEqual([]);
    const archive = savedArchive(host);
    expect(savedText(archive, 'etc/pve/priv/shadow.cfg')).toContain(marker);
    expect(memberContent(archive, 'var/lib/pve-cluster/config.db').toString('latin1')).toContain(marker);
  });
});

/** Paths of all files in the database, found by SQLite alone. */
function rowsOf(bytes: Buffer, host: FixtureHost): string[] {
  const path = join(host.base, 'saved.db');
  writeFileSync(path, bytes);
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database
    .prepare(
      `WITH RECURSIVE files(inode, type, path) AS (
         SELECT inode, type, name FROM tree WHERE parent = 0 AND inode <> 0
         UNION ALL
         SELECT tree.inode, tree.type, files.path || '/' || tree.name FROM tree JOIN files ON tree.parent = files.inode)
       SELECT path FROM files WHERE type = 8 ORDER BY path`,
    )
    .all()
    .map((row) => String(row.path));
  database.close();
  return rows;
}
