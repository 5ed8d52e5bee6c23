// A large cluster for tests, gone when the test ends.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FixtureHost, FixtureOptions } from './build-fixture-host.ts';
import { buildLargePveHost, type LargePveSize } from './build-large-pve.ts';

/** Removed when the test ends. This host is node1. */
export function makeLargePveHost(size: LargePveSize, options: FixtureOptions = {}): Promise<FixtureHost> {
  const base = mkdtempSync(join(tmpdir(), 'proxsave-large-pve-'));
  onTestFinished(() => {
    rmSync(base, { recursive: true, force: true });
  });
  return Promise.resolve(buildLargePveHost(base, size, options));
}
