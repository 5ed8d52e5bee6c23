import { describe, expect, test } from 'vitest';
import type { AccountFiles } from '../../../src/restore/merge/account-files.ts';
import { mergeAccounts, type AccountsContext } from '../../../src/restore/merge/accounts.ts';
import { mergeStrategies } from '../../../src/restore/merge/index.ts';

const live: Required<AccountFiles> = {
  passwd:
    'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\nnobody:x:65534:65534::/:/usr/sbin/nologin\nlocal:x:1000:1000::/home/local:/bin/bash\n',
  group: 'root:x:0:\nsudo:x:27:\nwww-data:x:33:\nusers:x:100:\nnogroup:x:65534:\nlocal:x:1000:\n',
  shadow:
    'root:$y$live:20000::::::\nwww-data:*:20000::::::\nnobody:*:20000::::::\nlocal:$y$local:20000:0:99999:7:::\n',
  gshadow: 'root:*::\nsudo:*::\nwww-data:*::\nusers:*::\nnogroup:*::\nlocal:!::\n',
  subuid: 'local:100000:65536\n',
  subgid: 'local:100000:65536\n',
};

function merge(archived: AccountFiles, extra: Partial<AccountsContext> = {}, base: AccountFiles = live) {
  return mergeAccounts({ accounts: { live: base, archived }, todayDays: 20_400, ...extra });
}

function lineOf(text: string | undefined, name: string): string | undefined {
  return text?.split('\n').find((line) => line.startsWith(`${name}:`));
}

const alice: AccountFiles = {
  passwd: 'root:x:0:0:root:/root:/bin/zsh\nalice:x:1001:1001:Alice,,,:/home/alice:/bin/bash\n',
  group: 'root:x:0:\nsudo:x:27:alice,ghost\nalice:x:1001:\nfriends:x:1500:alice,local\n',
  shadow: 'root:$y$old:19000::::::\nalice:$y$alice:19000:0:99999:7::20500:\n',
  gshadow: 'root:*::\nsudo:*::alice\nalice:!::\nfriends:!:alice:alice,local\n',
  subuid: 'alice:165536:65536\n',
};

