import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyRestore } from '../../../src/restore/engine/apply-restore.ts';
import { prepareRestore } from '../../../src/restore/engine/prepare-restore.ts';
import { finishRestore, listRestores, undoRestore } from '../../../src/restore/engine/undo-restore.ts';
import { parsePlan, renderPlan } from '../../../src/restore/plan/restore-plan.ts';
import { member, sourceOf } from './restore-archive.ts';
import { createBench, entryOf, planOn, prepareOptions, restoreOn } from './restore-bench.ts';
import { factsOf, restoredFacts, wreckHost } from './wrecked-host.ts';

describe('a wrecked host', () => {
  test('is as it was saved after the restore, and the wreck again after the undo', async () => {
    const bench = createBench();
    const { source, original } = wreckHost(bench);
    const wreck = factsOf(bench.root);
    expect(restoredFacts(bench.root)).not.toEqual(restoredFacts(original));
    const { id, applied } = await restoreOn(bench, source);
    expect(restoredFacts(bench.root)).toEqual(restoredFacts(original));
    expect(applied).toContainEqual({ path: 'home/alice/.profile', change: 'created' });
    expect(applied).toContainEqual({ path: 'etc/default/keyboard', change: 'replaced' });
    await undoRestore(bench.host, bench.state, id);
    expect(factsOf(bench.root)).toEqual(wreck);
  });

  test('comes back also where the snapshot lies on another file system', async () => {
    const bench = createBench((real) => ({
      link: (from, to) => {
        if (`${from}${to}`.includes('/before/'))
          throw Object.assign(new Error('x'), { code: 'EXDEV', syscall: 'link' });
        real.link(from, to);
      },
    }));
    const { source, original } = wreckHost(bench);
    const wreck = factsOf(bench.root);
    const { id } = await restoreOn(bench, source);
    expect(restoredFacts(bench.root)).toEqual(restoredFacts(original));
    await undoRestore(bench.host, bench.state, id);
    // A copy is another file than the one that had two names; all else is the same.
    const withoutInodes = (facts: string[]) => facts.filter((line) => !line.startsWith('one file:'));
    expect(withoutInodes(factsOf(bench.root))).toEqual(withoutInodes(wreck));
  });

  test('needs nothing any more once it is restored', async () => {
    const bench = createBench();
    const { source } = wreckHost(bench);
    await restoreOn(bench, source);
    const again = await planOn(bench.host, source);
    expect(again.entries.filter(({ action }) => action === 'create' || action === 'replace')).toEqual([]);
  });

  test('is restored by a plan that was saved and read again', async () => {
    const bench = createBench();
    const { source, original } = wreckHost(bench);
    const plan = parsePlan(renderPlan(await planOn(bench.host, source)), 'plan.json');
    const { id } = await prepareRestore(bench.host, source, plan, prepareOptions(bench));
    await applyRestore(bench.host, bench.state, id);
    expect(restoredFacts(bench.root)).toEqual(restoredFacts(original));
  });

  test('leaves no content in the state directory when the restore is over, but for the way back', async () => {
    const bench = createBench();
    const { source } = wreckHost(bench);
    const { id } = await restoreOn(bench, source);
    finishRestore(bench.host, bench.state, id);
    const directory = join(bench.state, 'restore', id);
    expect(readdirSync(directory).sort()).toEqual(['before', 'export', 'journal', 'plan.json', 'steps.json']);
    expect(listRestores(bench.host, bench.state)).toMatchObject([
      { id, status: 'finished', isUndoable: true },
    ]);
    await undoRestore(bench.host, bench.state, id);
    expect(readdirSync(directory).sort()).toEqual(['export', 'journal', 'plan.json', 'steps.json']);
  });
});

describe('what is not replaced', () => {
  test('is handed out: exports for the admin, staged sets for whoever applies them', async () => {
    const bench = createBench();
    const source = sourceOf([
      member('etc/resolv.conf', 'nameserver 192.0.2.1\n'),
      member('etc/hostname', 'node1\n'),
    ]);
    const plan = await planOn(bench.host, source);
    expect(entryOf(plan, 'etc/resolv.conf').action).toBe('export');
    expect(entryOf(plan, 'etc/hostname')).toMatchObject({ action: 'stage', strategy: 'network' });
    const { exportDirectory, stagedDirectory } = await prepareRestore(
      bench.host,
      source,
      plan,
      prepareOptions(bench),
    );
    expect(readFileSync(join(exportDirectory, 'etc/resolv.conf'), 'utf8')).toBe('nameserver 192.0.2.1\n');
    expect(readFileSync(join(stagedDirectory, 'etc/hostname'), 'utf8')).toBe('node1\n');
    expect(readdirSync(bench.root)).toEqual([]);
  });
});
