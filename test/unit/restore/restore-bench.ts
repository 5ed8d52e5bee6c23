// A place to try restores: the root of a host as a directory, and the parts of the engine with what they need filled in.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import type { FileSystem } from '../../../src/host/file-system.ts';
import { asRealPath, type Host, type RealPath } from '../../../src/host/host.ts';
import { applyRestore, type AppliedRestore } from '../../../src/restore/engine/apply-restore.ts';
import { prepareRestore, type PrepareOptions } from '../../../src/restore/engine/prepare-restore.ts';
import { planRestore } from '../../../src/restore/plan/plan-restore.ts';
import type { PlanEntry, RestorePlan } from '../../../src/restore/plan/restore-plan.ts';
import type { RestoreSource } from '../../../src/restore/source.ts';
import { optionsFor, type PlanWith } from './restore-options.ts';

export interface Bench {
  base: string;
  root: string;
  state: RealPath;
  host: Host;
}

/** @param parent a file system in memory makes hundreds of rounds quick */
export function createBench(
  fs: (real: FileSystem) => Partial<FileSystem> = () => ({}),
  parent = tmpdir(),
): Bench {
  const base = mkdtempSync(join(parent, 'proxsave-restore-'));
  onTestFinished(() => {
    rmSync(base, { recursive: true, force: true });
  });
  const bench = { base, root: join(base, 'root'), state: asRealPath(join(base, 'state')) };
  mkdirSync(bench.root);
  mkdirSync(bench.state, { mode: 0o700 });
  return { ...bench, host: hostOf(bench.root, fs) };
}

export function hostOf(root: string, fs: (real: FileSystem) => Partial<FileSystem> = () => ({})): Host {
  const real = createHost({ root, env: { PATH: process.env.PATH } });
  return { ...real, fs: { ...real.fs, ...fs(real.fs) } };
}

export async function planOn(
  host: Host,
  source: RestoreSource,
  options: PlanWith = {},
): Promise<RestorePlan> {
  return (await planRestore(host, source, optionsFor(host, options))).plan;
}

export function prepareOptions({ host, state }: Bench, options: PlanWith = {}): PrepareOptions {
  const { live, paths, strategies } = optionsFor(host, options);
  return { state, live, paths, strategies };
}

/** Plan, prepare, apply. */
export async function restoreOn(
  bench: Bench,
  source: RestoreSource,
  options: PlanWith = {},
): Promise<AppliedRestore> {
  const plan = await planOn(bench.host, source, options);
  const { id } = await prepareRestore(bench.host, source, plan, prepareOptions(bench, options));
  return applyRestore(bench.host, bench.state, id);
}

export function entryOf(plan: RestorePlan, path: string): PlanEntry {
  const entry = plan.entries.find((one) => one.path === path);
  if (entry === undefined) throw new Error(`the plan has no entry ${path}`);
  return entry;
}

/** `create etc/x` lines, in the order of the plan. */
export function actionsOf(plan: RestorePlan): string[] {
  return plan.entries.map(({ action, path }) => `${action} ${path}`);
}
