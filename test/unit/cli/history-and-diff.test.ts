// proxsave history, diff and report on real backups of a fake host.

import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { usualRecords } from '../../../src/report/history.ts';
import { oldKeys } from '../../support/old-archives/old-keys.ts';
import { createCliHost, evilName, type CliHost } from './cli-host.ts';

let host: CliHost;
/** A second directory, of which the archives are encrypted. */
let encrypted: { env: Record<string, string>; identity: string };

/** Two backups, between which a file came, one went and one changed. */
async function backUpTwice(env: Record<string, string> = {}): Promise<void> {
  await host.backUp([], { env });
  writeFileSync(join(host.root, 'etc/hosts'), '127.0.0.1 localhost\n192.0.2.7 new\n');
  writeFileSync(join(host.root, 'etc/motd'), 'new\n');
  rmSync(join(host.root, 'etc', evilName));
  await host.backUp([], { env });
}

beforeAll(async () => {
  host = createCliHost();
  await backUpTwice();
  rmSync(join(host.root, 'etc/motd'));
  writeFileSync(join(host.root, 'etc', evilName), 'x\n');
  encrypted = {
    env: {
      BACKUP_PATH: join(host.base, 'encrypted'),
      LOG_PATH: join(host.base, 'log-2'),
      ENCRYPT_ARCHIVE: 'true',
      AGE_RECIPIENT: oldKeys.v1.recipient,
    },
    identity: join(host.base, 'key.txt'),
  };
  writeFileSync(encrypted.identity, `${oldKeys.v1.identity}\n`, { mode: 0o600 });
  await backUpTwice(encrypted.env);
});
afterAll(() => {
  host.remove();
});

const escapedName = '/etc/evil\\x1b[31m\\nname';

