import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { locate } from '../../../src/config/layout.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { PermissionError, UsageError } from '../../../src/errors.ts';
import { asUser, configHost, fhsFile } from './config-host.ts';

const legacyFile = '/opt/proxsave/configs/backup.env';

describe('without a file', () => {
  test('the places of a package and the defaults count', () => {
    const host = configHost({});
    const config = loadConfig(host);
    expect(config).toMatchObject({ file: undefined, layout: 'fhs', findings: [] });
    expect(config.values.BACKUP_PATH).toBe(`${host.root}/var/lib/proxsave/backups`);
    expect(config.values.LOG_PATH).toBe(`${host.root}/var/log/proxsave`);
    expect(config.values.AGE_RECIPIENT_FILE).toBe(`${host.root}/etc/proxsave/age/recipient.txt`);
    expect(config.places).toMatchObject({
      state: `${host.root}/var/lib/proxsave`,
      run: `${host.root}/run/proxsave`,
    });
  });
});

describe('a host of the older edition', () => {
  test.each([
    [legacyFile, '/opt/proxsave'],
    ['/opt/proxmox-backup/configs/backup.env', '/opt/proxmox-backup'],
    ['/opt/proxmox-backup/env/backup.env', '/opt/proxmox-backup'],
  ])('with %s has its places below %s', (file, base) => {
    const host = configHost({ [file]: 'SECONDARY_PATH=${BASE_DIR}/second\n' });
    const { layout, values, places, ...config } = loadConfig(host);
    expect(layout).toBe('legacy');
    expect(config.file).toBe(host.root + file);
    expect(values.BACKUP_PATH).toBe(`${host.root}${base}/backup`);
    expect(values.LOCK_PATH).toBe(`${host.root}${base}/lock`);
    expect(values.AGE_RECIPIENT_FILE).toBe(`${host.root}${base}/identity/age/recipient.txt`);
    expect(values.SECURE_ACCOUNT).toBe(`${base}/secure_account`);
    expect(values.SECONDARY_PATH).toBe(`${host.root}${base}/second`);
    expect(places.olderBase).toBe(base);
  });

  test('is not used when there is a file in /etc/proxsave', () => {
    const host = configHost({ [legacyFile]: 'MAX_LOCAL_BACKUPS=3', [fhsFile]: 'MAX_LOCAL_BACKUPS=4' });
    const config = loadConfig(host);
    expect(config).toMatchObject({ layout: 'fhs', values: { MAX_LOCAL_BACKUPS: 4 } });
    expect(config.places.olderBase).toBe('/opt/proxsave');
  });

  test('keeps its places when its file is named on the command line', () => {
    const host = configHost({ [legacyFile]: '', [fhsFile]: '' });
    const config = loadConfig(host, { configPath: host.resolve(legacyFile) });
    expect(config.layout).toBe('legacy');
    expect(config.values.BACKUP_PATH).toBe(`${host.root}/opt/proxsave/backup`);
  });

  test('keeps its places when its file is named through a symbolic link', () => {
    const host = configHost({ [legacyFile]: '' });
    const link = join(host.root, 'link.env');
    symlinkSync(host.resolve(legacyFile), link);
    const config = loadConfig(host, { configPath: asRealPath(link) });
    expect(config).toMatchObject({ layout: 'legacy', file: link });
  });

  test('reads another file on the command line with the places of its layout', () => {
    const host = configHost({ [legacyFile]: 'DRY_RUN=true', '/root/test.env': 'BACKUP_PATH=${BASE_DIR}/b' });
    const { values } = loadConfig(host, { configPath: host.resolve('/root/test.env') });
    expect([values.DRY_RUN, values.BACKUP_PATH]).toEqual([false, host.resolve('/opt/proxsave/b')]);
  });

  test('whose file was moved to /etc/proxsave is told that ${BASE_DIR} means another directory now', () => {
    const text = 'BACKUP_PATH=${BASE_DIR}/backup\n';
    const { findings } = loadConfig(configHost({ [legacyFile]: text, [fhsFile]: text }));
    expect(findings).toMatchObject([{ severity: 'warning', code: 'config-base-dir' }]);
    expect(loadConfig(configHost({ [fhsFile]: text })).findings).toEqual([]);
  });
});

describe('somebody who is not root', () => {
  test('has places of their own', () => {
    const host = asUser(configHost({}, { HOME: '/home/ann' }));
    const { layout, values, places } = loadConfig(host);
    expect(layout).toBe('user');
    expect(values.BACKUP_PATH).toBe(host.resolve('/home/ann/.local/state/proxsave/backups'));
    expect(places.run).toBe(host.resolve('/home/ann/.local/state/proxsave/run'));
    expect(places.config).toBe(host.resolve('/home/ann/.config/proxsave/backup.env'));
  });

  test('is understood in the XDG variables, unless they are relative', () => {
    const env = {
      HOME: '/home/ann',
      XDG_CONFIG_HOME: '/c',
      XDG_STATE_HOME: 's',
      XDG_RUNTIME_DIR: '/run/user/1',
    };
    const host = asUser(configHost({ '/c/proxsave/backup.env': 'MAX_LOCAL_BACKUPS=3' }, env));
    const { places, values, file } = loadConfig(host);
    expect(file).toBe(host.resolve('/c/proxsave/backup.env'));
    expect(values.MAX_LOCAL_BACKUPS).toBe(3);
    expect(places.run).toBe(host.resolve('/run/user/1/proxsave'));
    expect(places.state).toBe(host.resolve('/home/ann/.local/state/proxsave'));
  });

  test('reads the file of the host when they have none, and keeps their own places', () => {
    const host = asUser(
      configHost({ [fhsFile]: 'MAX_LOCAL_BACKUPS=3\nLOG_PATH=/srv/log' }, { HOME: '/home/ann' }),
    );
    const { layout, values } = loadConfig(host);
    expect({ layout, count: values.MAX_LOCAL_BACKUPS }).toEqual({ layout: 'user', count: 3 });
    expect(values.LOG_PATH).toBe(host.resolve('/srv/log'));
    expect(values.BACKUP_PATH).toBe(host.resolve('/home/ann/.local/state/proxsave/backups'));
  });

  test('works on another root directory with the places of that host', () => {
    const host = configHost({}, { HOME: '/home/ann' });
    expect(loadConfig({ ...host, process: { ...host.process, uid: 1000 } }).layout).toBe('fhs');
  });
});

test('a file named on the command line that is not there is a usage error, in every layout', () => {
  expect(() => locate(configHost({}), asRealPath('/nowhere/backup.env'))).toThrow(UsageError);
});

test('a link to nowhere in the place of the file is a usage error, not a run with defaults', () => {
  const host = configHost({ '/etc/proxsave/x': '' });
  symlinkSync('nowhere', host.resolve(fhsFile));
  expect(() => loadConfig(host)).toThrow(UsageError);
  expect(() => loadConfig(host, { configPath: host.resolve(fhsFile) })).toThrow(UsageError);
});

test('a directory in the place of the file is a usage error that names it', () => {
  const host = configHost({ [`${fhsFile}/x`]: '' });
  expect(() => loadConfig(host)).toThrow(new RegExp(`${fhsFile}.*directory`));
});

test.skipIf(process.getuid?.() === 0)('an unreadable file is a permission error (not as root)', () => {
  const host = configHost({});
  const path = join(host.root, fhsFile);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  chmodSync(path, 0);
  expect(() => loadConfig(host)).toThrow(PermissionError);
});
