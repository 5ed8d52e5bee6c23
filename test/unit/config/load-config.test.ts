import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../../src/config/check-config.ts';
import { describeConfig, nearestName } from '../../../src/config/describe.ts';
import { loadConfig, readConfig } from '../../../src/config/load-config.ts';
import { secretValues } from '../../../src/config/secret-values.ts';
import { UsageError } from '../../../src/errors.ts';
import { configHost, fhsFile, hostWith } from './config-host.ts';

/** Codes of the findings about this file. */
function codesOf(text: string, env: Record<string, string> = {}): string[] {
  return loadConfig(hostWith(text, env)).findings.map(({ code }) => code);
}

/** Messages of the errors about this file, without its path. */
function errorsOf(text: string, env: Record<string, string> = {}): string[] {
  const host = hostWith(text, env);
  return readConfig(host).problems.map(
    ({ where, message }) => `${where.replace(host.resolve(fhsFile), '')} ${message}`,
  );
}

describe('which value counts', () => {
  const text = 'MAX_LOCAL_BACKUPS=2\nMAX_CLOUD_BACKUPS=2\nMAX_SECONDARY_BACKUPS=2\n';
  const env = { MAX_LOCAL_BACKUPS: '3', MAX_SECONDARY_BACKUPS: '3', DRY_RUN: '' };

  test('is decided in the order command line, environment, file, default', () => {
    const { values, origins } = loadConfig(hostWith(text, env), { overrides: { MAX_LOCAL_BACKUPS: '4' } });
    expect([values.MAX_LOCAL_BACKUPS, origins.MAX_LOCAL_BACKUPS]).toEqual([4, 'flag']);
    expect([values.MAX_SECONDARY_BACKUPS, origins.MAX_SECONDARY_BACKUPS]).toEqual([3, 'environment']);
    expect([values.MAX_CLOUD_BACKUPS, origins.MAX_CLOUD_BACKUPS]).toEqual([2, 'file']);
    expect([values.RETENTION_DAILY, origins.RETENTION_DAILY]).toEqual([0, 'default']);
  });

  test('does not depend on an empty variable of the environment', () => {
    const { values, origins } = loadConfig(hostWith('DRY_RUN=true', env));
    expect([values.DRY_RUN, origins.DRY_RUN]).toEqual([true, 'file']);
  });

  test('can come from the environment for keys that the older edition read from the file only', () => {
    const { values } = loadConfig(configHost({}, { BACKUP_VM_CONFIGS: 'no', RETENTION_POLICY: 'gfs' }));
    expect([values.BACKUP_VM_CONFIGS, values.RETENTION_POLICY]).toEqual([false, 'gfs']);
  });

  test('is an error on the command line when the key does not exist', () => {
    const { problems } = readConfig(configHost({}), { overrides: { DRY_RUNN: 'true' } });
    expect(problems).toMatchObject([{ where: 'command line', hint: 'did you mean DRY_RUN?' }]);
  });
});

describe('older names', () => {
  test('are read, with a note', () => {
    const { values, findings } = loadConfig(hostWith('BACKUP_CRONTABS=no'));
    expect(values.BACKUP_CRON_JOBS).toBe(false);
    expect(findings).toMatchObject([{ severity: 'info', code: 'config-older-name' }]);
  });

  test('that mean the opposite are turned round', () => {
    expect(loadConfig(hostWith('DISABLE_COLORS=true')).values.USE_COLOR).toBe(false);
    expect(loadConfig(hostWith('ABORT_ON_SECURITY_ISSUES=true')).values.CONTINUE_ON_SECURITY_ISSUES).toBe(
      false,
    );
    expect(loadConfig(hostWith('ABORT_ON_SECURITY_ISSUES=no')).values.CONTINUE_ON_SECURITY_ISSUES).toBe(true);
  });

  test('work in the environment', () => {
    expect(loadConfig(configHost({}, { RCLONE_REMOTE: 'box' })).values.CLOUD_REMOTE).toBe('box');
  });

  test('win over the name of today only where they do in the older edition', () => {
    const { values } = loadConfig(
      hostWith('BACKUP_PATH=/new\nLOCAL_BACKUP_PATH=/old\nMAX_LOCAL_BACKUPS=5\nLOCAL_RETENTION_DAYS=9'),
    );
    expect(values.BACKUP_PATH).toMatch(/\/old$/);
    expect(values.MAX_LOCAL_BACKUPS).toBe(5);
  });

  test('beside the name of today are a warning that says which one counts', () => {
    const { findings } = loadConfig(hostWith('BACKUP_PATH=/new\nLOCAL_BACKUP_PATH=/old'));
    const warning = findings.find(({ code }) => code === 'config-both-names');
    expect(warning?.severity).toBe('warning');
    expect(warning?.message).toMatch(/:1: BACKUP_PATH is not used: LOCAL_BACKUP_PATH \(.*:2\)/);
  });

  test('do not hide a value when they are empty', () => {
    expect(loadConfig(hostWith('RCLONE_REMOTE=\nCLOUD_REMOTE=box')).values.CLOUD_REMOTE).toBe('box');
  });
});

