// Whole fake hosts, saved by a real backup and planned back: the way of each path in the catalogue, in both directions.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { numberedEntries } from '../../../src/archiver/extract/numbered-entries.ts';
import { loadIndex } from '../../../src/archiver/index/read-index.ts';
import { openArchive } from '../../../src/archiver/read/open-archive.ts';
import { detectFacts } from '../../../src/host/detect-facts.ts';
import { asRealPath, type Host } from '../../../src/host/host.ts';
import { applyRestore } from '../../../src/restore/engine/apply-restore.ts';
import { prepareRestore } from '../../../src/restore/engine/prepare-restore.ts';
import { undoRestore } from '../../../src/restore/engine/undo-restore.ts';
import { changesHost } from '../../../src/restore/plan/restore-plan.ts';
import type { RestoreSource } from '../../../src/restore/source.ts';
import { makeFixtureHost } from '../../support/fixture-host.ts';
import type { FixtureName } from '../../support/fixture-manifest.ts';
import { backUpInProcess } from '../../support/run-in-process.ts';
import { lastRecord, type Sandbox } from '../../support/sandbox.ts';
import { treeFacts } from '../../support/unpack.ts';
import { entryOf, hostOf, planOn, prepareOptions } from './restore-bench.ts';

async function saved(host: Host, sandbox: Sandbox): Promise<RestoreSource> {
  await backUpInProcess(sandbox);
  const archive = await openArchive(host, asRealPath(lastRecord(sandbox).archive_path));
  const { entries } = await loadIndex(host, archive);
  const facts = await detectFacts(host);
  return {
    location: archive.path,
    hostname: facts.hostname,
    createdAt: new Date(archive.manifest.created_at),
    facts,
    products: (['pve', 'pbs'] as const).filter((product) => facts[product] !== undefined),
    versions: { pve: facts.pve?.version ?? '', pbs: facts.pbs?.version ?? '' },
    entries: async function* (signal) {
      for await (const { meta, content, number } of numberedEntries(host, archive, { signal })) {
        const listed = entries[number];
        const { sha256 } = listed ?? {};
        yield {
          meta,
          area: listed?.area ?? '',
          content: () => content,
          ...(sha256 === undefined ? {} : { sha256 }),
        };
      }
    },
  };
}

test.each<FixtureName>(['debian', 'pve9-cluster', 'pbs4'])(
  'the archive of %s, planned onto the same host, changes nothing and owns every path',
  { timeout: 90_000 },
  async (name) => {
    const sandbox = await makeFixtureHost(name);
    const host = hostOf(sandbox.root);
    const source = await saved(host, sandbox);
    const plan = await planOn(host, source, { live: await detectFacts(host) });
    expect(plan.entries.filter(changesHost)).toEqual([]);
    expect(plan.entries.filter(({ area, type }) => area === '' && type !== 'directory')).toEqual([]);
    expect(plan.entries.filter(({ action }) => action === 'same').length).toBeGreaterThan(20);
    expect(plan.preflight.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  },
);

test('a wrecked cluster node comes back but for what others apply, and the undo brings the wreck back', async () => {
  const sandbox = await makeFixtureHost('pve9-cluster');
  const host = hostOf(sandbox.root);
  const source = await saved(host, sandbox);
  const places = ['etc', 'root', 'usr/local'];
  rmSync(join(sandbox.root, 'etc/cron.d'), { recursive: true });
  writeFileSync(join(sandbox.root, 'etc/ssh/sshd_config'), 'wrecked\n');
  const wreck = treeFacts(sandbox.root, places);
  const live = await detectFacts(host);
  const plan = await planOn(host, source, { live });
  expect(entryOf(plan, 'etc/ssh/sshd_config').action).toBe('replace');
  expect(plan.entries.filter(changesHost).every(({ path }) => /^etc\/(?:cron\.d|ssh)/.test(path))).toBe(true);
  const state = asRealPath(join(sandbox.base, 'state'));
  const bench = { base: sandbox.base, root: sandbox.root, state, host };
  const { id } = await prepareRestore(host, source, plan, prepareOptions(bench, { live }));
  await applyRestore(host, state, id);
  const again = await planOn(host, source, { live });
  expect(again.entries.filter(changesHost)).toEqual([]);
  await undoRestore(host, state, id);
  expect(treeFacts(sandbox.root, places)).toEqual(wreck);
});
