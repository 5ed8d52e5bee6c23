// Merges passwd, group, shadow, gshadow, subuid and subgid as the one thing that they are, so that every user has its
// group, every group its members and nobody somebody else's number.

import {
  entriesByName,
  parseId,
  parseTable,
  renderTable,
  type AccountFileName,
  type AccountFiles,
} from './account-files.ts';
import type { AccountReport, AccountsMerge } from './account-merge.ts';
import { mergeGroups, mergeGroupShadow } from './merge-groups.ts';
import { mergeShadow } from './merge-shadow.ts';
import { mergeSubids } from './merge-subids.ts';
import type { MergeContext, MergeStrategy } from './merge-types.ts';
import { chooseUsers, mergeUsers } from './merge-users.ts';

export type AccountsContext = Pick<MergeContext, 'accounts' | 'shells' | 'rootPassword' | 'todayDays'>;

/**
 * Live entries of the system (ids below 1000, and nobody) always stay. A file which the live host lacks altogether is made
 * for the users that it has then. Merging the result with the same backup again changes nothing.
 */
export function mergeAccounts(context: AccountsContext): AccountsMerge {
  const { live, archived } = context.accounts;
  const report: AccountReport = { notes: [], renumbered: [] };
  const table = (files: AccountFiles, name: AccountFileName) => parseTable(name, files[name]);
  const livePasswd = table(live, 'passwd');
  const archivedPasswd = table(archived, 'passwd');
  const hasShadow = live.shadow !== undefined || archived.shadow !== undefined;
  const added = chooseUsers(livePasswd, archivedPasswd, report);
  const names = new Set([...entriesByName(livePasswd).keys(), ...added.map(({ name }) => name)]);
  const groups = mergeGroups(
    { live: table(live, 'group'), archived: table(archived, 'group'), added, users: names },
    report,
  );
  const users = mergeUsers(
    {
      live: livePasswd,
      archived: archivedPasswd,
      added,
      primaryGids: groups.primaryGids,
      hasShadow,
      shells: context.shells,
    },
    report,
  );
  const shadow = mergeShadow(
    {
      live: table(live, 'shadow'),
      archived: table(archived, 'shadow'),
      users,
      addedUsers: added.map(({ name }) => name),
      isNew: live.shadow === undefined,
      rootPassword: context.rootPassword ?? 'live',
      todayDays: context.todayDays,
    },
    report,
  );
  const groupShadow = mergeGroupShadow({
    live: table(live, 'gshadow'),
    archived: table(archived, 'gshadow'),
    groups: groups.rows,
    addedGroups: groups.added,
    users: names,
    isNew: live.gshadow === undefined,
  });
  const nameOfArchivedUid = new Map(
    [...entriesByName(archivedPasswd)].map(([name, fields]) => [parseId(fields[2]) ?? -1, name]),
  );
  const subids = (file: 'subuid' | 'subgid') =>
    renderTable(
      mergeSubids(
        { file, live: table(live, file), archived: table(archived, file), users: names, nameOfArchivedUid },
        report,
      ),
    );
  const texts: Required<AccountFiles> = {
    passwd: renderTable(users),
    group: renderTable(groups.rows),
    shadow: renderTable(shadow),
    gshadow: renderTable(groupShadow),
    subuid: subids('subuid'),
    subgid: subids('subgid'),
  };
  return { files: keepKnown(texts, live, archived), ...report };
}

/** A file that neither side has is not invented. */
function keepKnown(texts: Required<AccountFiles>, live: AccountFiles, archived: AccountFiles): AccountFiles {
  const known = Object.entries(texts).filter(
    ([name]) =>
      live[name as AccountFileName] !== undefined || archived[name as AccountFileName] !== undefined,
  );
  return Object.fromEntries(known);
}

/** The strategy of one file: the merge of all, and of its result the text of this one. */
export function accountStrategy(file: AccountFileName): MergeStrategy {
  return (live, archived, context) => {
    const accounts = {
      live: live === undefined ? context.accounts.live : { ...context.accounts.live, [file]: live },
      archived: { ...context.accounts.archived, [file]: archived },
    };
    const merge = mergeAccounts({ ...context, accounts });
    const text = merge.files[file] ?? archived;
    const notes = merge.notes.filter((note) => note.file === file);
    return {
      text,
      notes: notes.map(({ severity, what, line }) => ({
        severity,
        what,
        ...(line === undefined ? {} : { line }),
      })),
      isChanged: text !== live,
    };
  };
}
