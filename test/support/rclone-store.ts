// Stores on rclone remotes with the defaults of the configuration, for tests.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { composePlace } from '../../src/storage/rclone/place.ts';
import { createRcloneStore, type RcloneStoreOptions } from '../../src/storage/rclone/rclone-store.ts';
import type { Store } from '../../src/storage/store.ts';
import type { StoreUnderTest } from './store-suite.ts';

export interface TestStoreOptions extends Partial<RcloneStoreOptions> {
  /** As in CLOUD_REMOTE. */
  remote: string;
  path?: string;
}

export function rcloneStore(host: Host, { remote, path = '', ...options }: TestStoreOptions): Store {
  return createRcloneStore(host, {
    place: composePlace(remote, path),
    installId: '1b2f8a60',
    flags: [],
    connectionTimeoutMs: 30_000,
    operationTimeoutMs: 300_000,
    bandwidthLimit: '',
    transfers: 4,
    attempts: 3,
    proof: { checksum: true, download: false },
    lookAt: 'file',
    writeTest: false,
    batchSize: 20,
    batchPauseMs: 1000,
    ...options,
  });
}

/** The real host, whose pauses are noted instead of waited for. */
export function hostWithoutPauses(env: Readonly<Record<string, string>> = {}): {
  host: Host;
  pauses: number[];
} {
  const real = createHost({ env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env } });
  const pauses: number[] = [];
  const sleep = (ms: number) => {
    pauses.push(ms);
    return Promise.resolve();
  };
  return { host: { ...real, clock: { ...real.clock, sleep } }, pauses };
}

/** For the contract suite. Looks from behind at `directory`, the remote's place, which appears with the first file. */
export function rcloneUnderTest(
  directory: string,
  options: TestStoreOptions,
  env: Readonly<Record<string, string>> = {},
): StoreUnderTest {
  const { host } = hostWithoutPauses(env);
  return {
    store: rcloneStore(host, options),
    rawNames: () => readdirSync(directory).sort(),
    plant: (name, content) => {
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, name), content);
    },
    unfinishedNames: {
      own: '.proxsave-1b2f8a60-0123abcd.partial',
      foreign: '.proxsave-99999999-0123abcd.partial',
    },
  };
}
