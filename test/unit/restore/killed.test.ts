import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RealPath } from '../../../src/host/host.ts';
import { applyRestore, resumeRestore } from '../../../src/restore/engine/apply-restore.ts';
import { tidyRestores } from '../../../src/restore/engine/keep-few.ts';
import { prepareRestore } from '../../../src/restore/engine/prepare-restore.ts';
import { listRestores, undoRestore } from '../../../src/restore/engine/undo-restore.ts';
import type { RestorePlan } from '../../../src/restore/plan/restore-plan.ts';
import type { RestoreSource } from '../../../src/restore/source.ts';
import { dyingHost } from './dying-host.ts';
import { archiveOf, sourceOf } from './restore-archive.ts';
import { createBench, planOn, prepareOptions, type Bench } from './restore-bench.ts';
import { buildSmallOriginal, manifestOf, resetRoot, wreckSmall } from './small-host.ts';

interface Scene extends Bench {
  wreck: string;
  source: RestoreSource;
  plan: RestorePlan;
  /** Facts of the tree before and after. */
  before: string[];
  after: string[];
  /** Effects of a restore that is not killed. */
  effects: number;
  rounds: number;
}

async function createScene(): Promise<Scene> {
  const bench = createBench(undefined, existsSync('/dev/shm') ? '/dev/shm' : undefined);
  const original = join(bench.base, 'original');
  const wreck = join(bench.base, 'wreck');
  for (const root of [original, wreck]) {
    mkdirSync(root);
    buildSmallOriginal(root);
  }
  wreckSmall(wreck);
  resetRoot(wreck, bench.root);
  const source = sourceOf(archiveOf(original));
  const plan = await planOn(bench.host, source);
  const before = manifestOf(join(bench.root, 'root'));
  const dying = dyingHost(bench.host, Infinity);
  const { id } = await prepareRestore(dying.host, source, plan, prepareOptions(bench));
  await applyRestore(dying.host, bench.state, id);
  const after = manifestOf(join(bench.root, 'root'));
  expect(after.filter((line) => !line.includes('not-in-archive'))).toEqual(
    manifestOf(join(original, 'root')),
  );
  return { ...bench, wreck, source, plan, before, after, effects: dying.count(), rounds: 0 };
}

/** A restore of the wreck that dies at an effect; gives its id, if it came that far. */
async function dieAt(scene: Scene, at: number): Promise<{ id: string | undefined; state: RealPath }> {
  resetRoot(scene.wreck, scene.root);
  const state = join(scene.base, `state-${(scene.rounds += 1)}`) as RealPath;
  const { host } = dyingHost(scene.host, at);
  const died = async () => {
    const { id } = await prepareRestore(host, scene.source, scene.plan, { ...prepareOptions(scene), state });
    await applyRestore(host, state, id);
  };
  await expect(died()).rejects.toThrow('dead');
  return { id: listRestores(scene.host, state)[0]?.id, state };
}

describe('a restore that is killed at any of its effects', () => {
  test('is undone to exactly what was before', { timeout: 120_000 }, async () => {
    const scene = await createScene();
    expect(scene.effects).toBeGreaterThan(80);
    for (let at = 1; at <= scene.effects; at += 1) {
      const { id, state } = await dieAt(scene, at);
      if (id !== undefined) await undoRestore(scene.host, state, id);
      expect(manifestOf(join(scene.root, 'root')), `killed at effect ${at}`).toEqual(scene.before);
    }
  });

  test('is resumed to exactly what comes after', { timeout: 120_000 }, async () => {
    const scene = await createScene();
    for (let at = 1; at <= scene.effects; at += 1) {
      const { id, state } = await dieAt(scene, at);
      // Before its directory there is nothing to resume, and nothing has changed. A plan that is not on disk is made again.
      const isPlanned = id !== undefined && listRestores(scene.host, state)[0]?.archive !== undefined;
      const { source } = scene;
      if (isPlanned) await resumeRestore(scene.host, id, { ...prepareOptions(scene), state, source });
      const facts = manifestOf(join(scene.root, 'root'));
      expect(facts, `killed at effect ${at}`).toEqual(isPlanned ? scene.after : scene.before);
    }
  });

  test(
    'is undone also when the undo itself is killed, at any of its effects',
    { timeout: 120_000 },
    async () => {
      const scene = await createScene();
      const late = scene.effects - 12;
      for (let at = 1; ; at += 1) {
        const { id = '', state } = await dieAt(scene, late);
        const { host } = dyingHost(scene.host, at);
        const isDone = await undoRestore(host, state, id).then(
          () => true,
          () => false,
        );
        if (isDone) break;
        const isUndone = listRestores(scene.host, state)[0]?.status === 'undone';
        // The last thing an undo does is to remove its snapshot; what was killed then is tidied up later.
        if (isUndone) tidyRestores(scene.host, state);
        else await undoRestore(scene.host, state, id);
        expect(manifestOf(join(scene.root, 'root')), `undo killed at effect ${at}`).toEqual(scene.before);
      }
      expect(manifestOf(join(scene.root, 'root'))).toEqual(scene.before);
    },
  );

  test('by a real kill -9 of its process is undone and resumed the same', { timeout: 120_000 }, async () => {
    const scene = await createScene();
    const child = join(import.meta.dirname, 'killed-child.ts');
    const stride = Math.ceil(scene.effects / 8);
    for (let at = stride; at < scene.effects; at += stride) {
      resetRoot(scene.wreck, scene.root);
      const state = join(scene.base, `killed-${at}`) as RealPath;
      const original = join(scene.base, 'original');
      const { signal, stderr } = spawnSync(
        process.execPath,
        [child, scene.root, original, state, String(at)],
        { encoding: 'utf8' },
      );
      expect(signal, stderr).toBe('SIGKILL');
      const id = listRestores(scene.host, state)[0]?.id ?? '';
      const { source } = scene;
      if ((at / stride) % 2 === 0) await undoRestore(scene.host, state, id);
      else await resumeRestore(scene.host, id, { ...prepareOptions(scene), state, source });
      const expected = (at / stride) % 2 === 0 ? scene.before : scene.after;
      expect(manifestOf(join(scene.root, 'root')), `killed at effect ${at}`).toEqual(expected);
    }
  });
});
