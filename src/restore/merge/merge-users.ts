// passwd: live entries stay; people whom only the backup knows are added. Nobody gets a number that a live user has, since
// files are owned by numbers.

import {
  allocateId,
  entriesByName,
  isHumanId,
  parseId,
  withAppendedEntry,
  withReplacedEntry,
  type Row,
} from './account-files.ts';
import type { AccountReport, AddedUser } from './account-merge.ts';

/** Decides who is added. On a host without any user everybody is, the system's own too. */
export function chooseUsers(
  live: readonly Row[],
  archived: readonly Row[],
  report: AccountReport,
): AddedUser[] {
  const liveUsers = entriesByName(live);
  const added: AddedUser[] = [];
  const leftOut: string[] = [];
  for (const [name, fields] of entriesByName(archived)) {
    if (liveUsers.has(name)) continue;
    const archivedUid = parseId(fields[2]);
    const archivedGid = parseId(fields[3]);
    if (archivedUid === undefined || archivedGid === undefined) {
      report.notes.push({
        severity: 'warning',
        file: 'passwd',
        what: `${name} of the backup is left out: its numbers are no user and group ids`,
        line: fields.join(':'),
      });
    } else if (liveUsers.size === 0 || isHumanId(archivedUid)) {
      added.push({ name, fields, archivedUid, archivedGid });
    } else if (archivedUid === 0) {
      report.notes.push({
        severity: 'warning',
        file: 'passwd',
        what: `${name} of the backup is left out: uid 0 makes it a second root`,
        line: fields.join(':'),
      });
    } else {
      leftOut.push(name);
    }
  }
  if (leftOut.length > 0)
    report.notes.push({
      severity: 'info',
      file: 'passwd',
      what: `system users that this host does not have come with their packages: ${leftOut.join(', ')}`,
    });
  return added;
}

export interface UsersInput {
  live: readonly Row[];
  archived: readonly Row[];
  added: readonly AddedUser[];
  primaryGids: ReadonlyMap<string, number>;
  /** Password field of those who have no line in a shadow file. */
  hasShadow: boolean;
  shells?: ReadonlySet<string> | undefined;
}

export function mergeUsers(input: UsersInput, report: AccountReport): Row[] {
  const liveUids = new Set<number>();
  for (const { fields } of input.live) {
    const uid = parseId(fields?.[2]);
    if (uid !== undefined) liveUids.add(uid);
  }
  const taken = new Set([...liveUids, ...input.added.map(({ archivedUid }) => archivedUid)]);
  let rows = updateKnownUsers(input, report);
  for (const user of input.added) {
    const uid = liveUids.has(user.archivedUid) ? allocateId(taken) : user.archivedUid;
    const gid = input.primaryGids.get(user.name) ?? user.archivedGid;
    const [name = '', password = 'x', , , gecos = '', home = '', shell = ''] = user.fields;
    const shownPassword = input.hasShadow ? 'x' : password === 'x' ? '*' : password;
    rows = withAppendedEntry(rows, [name, shownPassword, String(uid), String(gid), gecos, home, shell]);
    noteAddition(user, uid, gid, input, report);
  }
  return rows;
}

function noteAddition(
  user: AddedUser,
  uid: number,
  gid: number,
  { shells }: UsersInput,
  { notes, renumbered }: AccountReport,
): void {
  const { name, archivedUid } = user;
  notes.push({ severity: 'info', file: 'passwd', what: `user ${name} is added with uid ${uid}` });
  if (uid !== archivedUid) {
    renumbered.push({ kind: 'user', name, from: archivedUid, to: uid });
    notes.push({
      severity: 'warning',
      file: 'passwd',
      what: `uid ${archivedUid} of ${name} belongs to another user here: ${name} gets ${uid}; files on other disks that belong to ${archivedUid} need a chown`,
    });
  }
  if (gid === 0)
    notes.push({ severity: 'warning', file: 'passwd', what: `primary group of ${name} is root (0)` });
  const shell = user.fields[6]?.trim() ?? '';
  if (shells !== undefined && shell !== '' && !shells.has(shell))
    notes.push({
      severity: 'warning',
      file: 'passwd',
      what: `${name} cannot log in until ${shell} is installed`,
    });
}

/** People whom both sides know by name and number get name, home and shell of the backup; the numbers stay. */
function updateKnownUsers({ live, archived, shells }: UsersInput, { notes }: AccountReport): Row[] {
  let rows = [...live];
  const liveUsers = entriesByName(live);
  for (const [name, fields] of entriesByName(archived)) {
    const liveFields = liveUsers.get(name);
    if (liveFields === undefined) continue;
    const liveUid = parseId(liveFields[2]);
    const archivedUid = parseId(fields[2]);
    if (liveUid !== archivedUid) {
      if (isHumanId(liveUid ?? 0) || isHumanId(archivedUid ?? 0))
        notes.push({
          severity: 'warning',
          file: 'passwd',
          what: `${name} keeps uid ${liveFields[2] ?? ''} of the live host; in the backup it was ${fields[2] ?? ''}`,
        });
      continue;
    }
    const merged = describedAs(liveFields, fields, shells);
    if (!isHumanId(liveUid ?? 0) || merged.join(':') === liveFields.join(':').trimEnd()) continue;
    rows = withReplacedEntry(rows, merged);
    notes.push({
      severity: 'info',
      file: 'passwd',
      what: `full name, home or shell of ${name} come back`,
      line: fields.join(':'),
    });
  }
  return rows;
}

/** The live entry with full name, home and shell of the archived one; a shell that is not installed would lock out. */
function describedAs(
  live: readonly string[],
  archived: readonly string[],
  shells: ReadonlySet<string> | undefined,
): string[] {
  const [gecos = '', home = '', shell = ''] = archived.slice(4);
  const isShellUsable = shells === undefined || shells.has(shell.trim());
  return [...live.slice(0, 4), gecos, home, (isShellUsable ? shell : (live[6] ?? '')).trim()];
}
