import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import type { RealPath } from '../../../src/host/host.ts';
import {
  entriesByName,
  parseTable,
  type AccountFileName,
  type AccountFiles,
} from '../../../src/restore/merge/account-files.ts';
import { mergeAccounts } from '../../../src/restore/merge/accounts.ts';
import { checkAccounts } from '../../../src/restore/merge/check-accounts.ts';
import { hasPrograms, isRoot } from '../../support/needs.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { archivedAccounts, liveAccounts } from './account-samples.ts';

const todayDays = 20_400;
const merge = (live: AccountFiles, archived: AccountFiles) =>
  mergeAccounts({ accounts: { live, archived }, todayDays });
const names = (file: AccountFileName, text: string | undefined) => [
  ...entriesByName(parseTable(file, text)).keys(),
];

test('nobody of the live host is lost, renumbered or locked out, and no number is given twice', () => {
  fc.assert(
    fc.property(liveAccounts, archivedAccounts, (live, archived) => {
      const { files } = merge(live, archived);
      const users = entriesByName(parseTable('passwd', files.passwd));
      for (const [user, fields] of entriesByName(parseTable('passwd', live.passwd)))
        expect(users.get(user)?.slice(0, 4)).toEqual(fields.slice(0, 4));
      const liveUids = new Set(
        [...entriesByName(parseTable('passwd', live.passwd)).values()].map((f) => f[2]),
      );
      const added = [...users].filter(([user]) => !names('passwd', live.passwd).includes(user));
      for (const [, fields] of added) expect(liveUids.has(fields[2])).toBe(false);
      const groups = entriesByName(parseTable('group', files.group));
      for (const [group, fields] of entriesByName(parseTable('group', live.group)))
        expect(groups.get(group)?.slice(0, 3)).toEqual(fields.slice(0, 3));
      const shadow = entriesByName(parseTable('shadow', files.shadow));
      for (const [user, fields] of entriesByName(parseTable('shadow', live.shadow)))
        if (/^[^!*]/.test(fields[1] ?? '')) expect(shadow.get(user)).toEqual(fields);
    }),
  );
});

test('names are unique, every member and every primary group exists, and every user has one shadow line', () => {
  fc.assert(
    fc.property(liveAccounts, archivedAccounts, (live, archived) => {
      const { files } = merge(live, archived);
      for (const file of ['passwd', 'group', 'shadow', 'gshadow'] as const) {
        const rows = parseTable(file, files[file]).flatMap(({ fields }) => fields?.[0] ?? []);
        expect(new Set(rows).size).toBe(rows.length);
      }
      const users = names('passwd', files.passwd);
      const groups = [...entriesByName(parseTable('group', files.group)).values()];
      const gids = new Set(groups.map((fields) => fields[2]));
      for (const fields of groups)
        for (const member of (fields[3] ?? '').split(',').filter(Boolean)) expect(users).toContain(member);
      for (const fields of entriesByName(parseTable('passwd', files.passwd)).values())
        expect(gids.has(fields[3])).toBe(true);
      expect(names('shadow', files.shadow).sort()).toEqual([...users].sort());
      expect(names('gshadow', files.gshadow).sort()).toEqual(names('group', files.group).sort());
    }),
  );
});

test('merging the same backup once more changes nothing', () => {
  fc.assert(
    fc.property(liveAccounts, archivedAccounts, (live, archived) => {
      const first = merge(live, archived).files;
      expect(merge(first, archived).files).toEqual(first);
    }),
  );
});

test.skipIf(!isRoot || !hasPrograms('pwck', 'grpck'))(
  'pwck and grpck have nothing to say against the result (needs root, pwck, grpck)',
  async () => {
    const host = createHost();
    const directory = temporaryDirectory() as RealPath;
    for (const [live, archived] of fc.sample(fc.tuple(liveAccounts, archivedAccounts), 25)) {
      const merged = merge(live, archived).files;
      const result = await checkAccounts(host, { live, merged }, directory);
      expect(result, JSON.stringify({ live, archived, merged }, null, 1)).toEqual({
        verdict: 'valid',
        problems: [],
      });
    }
  },
);
