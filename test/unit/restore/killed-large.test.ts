// kill -9 at every line of the journal, on a tree of some hundred paths: the journal announces sixteen steps at a time, so many
// lines are written and many steps lie between two of them.

import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FileSystem } from '../../../src/host/file-system.ts';
import type { RealPath } from '../../../src/host/host.ts';
import { applyRestore, resumeRestore } from '../../../src/restore/engine/apply-restore.ts';
import { prepareRestore } from '../../../src/restore/engine/prepare-restore.ts';
import { listRestores, undoRestore } from '../../../src/restore/engine/undo-restore.ts';
import { dyingHost } from './dying-host.ts';
import { archiveOf, setFacts, sourceOf } from './restore-archive.ts';
import { createBench, planOn, prepareOptions } from './restore-bench.ts';
import { manifestOf, resetRoot } from './small-host.ts';

const directories = 5;
const filesEach = 24;

function buildLarge(root: string): void {
  for (let directory = 0; directory < directories; directory += 1) {
    const at = join(root, 'root', `d${directory}`, 'deep');
    mkdirSync(at, { recursive: true });
    for (let file = 0; file < filesEach; file += 1)
      writeFileSync(join(at, `f${file}`), `${directory} ${file}\n`);
    linkSync(join(at, 'f0'), join(at, 'second'));
    symlinkSync('f1', join(at, 'link'));
  }
  setTimes(root, 1_600_000_000);
}

/** Half is gone, a quarter edited, one directory is a link, one link a directory. */
function wreckLarge(root: string): void {
  for (let directory = 0; directory < directories; directory += 1) {
    const at = join(root, 'root', `d${directory}`, 'deep');
    for (let file = 1; file < filesEach; file += 2) rmSync(join(at, `f${file}`));
    for (let file = 2; file < filesEach; file += 4) writeFileSync(join(at, `f${file}`), 'edited\n');
    rmSync(join(at, 'link'));
    mkdirSync(join(at, 'link'));
  }
  rmSync(join(root, 'root/d0'), { recursive: true });
  symlinkSync('d1', join(root, 'root/d0'));
  rmSync(join(root, 'root/d4'), { recursive: true });
  setTimes(root, 1_700_000_000);
}

function setTimes(root: string, time: number): void {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort().reverse();
  for (const name of names) setFacts(join(root, name), { time });
}

async function createScene() {
  const bench = createBench(undefined, existsSync('/dev/shm') ? '/dev/shm' : undefined);
  const [original, wreck] = [join(bench.base, 'original'), join(bench.base, 'wreck')];
  for (const root of [original, wreck]) {
    mkdirSync(root);
    buildLarge(root);
  }
  wreckLarge(wreck);
  resetRoot(wreck, bench.root);
  const source = sourceOf(archiveOf(original));
  const plan = await planOn(bench.host, source);
  const facts = () => manifestOf(join(bench.root, 'root'));
  const before = facts();
  const dying = dyingHost(bench.host, Infinity);
  // Which effects write the journal.
  const lines: number[] = [];
  const fs = {
    ...dying.host.fs,
    openForAppend: (...args: Parameters<FileSystem['openForAppend']>) => {
      if (args[0].endsWith('/journal')) lines.push(dying.count() + 1);
      return dying.host.fs.openForAppend(...args);
    },
  };
  const host = { ...dying.host, fs };
  const { id } = await prepareRestore(host, source, plan, prepareOptions(bench));
  await applyRestore(host, bench.state, id);
  const after = facts();
  // What was here as it was saved keeps its own time.
  const withoutTimes = (lines: readonly string[]) => lines.map((line) => line.replace(/ 1[67]0{17} /u, ' '));
  expect(withoutTimes(after)).toEqual(withoutTimes(manifestOf(join(original, 'root'))));
  return { ...bench, original, wreck, source, plan, before, after, facts, lines };
}

type Scene = Awaited<ReturnType<typeof createScene>>;

/** Undone, made again, and resumed: both ends of a restore that was cut off there. */
async function endBothWays(
  scene: Scene,
  die: (state: RealPath) => Promise<void>,
  what: string,
): Promise<void> {
  for (const way of ['undo', 'resume'] as const) {
    resetRoot(scene.wreck, scene.root);
    const state = join(scene.base, `${way}-${what}`.replaceAll(' ', '-')) as RealPath;
    await die(state);
    const [listed] = listRestores(scene.host, state);
    const { id = '' } = listed ?? {};
    if (way === 'undo') await undoRestore(scene.host, state, id);
    else await resumeRestore(scene.host, id, { ...prepareOptions(scene), state, source: scene.source });
    expect(scene.facts(), `${way}, ${what}`).toEqual(way === 'undo' ? scene.before : scene.after);
    rmSync(state, { recursive: true });
  }
}

describe('a restore of some hundred paths that is killed at a line of its journal', () => {
  test(
    'before it, half-way in it, and after it, ends as it was or as it should be',
    { timeout: 300_000 },
    async () => {
      const scene = await createScene();
      expect(scene.lines.length).toBeGreaterThan(8);
      for (const [number, line] of scene.lines.entries()) {
        for (const at of [line, line + 1, line + 3]) {
          const die = async (state: RealPath) => {
            const { host } = dyingHost(scene.host, at);
            const options = { ...prepareOptions(scene), state };
            const died = prepareRestore(host, scene.source, scene.plan, options).then(({ id }) =>
              applyRestore(host, state, id),
            );
            await died.catch(() => undefined);
          };
          await endBothWays(scene, die, `line ${number} effect ${at}`);
        }
      }
    },
  );

  test('by a real kill -9 of its process, at every line', { timeout: 300_000 }, async () => {
    const scene = await createScene();
    const child = join(import.meta.dirname, 'killed-child.ts');
    for (const line of scene.lines) {
      const die = (state: RealPath) => {
        const argv = [child, scene.root, scene.original, state, String(line + 1)];
        const { signal, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
        expect(signal, stderr).toBe('SIGKILL');
        return Promise.resolve();
      };
      await endBothWays(scene, die, `real kill at ${line}`);
    }
  });
});
