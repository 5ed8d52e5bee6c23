// Fake hosts for tests, gone when the test ends. The result is a sandbox too, so runBackup and lastRecord take it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { buildFixtureHost, type FixtureHost, type FixtureOptions } from './build-fixture-host.ts';
import type { FixtureName } from './fixture-manifest.ts';

export type { FixtureHost, FixtureName, FixtureOptions };

/** Removed when the test ends. */
export function makeFixtureHost(name: FixtureName, options: FixtureOptions = {}): Promise<FixtureHost> {
  const base = mkdtempSync(join(tmpdir(), `proxsave-${name}-`));
  const host = buildFixtureHost(base, name, options);
  onTestFinished(() => {
    if (host.configDb?.writer?.isOpen === true) host.configDb.writer.close();
    rmSync(base, { recursive: true, force: true });
  });
  return Promise.resolve(host);
}