describe('the merge of accounts', () => {
  test('adds people with group, password, expiry, memberships and subids; live lines stay', () => {
    const { files, renumbered } = merge(alice);
    expect(files.passwd).toBe(`${live.passwd}alice:x:1001:1001:Alice,,,:/home/alice:/bin/bash\n`);
    expect(lineOf(files.shadow, 'alice')).toBe('alice:$y$alice:19000:0:99999:7::20500:');
    expect(lineOf(files.group, 'alice')).toBe('alice:x:1001:');
    expect(lineOf(files.group, 'sudo')).toBe('sudo:x:27:alice');
    expect(lineOf(files.gshadow, 'sudo')).toBe('sudo:*::alice');
    expect(lineOf(files.gshadow, 'friends')).toBe('friends:!:alice:alice,local');
    expect(files.subuid).toBe('local:100000:65536\nalice:165536:65536\n');
    expect(files.subgid).toBe(live.subgid);
    expect(renumbered).toEqual([]);
  });

  test('root keeps shell and password of the live host unless asked otherwise', () => {
    expect(lineOf(merge(alice).files.shadow, 'root')).toBe('root:$y$live:20000::::::');
    expect(lineOf(merge(alice).files.passwd, 'root')).toContain('/bin/bash');
    const taken = merge(alice, { rootPassword: 'archive' });
    expect(lineOf(taken.files.shadow, 'root')).toBe('root:$y$old:19000::::::');
  });

  test('a number that a live user has is not given to another: the newcomer gets a free one', () => {
    const { files, renumbered, notes } = merge({
      passwd: 'bob:x:1000:1000::/home/bob:/bin/bash\ncarl:x:1001:1001::/home/carl:/bin/bash\n',
      group: 'bob:x:1000:\ncarl:x:1001:\n',
    });
    expect(lineOf(files.passwd, 'local')).toContain(':1000:1000:');
    expect(lineOf(files.passwd, 'carl')).toContain(':1001:1001:');
    expect(lineOf(files.passwd, 'bob')).toBe('bob:x:1002:1002::/home/bob:/bin/bash');
    expect(lineOf(files.group, 'bob')).toBe('bob:x:1002:');
    expect(renumbered).toEqual([
      { kind: 'group', name: 'bob', from: 1000, to: 1002 },
      { kind: 'user', name: 'bob', from: 1000, to: 1002 },
    ]);
    expect(
      notes.some(({ what, severity }) => severity === 'warning' && what.includes('uid 1000 of bob')),
    ).toBe(true);
  });

  test('a live user keeps the number that its files have', () => {
    const { files, notes } = merge({ passwd: 'local:x:1005:1005::/home/local:/bin/sh\n' });
    expect(files.passwd).toBe(live.passwd);
    expect(notes).toMatchObject([{ severity: 'warning', what: expect.stringContaining('1005') }]);
  });

  test('a user known by name and number gets name, home and shell back, but no shell that is not installed', () => {
    const archived = { passwd: 'local:x:1000:1000:Local Admin:/srv/local:/bin/zsh\n' };
    expect(lineOf(merge(archived).files.passwd, 'local')).toBe(
      'local:x:1000:1000:Local Admin:/srv/local:/bin/zsh',
    );
    const shells = new Set(['/bin/bash']);
    expect(lineOf(merge(archived, { shells }).files.passwd, 'local')).toContain(':/srv/local:/bin/bash');
  });

  test.each([
    ['a password', '$y$local', 'live'],
    ['a lock set on purpose', '!$y$local', 'live'],
    ['never had a password', '!', 'archive'],
    ['no password at all', '', 'archive'],
  ])('a live user with %s (%s) keeps or takes: %s', (_case, field, expected) => {
    const shadow = live.shadow.replace('local:$y$local', `local:${field}`);
    const { files } = merge(
      { passwd: live.passwd, shadow: 'local:$y$backup:19000:0:99999:7:::\n' },
      {},
      { ...live, shadow },
    );
    const line = lineOf(files.shadow, 'local');
    expect(line).toBe(expected === 'live' ? lineOf(shadow, 'local') : 'local:$y$backup:19000:0:99999:7:::');
  });

  test('a user without a password in the backup stays locked, and an empty field lets nobody in', () => {
    const { files } = merge({
      passwd: 'dora:x:1001:1001::/:/bin/sh\nemil:x:1002:1001::/:/bin/sh\n',
      group: 'dora:x:1001:\n',
      shadow: 'emil::19000::::::\n',
    });
    expect(lineOf(files.shadow, 'dora')).toBe('dora:!:::::::');
    expect(lineOf(files.shadow, 'emil')).toBe('emil:!:19000::::::');
  });

  test('a change of password in the future, which pwck refuses, becomes today', () => {
    const { files } = merge({ ...alice, shadow: 'alice:$y$a:29999::::::\n' });
    expect(lineOf(files.shadow, 'alice')).toBe('alice:$y$a:20400::::::');
  });

  test('neither system users nor second roots come from the backup', () => {
    const { files, notes } = merge({
      passwd:
        'toor:x:0:0::/root:/bin/sh\nzabbix:x:110:115::/:/usr/sbin/nologin\nnobody:x:65534:65534::/x:/bin/sh\n',
    });
    expect(files.passwd).toBe(live.passwd);
    expect(notes.map(({ what }) => what).join('\n')).toMatch(/toor.*second root[\s\S]*zabbix/);
  });

  test('a name that the live system uses stays the system’s own', () => {
    const { files } = merge({
      passwd: 'www-data:x:1003:1003::/home/w:/bin/bash\n',
      group: 'www-data:x:1003:\n',
    });
    expect(files.passwd).toBe(live.passwd);
    expect(files.group).toBe(live.group);
  });

  test('a primary group of a package that is not installed is made; a membership in one is told', () => {
    const { files, notes } = merge({
      passwd: 'dev:x:1001:998::/home/dev:/bin/bash\n',
      group: 'docker:x:998:\nlibvirt:x:997:dev\n',
    });
    expect(lineOf(files.passwd, 'dev')).toContain(':1001:998:');
    expect(lineOf(files.group, 'docker')).toBe('docker:x:998:');
    expect(lineOf(files.group, 'libvirt')).toBeUndefined();
    expect(notes.some(({ what }) => what.includes('gpasswd --add dev libvirt'))).toBe(true);
  });

  test('comments, NIS lines, damaged lines and CRLF endings of live files stay', () => {
    const odd = {
      ...live,
      passwd: `${live.passwd}# note\n+::::::\nbroken:line\n`,
      group: 'root:x:0:\r\nsudo:x:27:\r\nlocal:x:1000:',
    };
    const { files } = merge(alice, {}, odd);
    expect(files.passwd?.startsWith(odd.passwd)).toBe(true);
    expect(files.group).toContain('root:x:0:\r\nsudo:x:27:alice\r\nlocal:x:1000:\nalice:x:1001:\n');
  });

  test('a host without account files gets those of the backup whole', () => {
    const { files } = merge(live, {}, {});
    expect(files).toEqual(live);
  });

  test('ranges of root come back as they were, others never overlap those of somebody else', () => {
    const { files, notes } = merge({
      ...alice,
      subuid: 'root:100000:65536\nroot:1000:1\nalice:100000:65536\nghost:5:5\n',
    });
    expect(files.subuid).toBe('local:100000:65536\nroot:100000:65536\nroot:1000:1\nalice:165536:65536\n');
    expect(notes.filter(({ file, severity }) => file === 'subuid' && severity === 'warning')).toHaveLength(2);
  });

  test('no note ever holds a password hash', () => {
    const { notes } = merge({ ...alice, shadow: 'alice:$y$SECRET:29999::::::\nlocal:$y$SECRET:1::::::\n' });
    expect(JSON.stringify(notes)).not.toContain('SECRET');
  });

  test('the strategy of one file gives its text of the common merge, with its own notes', () => {
    const context = { path: '/etc/group', accounts: { live, archived: alice }, todayDays: 20_400 };
    const result = mergeStrategies.group(live.group, alice.group ?? '', context);
    expect(result.text).toBe(merge(alice).files.group);
    expect(result.isChanged).toBe(true);
    expect(result.notes.every(({ what }) => what.startsWith('group '))).toBe(true);
    const subgid = mergeStrategies.subid(live.subgid, 'alice:165536:65536\n', {
      ...context,
      path: '/etc/subgid',
    });
    expect(subgid.text).toBe('local:100000:65536\nalice:165536:65536\n');
  });
});