describe('history', () => {
  test('tells each run, newest first, and draws size and duration', async () => {
    const { code, stdout } = await host.run(['history']);
    const [heading, ...lines] = stdout.split('\n');
    expect(code).toBe(0);
    expect(heading).toMatch(/^when +outcome +duration +size +files +tiers +findings$/);
    expect(lines.slice(0, 2).every((line) => /^\d{4}-\d\d-\d\d \d\d:\d\d {2}\w+ .* 1 ok /.test(line))).toBe(
      true,
    );
    expect(stdout).toMatch(/^size +[▁▂▃▄▅▆▇█]{2} {2}/m);
    expect(stdout).toMatch(/^duration +[▁▂▃▄▅▆▇█]{2} {2}/m);
  });

  test('--limit shows the newest ones and says how many there are', async () => {
    const { stdout, stderr } = await host.run(['history', '--limit', '1']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stderr).toContain('1 of 2 runs');
    expect((await host.run(['history', '--limit', 'many'])).code).toBe(2);
  });

  test('a damaged record is a warning beside the others', async () => {
    const broken = join(host.base, 'log', 'backup-stats-20200101-000000.json');
    writeFileSync(broken, '{');
    const { code, stdout, stderr } = await host.run(['history']);
    rmSync(broken);
    expect(code).toBe(1);
    expect(stderr).toContain('backup-stats-20200101-000000.json holds no JSON');
    expect(stdout.split('\n').filter((line) => line.startsWith('20'))).toHaveLength(2);
  });

  test('a record whose times no clock can show is told, in a table and as JSON', async () => {
    const broken = join(host.base, 'log', 'backup-stats-20200101-000000.json');
    const record = { hostname: 'pve1', start_time: '+275760-09-13T00:00:00.000Z', duration_seconds: 5e9 };
    writeFileSync(broken, JSON.stringify(record));
    const table = await host.run(['history']);
    const json = await host.run(['history', '--json']);
    rmSync(broken);
    expect([table.code, json.code]).toEqual([1, 1]);
    expect(table.stderr).toContain('backup-stats-20200101-000000.json is no run record');
    expect(JSON.parse(json.stdout)).toMatchObject({ total: 2, damaged: [{ problem: 'is no run record' }] });
  });

  test.each([20, 40, 60, 80])(
    'on a terminal of %i columns no line of the table is longer',
    async (columns) => {
      const { stdout } = await host.run(['history'], { isTerminal: true, columns });
      const [heading = '', ...lines] = stripVTControlCharacters(stdout).split('\n');
      expect(heading).toMatch(/^when +outcome .*findings$/);
      const least = 'when              outcome  findings'.length;
      const table = [heading, ...lines.filter((line) => line.startsWith('20'))];
      expect(table).toHaveLength(3);
      expect(Math.max(...table.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(columns, least));
    },
  );

  test('--limit all looks at every record, whatever the usual bound', async () => {
    const directory = join(host.base, 'many');
    mkdirSync(directory);
    for (let index = 0; index <= usualRecords; index++) {
      const stamp = new Date(Date.UTC(2020, 0, 1, 0, index)).toISOString();
      const name = `backup-stats-${stamp.slice(0, 10).replaceAll('-', '')}-${stamp.slice(11, 19).replaceAll(':', '')}`;
      writeFileSync(join(directory, `${name}.json`), JSON.stringify({ hostname: 'pve1', start_time: stamp }));
    }
    const read = async (...limit: string[]): Promise<unknown> => {
      const { stdout } = await host.run(['history', '--json', ...limit], { env: { LOG_PATH: directory } });
      return JSON.parse(stdout);
    };
    expect(await read('--limit', 'all')).toMatchObject({ total: usualRecords + 1, notRead: 0 });
    expect(await read()).toMatchObject({ total: usualRecords, notRead: 1 });
  });

  test('of a host without runs it says of which hosts there are some', async () => {
    const { code, stdout, stderr } = await host.run(['history', '--host', 'pve9']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('but of: pve1');
  });
});

describe('diff', () => {
  test('names by area what came, went and changed since the archive before', async () => {
    const { code, stdout, stderr } = await host.run(['diff', 'latest']);
    expect(code).toBe(0);
    expect(stdout).toContain('  + /etc/motd\n');
    expect(stdout).toContain('  ~ /etc/hosts\n');
    expect(stdout).toContain(`  - ${escapedName}\n`);
    expect(stdout).not.toContain('proxsave-info');
    // Which archive is the first one is known after the first run.
    expect(stdout).toContain('  ~ /var/lib/proxsave/retention.json\n');
    expect(stdout.match(/^ {2}[+~-] /gm)).toHaveLength(4);
    expect(stderr).toContain('1 added, 2 changed, 1 removed');
  });

  test('the other way round it is the other way round', async () => {
    const { stdout } = await host.run(['diff', 'latest', 'latest~1']);
    expect(stdout).toContain('  - /etc/motd\n');
    expect(stdout).toContain(`  + ${escapedName}\n`);
  });

  test('of an archive with itself there is nothing', async () => {
    const { stdout, stderr } = await host.run(['diff', 'latest', 'latest']);
    expect(stdout).toBe('');
    expect(stderr).toContain('Nothing differs');
  });

  test('--all adds what ProxSave itself put there', async () => {
    const { stdout } = await host.run(['diff', 'latest', '--all']);
    expect(stdout).toContain('  ~ /var/lib/proxsave-info/backup_metadata.txt\n');
  });

  test('a mode alone is a difference, a time alone is none', async () => {
    const other = createCliHost();
    try {
      await other.backUp();
      const hosts = join(other.root, 'etc/hosts');
      writeFileSync(hosts, readFileSync(hosts));
      const fstab = join(other.root, 'etc/fstab');
      writeFileSync(fstab, readFileSync(fstab), { flag: 'r+' });
      chmodSync(fstab, 0o600);
      await other.backUp();
      const { stdout } = await other.run(['diff', 'latest']);
      expect(stdout).toContain('  ~ /etc/fstab\n');
      expect(stdout).not.toContain('/etc/hosts');
    } finally {
      other.remove();
    }
  });

  test('encrypted archives are opened with the key that was given', async () => {
    const { env, identity } = encrypted;
    const { code, stdout } = await host.run(['diff', 'latest', '--identity', identity], { env });
    expect(code).toBe(0);
    expect(stdout).toContain('  + /etc/motd\n');
    expect((await host.run(['diff', 'latest'], { env })).code).toBe(2);
  });

  test('the oldest archive has nothing before it, and the way out is named', async () => {
    const { code, stderr } = await host.run(['diff', 'latest~1']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no older archive of pve1');
    expect(stderr).toContain('proxsave diff OLDER NEWER');
  });
});

describe('report', () => {
  test('writes a page for its owner only, with runs, copies and changes', async () => {
    const target = join(host.base, 'report.html');
    const { code, stdout, stderr } = await host.run(['report', '--html', target]);
    const page = readFileSync(target, 'utf8');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('report.html: ');
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(page).toContain('<h1>Backups of pve1</h1>');
    expect(page).toContain('<summary>2 runs</summary>');
    expect(page).toContain('newest good archive');
    expect(page).toContain('+ /etc/motd');
    expect(page).toContain(
      host
        .archives()
        .filter((name) => name.endsWith('.bundle.tar'))
        .at(-1),
    );
  });

  test('- is stdout, and nothing else is there', async () => {
    const { code, stdout } = await host.run(['report', '--html', '-']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
  });

  test('encrypted archives without changes on record are no obstacle', async () => {
    const { code, stdout } = await host.run(['report', '--html', '-'], { env: encrypted.env });
    expect(code).toBe(0);
    expect(stdout).toContain('encrypted');
  });

  test('a secret of the configuration is not in the page', async () => {
    const name = 'planted-secret-token';
    const { stdout } = await host.run(['report', '--html', '-'], {
      env: { GOTIFY_TOKEN: name, SECONDARY_ENABLED: 'true', SECONDARY_PATH: `/mnt/${name}` },
    });
    expect(stdout).toContain('/mnt/********');
    expect(stdout).not.toContain(name);
  });

  test.each([
    ['without a place', [], 'proxsave report --html FILE'],
    ['over a device', ['--html', '/dev/null'], 'is a device'],
    ['with --json and stdout', ['--html', '-', '--json'], 'both want stdout'],
  ])('%s it is refused', async (_title, args, text) => {
    const { code, stdout, stderr } = await host.run(['report', ...args]);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(text);
  });

  test('a link in its place is not replaced', async () => {
    const link = join(host.base, 'link.html');
    symlinkSync('/nonexistent', link);
    const { code, stderr } = await host.run(['report', '--html', link]);
    expect(code).toBe(2);
    expect(stderr).toContain('is a symlink');
  });
});
