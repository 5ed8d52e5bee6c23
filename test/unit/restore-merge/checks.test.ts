import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import type { RealPath } from '../../../src/host/host.ts';
import { checkAccounts } from '../../../src/restore/merge/check-accounts.ts';
import { checkFstab } from '../../../src/restore/merge/check-fstab.ts';
import { checkSudoers } from '../../../src/restore/merge/check-sudoers.ts';
import { mergeFstab } from '../../../src/restore/merge/fstab.ts';
import { mergeSudoers } from '../../../src/restore/merge/sudoers.ts';
import { hasPrograms, isRoot } from '../../support/needs.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const host = createHost();

function workDirectory(): RealPath {
  return temporaryDirectory() as RealPath;
}

describe.skipIf(!hasPrograms('findmnt'))('findmnt as judge of fstab (needs findmnt)', () => {
  const live = 'broken live line of somebody\nUUID=none-such /mnt/a ext4 defaults 0 2\n';

  test('accepts added entries whose devices and directories are not there yet', async () => {
    const directory = workDirectory();
    const merged = `${live}UUID=gone /mnt/none ext4 nofail 0 2\nnas:/x /mnt/nas nfs _netdev,nofail 0 0\n`;
    expect(await checkFstab(host, { live, merged }, directory)).toEqual({ verdict: 'valid', problems: [] });
    expect(readdirSync(directory)).toEqual([]);
  });

  test('accepts what the merge makes of the tables of whole hosts', async () => {
    const table = (path: string) =>
      readFileSync(join(import.meta.dirname, '../../fixtures/hosts', path, 'etc/fstab'), 'utf8');
    const tables = ['layers/ext4-root', 'layers/zfs-root', 'dual'].map(table);
    for (const fresh of tables)
      for (const archived of tables) {
        const { text: merged } = mergeFstab(fresh, archived, {});
        expect(await checkFstab(host, { live: fresh, merged }, workDirectory())).toMatchObject({
          verdict: 'valid',
        });
      }
  });

  test('refuses a line that it cannot parse', async () => {
    const merged = `${live}x /mnt/y ext4 nofail z 0 0 0\n`;
    const result = await checkFstab(host, { live, merged }, workDirectory());
    expect(result.verdict).toBe('invalid');
    expect(result.problems.join('\n')).toContain('parse error at line 3');
  });
});

describe.skipIf(!hasPrograms('visudo'))('visudo as judge of sudoers (needs sudo)', () => {
  const sudoers = 'Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n';

  test('accepts good files and reads the fragments beside them, not the live ones', async () => {
    const directory = workDirectory();
    const fragments = new Map([['ops', 'User_Alias OPS = ann\nOPS ALL=(ALL) NOPASSWD: ALL\n']]);
    expect(await checkSudoers(host, { sudoers, fragments }, directory)).toMatchObject({ verdict: 'valid' });
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each([
    [
      'sudoers itself',
      { sudoers: `${sudoers}ann ALL=(ALL ALL\n`, fragments: new Map<string, string>() },
      '/etc/sudoers',
    ],
    ['a fragment', { sudoers, fragments: new Map([['bad', 'this is no rule\n']]) }, '/etc/sudoers.d/bad'],
  ])('refuses a fault in %s and names the file', async (_where, files, path) => {
    const result = await checkSudoers(host, files, workDirectory());
    expect(result.verdict).toBe('invalid');
    expect(result.problems.join('\n')).toContain(path);
  });
});

describe.skipIf(!isRoot || !hasPrograms('pwck', 'grpck'))('pwck and grpck as judges (needs root)', () => {
  const live = {
    passwd: 'root:x:0:0::/root:/bin/sh\n',
    group: 'root:x:0:\n',
    shadow: 'root:*:1::::::\n',
    gshadow: 'root:*::\n',
  };

  test('name what is wrong in the merged files', async () => {
    const merged = {
      ...live,
      passwd: `${live.passwd}bob:x:1500:1500::/home/bob:/bin/sh\n`,
      group: `${live.group}g:x:5:nobodyhere\n`,
    };
    const { verdict, problems } = await checkAccounts(host, { live, merged }, workDirectory());
    expect(verdict).toBe('invalid');
    expect(problems.join('\n')).toMatch(/'bob': no group 1500[\s\S]*no user nobodyhere/);
  });

  test('do not blame the merge for faults that the live files have', async () => {
    const faulty = { ...live, group: `${live.group}g:x:5:ghost\n`, gshadow: `${live.gshadow}g:!::\n` };
    expect(await checkAccounts(host, { live: faulty, merged: faulty }, workDirectory())).toMatchObject({
      verdict: 'valid',
    });
  });
});

test('a missing program is no verdict', async () => {
  const bare = {
    ...host,
    tools: {
      ...host.tools,
      run: () => host.tools.run({ argv: ['no-such-program-here'], timeoutMs: 1_000, maxOutputBytes: 1 }),
    },
  };
  expect(await checkFstab(bare, { live: '', merged: '' }, workDirectory())).toMatchObject({
    verdict: 'unchecked',
  });
  expect(await checkSudoers(bare, { sudoers: '', fragments: new Map() }, workDirectory())).toMatchObject({
    verdict: 'unchecked',
  });
});

describe('the merge of sudoers', () => {
  test('takes the rules of the backup byte for byte and lists rules of the live host that go', () => {
    const archived = '# old\nroot ALL=(ALL) ALL\n';
    const result = mergeSudoers('root ALL=(ALL) ALL\nann\tALL=(ALL) \\\n  NOPASSWD: ALL\n', archived);
    expect(result).toMatchObject({ text: archived, isChanged: true });
    expect(result.notes).toMatchObject([{ severity: 'warning', line: 'ann ALL=(ALL) NOPASSWD: ALL' }]);
  });

  test('an empty file of the backup does not take away what is live', () => {
    const live = 'root ALL=(ALL) ALL\n';
    expect(mergeSudoers(live, '# nothing\n')).toMatchObject({ text: live, isChanged: false });
  });

  test('warns when nobody would be left to become root', () => {
    expect(mergeSudoers(undefined, 'ann ALL=(ALL) ALL\n').notes).toMatchObject([{ severity: 'warning' }]);
  });
});
