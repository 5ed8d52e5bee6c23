import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { configHost, fhsFile } from './config-host.ts';

const load = (path: string) =>
  loadConfig(configHost({ [fhsFile]: `SECONDARY_ENABLED=true\nSECONDARY_PATH=${path}\n` }));

test.each([
  '\\\\nas\\share',
  '//nas/share',
  'nas:/export',
  'root@nas:/export',
  '[fd00::1]:/export',
  'nas.local:x',
])('the network name %s is refused as SECONDARY_PATH, with what to do', (path) => {
  expect(() => load(path)).toThrow(/SECONDARY_PATH.* is the address of a network share\s+mount the share/);
});

test.each(['/mnt/nas/a:b', '/mnt/[x]:y', '/srv/backups'])('the path %s is one', (path) => {
  expect(load(path).values.SECONDARY_PATH).toContain(path);
});

test('SECONDARY_REQUIRE_MOUNT is auto, yes or no', () => {
  const withValue = (value: string) =>
    loadConfig(configHost({ [fhsFile]: `SECONDARY_REQUIRE_MOUNT=${value}\n` })).values
      .SECONDARY_REQUIRE_MOUNT;
  expect(['', 'auto', 'YES', 'no'].map(withValue)).toEqual(['auto', 'auto', 'yes', 'no']);
  expect(() => withValue('true')).toThrow(/SECONDARY_REQUIRE_MOUNT/);
});