describe('keys of the file', () => {
  test('that are unknown are a warning with the nearest name and the line', () => {
    const { findings } = loadConfig(hostWith('\nBACKUP_ENABLDE=true'));
    expect(findings).toMatchObject([
      { severity: 'warning', code: 'config-unknown-key', hint: 'did you mean BACKUP_ENABLED?' },
    ]);
    expect(findings[0]?.message).toMatch(/:2: BACKUP_ENABLDE/);
  });

  test('without effect say why and change nothing', () => {
    const { findings } = loadConfig(hostWith('ENABLE_PREFILTER=whatever\nCHUNK_SIZE_MB=x'));
    expect(findings.map(({ severity, code }) => [severity, code])).toEqual([
      ['info', 'config-ignored-key'],
      ['info', 'config-ignored-key'],
    ]);
  });

  test('in two spellings are a warning, and the last one counts', () => {
    const { values, findings } = loadConfig(hostWith('dry_run=true\nDRY_RUN=false'));
    expect(values.DRY_RUN).toBe(false);
    expect(findings).toMatchObject([{ severity: 'warning', code: 'config-key-case' }]);
  });

  test('given twice are a warning, and the last one counts', () => {
    const { values, findings } = loadConfig(hostWith('MAX_LOCAL_BACKUPS=1\nMAX_LOCAL_BACKUPS=2'));
    expect(values.MAX_LOCAL_BACKUPS).toBe(2);
    expect(findings).toMatchObject([{ severity: 'warning', code: 'config-repeated-key' }]);
  });

  test('of lists that add up may be given twice, in blocks and in lines', () => {
    const text = 'CUSTOM_BACKUP_PATHS="\n/a b\n/c /d\n"\nCUSTOM_BACKUP_PATHS=/e /f\n';
    const { values, findings } = loadConfig(hostWith(text));
    expect(values.CUSTOM_BACKUP_PATHS).toEqual(['/a b', '/c /d', '/e', '/f']);
    expect(findings).toEqual([]);
  });

  test('BASE_DIR with another directory is a warning, because paths do not follow it', () => {
    expect(loadConfig(hostWith('BASE_DIR=/srv/proxsave')).findings).toMatchObject([
      { severity: 'warning', code: 'config-base-dir' },
    ]);
  });

  test('whose names are not UTF-8 keep their bytes in paths', () => {
    const text = Buffer.concat([Buffer.from('CUSTOM_BACKUP_PATHS=/srv/caf'), Buffer.from([0xe9, 0x0a])]);
    expect(loadConfig(configHost({ [fhsFile]: text })).values.CUSTOM_BACKUP_PATHS).toEqual([
      '/srv/caf\udce9',
    ]);
  });
});

