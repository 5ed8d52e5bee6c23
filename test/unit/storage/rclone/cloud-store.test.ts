import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { createHost } from '../../../../src/host/create-host.ts';
import { createCloudLogStore, createCloudStore } from '../../../../src/storage/rclone/cloud-store.ts';
import { hasPrograms } from '../../../support/needs.ts';
import { putRequest, scratchDirectory } from '../../../support/store-suite.ts';

const never = new AbortController().signal;

function configured(settings: Readonly<Record<string, string>>) {
  const env = { PATH: process.env.PATH, CLOUD_ENABLED: 'true', ...settings };
  const host = createHost({ root: scratchDirectory(), env });
  return { host, values: loadConfig(host).values };
}

test('the keys of the configuration make the tier and the place of the log copies', () => {
  const { host, values } = configured({
    CLOUD_REMOTE: 'nas:base',
    CLOUD_REMOTE_PATH: '/proxsave/backup',
    CLOUD_LOG_PATH: '/proxsave/log',
  });
  const store = createCloudStore(host, values, 'id');
  expect([store.tier, store.location]).toEqual(['cloud', 'nas:base/proxsave/backup']);
  expect(createCloudLogStore(host, values, 'id')?.location).toBe('nas:proxsave/log');
});

test('without CLOUD_LOG_PATH logs go nowhere', () => {
  const { host, values } = configured({ CLOUD_REMOTE: 'nas' });
  expect(createCloudLogStore(host, values, 'id')).toBeUndefined();
});

test('RCLONE_FLAGS that would copy nothing are refused before anything is copied', () => {
  const { host, values } = configured({ CLOUD_REMOTE: 'nas', RCLONE_FLAGS: '--dry-run' });
  expect(() => createCloudStore(host, values, 'id')).toThrow(/--dry-run/);
});

test.skipIf(!hasPrograms('rclone'))('a directory of this machine is a remote too', async () => {
  const directory = scratchDirectory();
  const { host, values } = configured({ CLOUD_REMOTE: directory, CLOUD_REMOTE_PATH: 'saved' });
  const store = createCloudStore(host, values, 'id');
  await store.prepare(never);
  const result = await store.put(putRequest(Buffer.from('text'), 'a.tar'));
  const hashValue = createHash('sha256').update('text').digest('hex');
  expect(result).toEqual({ status: 'stored', proof: 'remote-hash', hash: 'sha256', hashValue });
  expect(await store.hashOf?.('a.tar', never)).toEqual({ hash: 'sha256', value: hashValue });
  expect(readdirSync(join(directory, 'saved'))).toEqual(['a.tar']);
});
