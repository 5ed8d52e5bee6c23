// Arbitrary account files: live ones are consistent, archived ones are whatever a backup may hold.

import fc from 'fast-check';
import type { AccountFiles } from '../../../src/restore/merge/account-files.ts';

const system: Required<AccountFiles> = {
  passwd:
    'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\nwww-data:x:33:33::/:/usr/sbin/nologin\nnobody:x:65534:65534::/:/usr/sbin/nologin\n',
  group: 'root:x:0:\ndaemon:x:1:\nsudo:x:27:\nwww-data:x:33:\nusers:x:100:\nnogroup:x:65534:\n',
  shadow: 'root:$y$root:20000::::::\ndaemon:*:20000::::::\nwww-data:*:20000::::::\nnobody:*:20000::::::\n',
  gshadow: 'root:*::\ndaemon:*::\nsudo:*::\nwww-data:*::\nusers:*::\nnogroup:*::\n',
  subuid: 'root:100000:65536\n',
  subgid: 'root:100000:65536\n',
};

const names = ['ann', 'bob', 'carl', 'www-data', 'docker', 'users', 'root', 'zed'] as const;
const people = ['ann', 'bob', 'carl', 'zed'] as const;
const ids = [0, 33, 100, 110, 1000, 1001, 1002, 65534, 165536] as const;
const passwords = ['!', '*', '', '$y$hash', '!$y$hash'] as const;

/** Each of some people has a user, a group of the same number and a shadow line. */
export const liveAccounts: fc.Arbitrary<Required<AccountFiles>> = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...people), { maxLength: 3 }), fc.constantFrom(...passwords))
  .map(([chosen, password]) => {
    const each = (render: (name: string, id: number) => string) =>
      chosen.map((name, index) => `${render(name, 1000 + index)}\n`).join('');
    return {
      passwd: system.passwd + each((name, id) => `${name}:x:${id}:${id}::/home/${name}:/bin/bash`),
      group: system.group + each((name, id) => `${name}:x:${id}:`),
      shadow: system.shadow + each((name) => `${name}:${password}:20000:0:99999:7:::`),
      gshadow: system.gshadow + each((name) => `${name}:!::`),
      subuid: system.subuid + each((name, id) => `${name}:${165_536 + (id - 1000) * 65_536}:65536`),
      subgid: system.subgid,
    };
  });

const name = fc.constantFrom(...names);
const id = fc.constantFrom(...ids);
const passwdLine = fc
  .tuple(name, id, id)
  .map(([user, uid, gid]) => `${user}:x:${uid}:${gid}::/home/x:/bin/bash`);
const members = fc.array(name, { maxLength: 4 }).map((list) => list.join(','));
const groupLine = fc.tuple(name, id, members).map(([group, gid, list]) => `${group}:x:${gid}:${list}`);
const shadowLine = fc
  .tuple(name, fc.constantFrom(...passwords), fc.constantFrom('', '19000', '99999'))
  .map(([user, password, day]) => `${user}:${password}:${day}:0:99999:7:::`);
const gshadowLine = fc
  .tuple(name, members, members)
  .map(([group, admins, list]) => `${group}:!:${admins}:${list}`);
const subidLine = fc
  .tuple(name, fc.constantFrom(1000, 100_000, 131_072, 165_536), fc.constantFrom(1, 65_536))
  .map((fields) => fields.join(':'));
const noise = fc.constantFrom('', '# x', '+::::::', 'broken', 'a b:x:1:1:::', ':x:5:5:::');

function file(line: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.array(fc.oneof({ weight: 6, arbitrary: line }, noise), { maxLength: 8 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
    )
    .map(([lines, ending, isEnded]) => lines.join(ending) + (isEnded ? ending : ''));
}

export const archivedAccounts: fc.Arbitrary<AccountFiles> = fc.record(
  {
    passwd: file(passwdLine),
    group: file(groupLine),
    shadow: file(shadowLine),
    gshadow: file(gshadowLine),
    subuid: file(subidLine),
    subgid: file(subidLine),
  },
  { requiredKeys: ['passwd', 'group'] },
);