describe('an empty value', () => {
  test('means empty for texts, lists and paths that may be missing', () => {
    const { values, findings } = loadConfig(
      hostWith(
        'EMAIL_FROM=\nBACKUP_EXCLUDE_PATTERNS=\nSUSPICIOUS_PORTS=""\nSECONDARY_PATH=\nCOMPRESSION_LEVEL=',
      ),
    );
    expect(values).toMatchObject({ EMAIL_FROM: '', BACKUP_EXCLUDE_PATTERNS: [], SUSPICIOUS_PORTS: [] });
    expect([values.SECONDARY_PATH, values.COMPRESSION_LEVEL]).toEqual([undefined, undefined]);
    expect(findings).toEqual([]);
  });

  test('means the default for everything else', () => {
    const host = hostWith(
      'CLOUD_BATCH_SIZE=\nCOMPRESSION_TYPE=\nBACKUP_PATH=\nPVE_CONFIG_PATH=\nSCHEDULER_TIME=',
    );
    const { values, origins } = loadConfig(host);
    expect(values).toMatchObject({
      CLOUD_BATCH_SIZE: 20,
      COMPRESSION_TYPE: 'zst',
      PVE_CONFIG_PATH: '/etc/pve',
    });
    expect(values.BACKUP_PATH).toBe(host.resolve('/var/lib/proxsave/backups'));
    expect(origins.BACKUP_PATH).toBe('default');
  });

  test('of a bool means the default, with a warning because the older edition reads false', () => {
    const { values, findings } = loadConfig(hostWith('BACKUP_SSH_KEYS='));
    expect(values.BACKUP_SSH_KEYS).toBe(true);
    expect(findings).toMatchObject([{ severity: 'warning', code: 'config-empty-value' }]);
  });
});

describe('$ names', () => {
  test('stand for BASE_DIR, keys of the file, defaults and the environment, in texts, lists and paths', () => {
    const text =
      "MY_DIR=/srv\nBACKUP_PATH=${MY_DIR}/b\nLOG_PATH='$BACKUP_PATH/log'\n" +
      'CUSTOM_BACKUP_PATHS=${BASE_DIR}/x /$USER_NAME\nEMAIL_FROM=root@$USER_NAME\nPVE_CLUSTER_PATH=$CEPH_CONFIG_PATH/c\n';
    const host = hostWith(text, { USER_NAME: 'ann' });
    const { values, findings } = loadConfig(host);
    expect(values.BACKUP_PATH).toBe(host.resolve('/srv/b'));
    expect(values.LOG_PATH).toBe(host.resolve('/srv/b/log'));
    expect(values.CUSTOM_BACKUP_PATHS).toEqual(['/var/lib/proxsave/x', '/ann']);
    expect(values.EMAIL_FROM).toBe('root@ann');
    expect(values.PVE_CLUSTER_PATH).toBe('/etc/ceph/c');
    expect(findings).toEqual([]);
  });

  test('stand for the value that counts, not for the one in the file', () => {
    const { values } = loadConfig(
      hostWith('BACKUP_PATH=/file\nEMAIL_FROM=$BACKUP_PATH', { BACKUP_PATH: '/env' }),
    );
    expect(values.EMAIL_FROM).toBe('/env');
  });

  test('take older names and defaults with them', () => {
    const { values } = loadConfig(hostWith('LOCAL_BACKUP_PATH=/old\nEMAIL_FROM=$BACKUP_PATH$LOG_PATH'));
    expect(values.EMAIL_FROM).toBe('/old/var/log/proxsave');
  });

  test('that are unknown are an error in a path, and stay with a warning elsewhere', () => {
    expect(errorsOf('\nBACKUP_PATH=/x/$NOPE')).toEqual([
      expect.stringMatching(/^:2 BACKUP_PATH=.* refers to \$NOPE/),
    ]);
    const { values, findings } = loadConfig(hostWith('GOTIFY_TOKEN=a$bc'));
    expect(values.GOTIFY_TOKEN).toBe('a$bc');
    expect(findings).toMatchObject([{ severity: 'warning', code: 'config-unknown-variable' }]);
    expect(findings[0]?.message).not.toContain('$bc');
  });

  test('that lead back to themselves are an error', () => {
    expect(errorsOf('BACKUP_PATH=$LOG_PATH/x\nLOG_PATH=$BACKUP_PATH/y')).toEqual([
      ':1 BACKUP_PATH refers to itself: BACKUP_PATH -> LOG_PATH -> BACKUP_PATH',
      ':2 LOG_PATH refers to itself: LOG_PATH -> BACKUP_PATH -> LOG_PATH',
    ]);
  });

  test('in the environment are left alone, but for paths', () => {
    const { values } = loadConfig(
      configHost({}, { GOTIFY_TOKEN: '$HOME', BACKUP_PATH: '$HOME/b', HOME: '/h' }),
    );
    expect([values.GOTIFY_TOKEN, values.BACKUP_PATH]).toEqual(['$HOME', '/h/b']);
  });

  test('let the default of a key follow another key', () => {
    const { values } = loadConfig(
      hostWith('BACKUP_NETWORK_CONFIGS=no\nMIN_DISK_SPACE_PRIMARY_GB=3\nPVE_CONFIG_PATH=/p'),
    );
    expect(values.BACKUP_PBS_NETWORK_CONFIG).toBe(false);
    expect(values.MIN_DISK_SPACE_CLOUD_GB).toBe(3);
    expect(values.COROSYNC_CONFIG_PATH).toBe('/p/corosync.conf');
  });
});

