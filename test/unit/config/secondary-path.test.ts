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

test.each([
  ['BACKUP_PATH', 'BACKUP_PATH=/srv/backups', 'backups/', ''],
  ['BACKUP_PATH', 'BACKUP_PATH=/srv/backups', '', '/backups'],
  ['SECONDARY_PATH', 'SECONDARY_ENABLED=true\nSECONDARY_PATH=/srv/nas', 'nas', ''],
])('a cloud tier that is %s (%s) is refused: there would be one copy less than it seems', (key, ...given) => {
  expect(() => loadWithCloud(...given)).toThrow(new RegExp(`is the same directory as ${key}`));
});

test('a directory of this machine beside them is one', () => {
  expect(loadWithCloud('BACKUP_PATH=/srv/backups', '', 'backups2').values.CLOUD_ENABLED).toBe(true);
});

/** `below`, `path`: CLOUD_REMOTE below /srv of the host, CLOUD_REMOTE_PATH. */
function loadWithCloud(text: string, below: string, path: string) {
  const host = configHost({});
  const cloud = `CLOUD_REMOTE=${host.root}/srv/${below}\nCLOUD_REMOTE_PATH=${path}`;
  host.fs.makeDirectory(host.resolve('/etc/proxsave'), 0o755);
  host.fs.writeFileAtomic(host.resolve(fhsFile), `CLOUD_ENABLED=true\n${text}\n${cloud}\n`, { mode: 0o600 });
  return loadConfig(host);
}
