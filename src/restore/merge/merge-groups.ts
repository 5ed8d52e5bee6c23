// group and gshadow: live groups keep their numbers and get the members of the backup; groups of people that only the
// backup knows are added, and so are groups that an added user needs as its primary one.

import {
  allocateId,
  entriesByName,
  isHumanId,
  isUsableName,
  membersOf,
  parseId,
  withAppendedEntry,
  withReplacedEntry,
  type Row,
} from './account-files.ts';
import type { AccountReport, AddedUser, GroupsMerge } from './account-merge.ts';

export interface GroupsInput {
  live: readonly Row[];
  archived: readonly Row[];
  added: readonly AddedUser[];
  /** Everybody whom the merged passwd has. */
  users: ReadonlySet<string>;
}

export function mergeGroups(input: GroupsInput, report: AccountReport): GroupsMerge {
  const table = startTable(input, report);
  const archivedGroups = entriesByName(input.archived);
  const isBare = entriesByName(input.live).size === 0;
  for (const [name, fields] of archivedGroups) {
    const gid = parseId(fields[2]);
    if (gid !== undefined && (isBare || isHumanId(gid))) table.ensure(name, gid);
  }
  const primaryGids = new Map(
    input.added.map((user) => [user.name, primaryGid(user, input.archived, table)]),
  );
  for (const [name, fields] of archivedGroups)
    uniteMembers(table, name, membersOf(fields[3]?.trim()), input, report);
  noteLeftOut(archivedGroups, table, input, report);
  return { rows: table.rows, added: table.added, primaryGids };
}

interface GroupTable {
  rows: Row[];
  added: string[];
  /** The number of a live or added group. */
  gidOf: (name: string) => number | undefined;
  hasGid: (gid: number) => boolean;
  /** Number of a group of this name, which is made if need be, with this number if it is free. */
  ensure: (name: string, wantedGid: number) => number;
}

function startTable({ live, archived }: GroupsInput, report: AccountReport): GroupTable {
  const gids = new Map<string, number>();
  for (const [name, fields] of entriesByName(live)) {
    const gid = parseId(fields[2]);
    if (gid !== undefined) gids.set(name, gid);
  }
  const liveGids = new Set(gids.values());
  const archivedGids = [...entriesByName(archived).values()].flatMap((fields) => parseId(fields[2]) ?? []);
  const taken = new Set([...liveGids, ...archivedGids]);
  const liveNames = entriesByName(live);
  const table: GroupTable = {
    rows: [...live],
    added: [],
    gidOf: (name) => gids.get(name),
    hasGid: (gid) => liveGids.has(gid),
    ensure: (name, wantedGid) => {
      const known = gids.get(name);
      if (known !== undefined || liveNames.has(name)) {
        if (known !== undefined && known !== wantedGid && isHumanId(wantedGid))
          noteOtherGid(name, wantedGid, known);
        return known ?? wantedGid;
      }
      const gid = liveGids.has(wantedGid) ? allocateId(taken) : wantedGid;
      gids.set(name, gid);
      taken.add(gid);
      table.added.push(name);
      table.rows = withAppendedEntry(table.rows, [name, 'x', String(gid), '']);
      report.notes.push({ severity: 'info', file: 'group', what: `group ${name} is added with gid ${gid}` });
      if (gid !== wantedGid) noteOtherGid(name, wantedGid, gid);
      return gid;
    },
  };
  const noteOtherGid = (name: string, from: number, to: number) => {
    report.renumbered.push({ kind: 'group', name, from, to });
    report.notes.push({
      severity: 'warning',
      file: 'group',
      what: `group ${name} has gid ${to} here and had ${from} in the backup`,
    });
  };
  return table;
}

function primaryGid(user: AddedUser, archived: readonly Row[], table: GroupTable): number {
  const named = archived.find(({ fields }) => parseId(fields?.[2]) === user.archivedGid)?.fields?.[0];
  if (named !== undefined) return table.gidOf(named) ?? table.ensure(named, user.archivedGid);
  // Numbers of the system mean the same group on every host; others would be anybody's.
  if (!isHumanId(user.archivedGid) && table.hasGid(user.archivedGid)) return user.archivedGid;
  return table.gidOf(user.name) ?? table.ensure(user.name, user.archivedGid);
}

function uniteMembers(
  table: GroupTable,
  name: string,
  archivedMembers: readonly string[],
  { users }: GroupsInput,
  report: AccountReport,
): void {
  const fields = entriesByName(table.rows).get(name);
  if (fields === undefined) return;
  const members = membersOf(fields[3]?.trim());
  const missing = archivedMembers.filter((member) => users.has(member) && !members.includes(member));
  if (missing.length === 0) return;
  const united = [...members, ...new Set(missing)].join(',');
  table.rows = withReplacedEntry(table.rows, [...fields.slice(0, 3), united]);
  if (!table.added.includes(name))
    report.notes.push({
      severity: 'info',
      file: 'group',
      what: `group ${name} gets the members of the backup: ${missing.join(', ')}`,
    });
}

/** Groups of packages that are not installed: a membership in them is lost unless somebody knows. */
function noteLeftOut(
  archived: ReadonlyMap<string, readonly string[]>,
  table: GroupTable,
  { users }: GroupsInput,
  report: AccountReport,
): void {
  for (const [name, fields] of archived) {
    const members = membersOf(fields[3]?.trim()).filter((member) => users.has(member));
    if (members.length === 0 || entriesByName(table.rows).has(name)) continue;
    report.notes.push({
      severity: 'warning',
      file: 'group',
      what: `group ${name} comes with its package; then: ${members.map((member) => `gpasswd --add ${member} ${name}`).join('; ')}`,
    });
  }
}

export interface GroupShadowInput {
  live: readonly Row[];
  archived: readonly Row[];
  /** The merged group file. */
  groups: readonly Row[];
  addedGroups: readonly string[];
  users: ReadonlySet<string>;
  /** There was no gshadow here: every group gets a line. */
  isNew: boolean;
}

/** gshadow follows the merged group file: the same members, and a line for each added group. */
export function mergeGroupShadow(input: GroupShadowInput): Row[] {
  let rows = [...input.live];
  const lines = entriesByName(input.live);
  const archived = entriesByName(input.archived);
  for (const [name, group] of entriesByName(input.groups)) {
    const members = membersOf(group[3]?.trim()).filter((member) => isUsableName(member));
    const live = lines.get(name);
    const saved = archived.get(name);
    if (live !== undefined) {
      const known = membersOf(live[3]?.trim());
      const missing = members.filter((member) => !known.includes(member));
      if (missing.length > 0)
        rows = withReplacedEntry(rows, [...live.slice(0, 3), [...known, ...missing].join(',')]);
    } else if (input.isNew || input.addedGroups.includes(name)) {
      const administrators = membersOf(saved?.[2]).filter((member) => input.users.has(member));
      rows = withAppendedEntry(rows, [name, saved?.[1] ?? '!', administrators.join(','), members.join(',')]);
    }
  }
  return rows;
}