describe("ProxSave's own paths", () => {
  test('from the file lie below the root, from the shell they do not', () => {
    const host = hostWith('BACKUP_PATH=/srv/b/', { LOG_PATH: '/logs', LOCK_PATH: 'here' });
    const { values } = loadConfig(host, { overrides: { METRICS_PATH: '../m' } });
    expect(values.BACKUP_PATH).toBe(`${host.root}/srv/b`);
    expect(values.LOG_PATH).toBe('/logs');
    expect(values.LOCK_PATH).toBe(join(host.process.cwd, 'here'));
    expect(values.METRICS_PATH).toBe(join(host.process.cwd, '../m'));
  });

  test.each(['backups', './b', '~/b', '//nas/share', '\\\\nas\\share', 'nas:/export', 'user@nas:/x'])(
    'in the file are not %s',
    (path) => {
      expect(errorsOf(`SECONDARY_PATH=${path}`)).toEqual([
        expect.stringContaining(`:1 SECONDARY_PATH=${path} is `),
      ]);
    },
  );

  test('are no network addresses in the environment either', () => {
    expect(errorsOf('', { SECONDARY_PATH: '//nas/share' })).toHaveLength(1);
  });
});

describe('wrong values', () => {
  test('are all named in one usage error', () => {
    const host = hostWith('DRY_RUN=treu\n\nMAX_FILE_SIZE=lots\n', { COMPRESSION_TYPE: 'rar' });
    expect(() => loadConfig(host)).toThrow(UsageError);
    expect(() => loadConfig(host)).toThrow(
      /3 errors:[^]*COMPRESSION_TYPE=rar[^]*:1: DRY_RUN=treu[^]*:3: MAX_FILE_SIZE=lots/,
    );
  });

  test('in a block are named with their own line', () => {
    expect(errorsOf('BACKUP_BLACKLIST="\n/a\n\n/b[\n"')).toEqual([
      expect.stringMatching(/^:4 BACKUP_BLACKLIST=\/b\[/),
    ]);
  });

  test('that break the grammar are errors too', () => {
    expect(errorsOf('BACKUP_PATH="/x\nCUSTOM_BACKUP_PATHS="\n/a')).toEqual([
      expect.stringMatching(/^:1 BACKUP_PATH: the quote/),
      expect.stringMatching(/^:2 CUSTOM_BACKUP_PATHS: the block/),
    ]);
  });

  test('are not repeated for secrets', () => {
    const host = hostWith(
      'WEBHOOK_ENDPOINTS=a\nWEBHOOK_A_AUTH_TOKEN="s3cret"x\nGOTIFY_TOKEN=s3#cret\nDRY_RUN=x',
    );
    const { problems, findings } = readConfig(host);
    expect(JSON.stringify([problems, findings])).not.toMatch(/s3/);
  });

  test('that fit only by themselves are checked together', () => {
    expect(errorsOf('SECONDARY_ENABLED=true')).toEqual([expect.stringContaining('SECONDARY_PATH is empty')]);
    expect(errorsOf('SECONDARY_ENABLED=true\nBACKUP_PATH=/x\nSECONDARY_PATH=/x')).toHaveLength(1);
    expect(errorsOf('CLOUD_ENABLED=true\nCLOUD_REMOTE=-x')).toHaveLength(1);
    expect(errorsOf('CLOUD_ENABLED=true\nCLOUD_REMOTE=x\nCLOUD_REMOTE_PATH=a/../b')).toHaveLength(1);
  });

  test('of a cloud without a remote never stop a backup', () => {
    expect(codesOf('CLOUD_ENABLED=yes')).toEqual(['config-incomplete']);
  });

  test('of a notification are for its channel to say, once', () => {
    expect(codesOf('TELEGRAM_ENABLED=yes\nGOTIFY_ENABLED=yes\nWEBHOOK_ENABLED=yes')).toEqual([]);
  });
});

describe('webhook endpoints', () => {
  test('have keys of their own, also in the environment', () => {
    const host = hostWith(
      'WEBHOOK_ENDPOINTS=my-chat, b\nWEBHOOK_FORMAT=slack\nWEBHOOK_MY_CHAT_URL=https://x\nWEBHOOK_B_FORMAT=teams',
      { WEBHOOK_B_URL: 'https://y' },
    );
    const { webhookEndpoints, findings } = loadConfig(host);
    expect(webhookEndpoints).toMatchObject([
      {
        name: 'my-chat',
        prefix: 'WEBHOOK_MY_CHAT_',
        values: { URL: 'https://x', FORMAT: 'slack', PRIORITY: 0 },
      },
      { name: 'b', values: { URL: 'https://y', FORMAT: 'teams', METHOD: 'post', AUTH_TYPE: 'none' } },
    ]);
    expect(findings).toEqual([]);
  });

  test('that are not listed are noted, and a typo in a field is an unknown key', () => {
    expect(codesOf('WEBHOOK_X_URL=y')).toEqual(['config-unused-endpoint']);
    expect(codesOf('WEBHOOK_ENDPOINTS=x\nWEBHOOK_X_ULR=y')).toEqual(['config-unknown-key']);
  });

  test('with a wrong value are an error', () => {
    expect(errorsOf('WEBHOOK_ENDPOINTS=x\nWEBHOOK_X_AUTH_TYPE=magic')).toEqual([
      ':2 WEBHOOK_X_AUTH_TYPE=magic is not one of the allowed values',
    ]);
  });
});

describe('secrets', () => {
  test('can be read from a file that the environment or the file names', () => {
    const host = configHost({
      [fhsFile]: 'GOTIFY_TOKEN_FILE=/root/token\nWEBHOOK_ENDPOINTS=x\nWEBHOOK_X_URL_FILE=/root/token',
      '/root/token': 'from-file\n',
    });
    const telegram = join(host.root, 'telegram');
    writeFileSync(telegram, '$HOME and # more\r\n');
    const config = loadConfig({ ...host, env: { TELEGRAM_BOT_TOKEN_FILE: telegram, HOME: '/h' } });
    expect(config.values.GOTIFY_TOKEN).toBe('from-file');
    expect(config.values.TELEGRAM_BOT_TOKEN).toBe('$HOME and # more');
    expect(config.webhookEndpoints[0]?.values.URL).toBe('from-file');
    expect(config.origins).toMatchObject({ GOTIFY_TOKEN: 'file', TELEGRAM_BOT_TOKEN: 'environment' });
    expect(config.findings).toEqual([]);
    expect(secretValues(config).sort()).toEqual(['$HOME and # more', 'from-file', 'from-file']);
  });

  test('keep a $ from a file that the configuration file names', () => {
    const host = configHost({ [fhsFile]: 'gotify_token_file=/t', '/t': 'a$HOME' }, { HOME: '/h' });
    expect(loadConfig(host).values.GOTIFY_TOKEN).toBe('a$HOME');
  });

  test.each(['GOTIFY_TOKEN', 'gotify_token'])('can be the systemd credential %s', (name) => {
    const host = hostWith('GOTIFY_TOKEN=from-config');
    writeFileSync(join(host.root, name), 'from-credential');
    const config = loadConfig({ ...host, env: { CREDENTIALS_DIRECTORY: host.root } });
    expect(config.values.GOTIFY_TOKEN).toBe('from-credential');
  });

  test('given in the environment count before any file', () => {
    const host = configHost({}, { GOTIFY_TOKEN: 'direct', GOTIFY_TOKEN_FILE: '/nowhere' });
    expect(loadConfig(host).values.GOTIFY_TOKEN).toBe('direct');
  });

  test('whose file is missing are an error that names both', () => {
    expect(errorsOf('GOTIFY_TOKEN_FILE=/nowhere')).toEqual([
      expect.stringMatching(/^:1 GOTIFY_TOKEN_FILE: cannot read .*\/nowhere: no such file/),
    ]);
    expect(errorsOf('', { GOTIFY_TOKEN_FILE: '/nowhere' })).toHaveLength(1);
  });

  test('in a file that others can read or change are a warning', () => {
    const host = hostWith('GOTIFY_TOKEN=x');
    expect(loadConfig(host).findings).toEqual([]);
    for (const mode of [0o640, 0o604, 0o620, 0o602]) {
      chmodSync(host.resolve(fhsFile), mode);
      expect(loadConfig(host).findings.map(({ code }) => code)).toEqual(['config-file-permissions']);
    }
  });

  test('do not matter for a file that holds none', () => {
    const host = hostWith('GOTIFY_TOKEN=\nDRY_RUN=true');
    chmodSync(host.resolve(fhsFile), 0o644);
    expect(loadConfig(host).findings).toEqual([]);
  });
});

describe('showing the configuration', () => {
  test('masks secrets, unless they are empty, and says where values come from', () => {
    const host = hostWith('GOTIFY_TOKEN=abc\nMAX_FILE_SIZE=1.5G\nBACKUP_BLACKLIST=/a;/b\nDISABLE_COLORS=yes');
    const names = ['GOTIFY_TOKEN', 'TELEGRAM_BOT_TOKEN', 'MAX_FILE_SIZE', 'BACKUP_BLACKLIST', 'USE_COLOR'];
    const rows = describeConfig(loadConfig(host), names);
    expect(rows.map(({ name, value, origin, line }) => [name, value, origin, line])).toEqual([
      ['GOTIFY_TOKEN', '********', 'file', 1],
      ['TELEGRAM_BOT_TOKEN', '', 'default', undefined],
      ['MAX_FILE_SIZE', '1.5G', 'file', 2],
      ['BACKUP_BLACKLIST', '/a, /b', 'file', 3],
      ['USE_COLOR', 'false', 'file', 4],
    ]);
  });

  test('includes the keys of webhook endpoints, and never a secret', () => {
    const rows = describeConfig(loadConfig(hostWith('WEBHOOK_ENDPOINTS=x\nWEBHOOK_X_URL=https://t0ken')));
    expect(rows).toContainEqual(expect.objectContaining({ name: 'WEBHOOK_X_URL', value: '********' }));
    expect(JSON.stringify(rows)).not.toContain('t0ken');
  });

  test('finds the nearest name', () => {
    expect(nearestName('backup_pth')).toBe('BACKUP_PATH');
    expect(nearestName('local_backup_path')).toBe('BACKUP_PATH');
    expect(nearestName('zzz')).toBeUndefined();
  });
});

test('checking gives errors, findings and the places in effect, also when a value is wrong', () => {
  const host = hostWith('DRY_RUN=x\nBACKUP_PATH=/b\nFOO=1');
  const check = checkConfig(host);
  expect(check).toMatchObject({
    file: host.resolve(fhsFile),
    layout: 'fhs',
    errors: [{ line: 1 }],
    findings: [{ code: 'config-unknown-key' }],
  });
  expect(check.paths).toContainEqual({ name: 'BACKUP_PATH', path: host.resolve('/b'), origin: 'file' });
  expect(check.paths.map(({ name }) => name)).not.toContain('SECONDARY_PATH');
});
