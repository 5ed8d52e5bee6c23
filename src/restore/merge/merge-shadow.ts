// shadow. Whoever can log in here now can do so afterwards, with the same password: a restore must not lock out the admin
// who runs it, nor bring back a password that was changed since. Passwords of the backup go to those who are added and to
// those who never had one here.

import { entriesByName, withAppendedEntry, withReplacedEntry, type Row } from './account-files.ts';
import type { AccountReport } from './account-merge.ts';
import { isHumanId, parseId } from './account-files.ts';

export interface ShadowInput {
  live: readonly Row[];
  archived: readonly Row[];
  /** The merged passwd file. */
  users: readonly Row[];
  addedUsers: readonly string[];
  /** There was no shadow here: everybody gets a line. */
  isNew: boolean;
  rootPassword: 'live' | 'archive';
  todayDays: number;
}

export function mergeShadow(input: ShadowInput, report: AccountReport): Row[] {
  let rows = [...input.live];
  const liveLines = entriesByName(input.live);
  const archivedLines = entriesByName(input.archived);
  for (const [name, user] of entriesByName(input.users)) {
    const live = liveLines.get(name);
    const archived = archivedLines.get(name);
    if (live === undefined) {
      if (!input.isNew && !input.addedUsers.includes(name)) continue;
      rows = withAppendedEntry(rows, newLine(name, archived, input.todayDays));
      if (archived === undefined && input.addedUsers.includes(name))
        report.notes.push({
          severity: 'warning',
          file: 'shadow',
          what: `${name} has no password in the backup and stays locked until one is set`,
        });
    } else if (archived !== undefined && takesArchived(name, parseId(user[2]), live, archived, input)) {
      const merged = notInFuture([name, ...archived.slice(1)], input.todayDays);
      if (merged.join(':') === live.join(':').trimEnd()) continue;
      rows = withReplacedEntry(rows, merged);
      report.notes.push({
        severity: 'warning',
        file: 'shadow',
        what: `${name} gets the password of the backup`,
      });
    } else {
      noteKept(name, live, archived, report);
    }
  }
  return rows;
}

/** `!` and `*` alone: no password was ever set. `!` before a hash: somebody locked the account on purpose. */
function hasNoPassword(field: string | undefined): boolean {
  return field === undefined || /^[!*]*$/.test(field);
}

function takesArchived(
  name: string,
  uid: number | undefined,
  live: readonly string[],
  archived: readonly string[],
  { rootPassword }: ShadowInput,
): boolean {
  if (hasNoPassword(archived[1])) return false;
  if (name === 'root' || uid === 0) return name === 'root' && rootPassword === 'archive';
  return uid !== undefined && isHumanId(uid) && hasNoPassword(live[1]);
}

function noteKept(
  name: string,
  live: readonly string[],
  archived: readonly string[] | undefined,
  { notes }: AccountReport,
): void {
  if (archived === undefined || hasNoPassword(archived[1]) || archived[1] === live[1]) return;
  const reason = hasNoPassword(live[1]) ? 'stays without a password' : 'keeps the password of the live host';
  notes.push({ severity: 'info', file: 'shadow', what: `${name} ${reason}; the backup has another one` });
}

function newLine(
  name: string,
  archived: readonly string[] | undefined,
  todayDays: number,
): readonly string[] {
  if (archived === undefined) return [name, '!', '', '', '', '', '', '', ''];
  // An empty field would let anybody in.
  const password = archived[1] === undefined || archived[1] === '' ? '!' : archived[1];
  return notInFuture([name, password, ...archived.slice(2)], todayDays);
}

/** The day of the last change: the tools refuse one in the future, which a wrong clock may have written. */
function notInFuture(fields: readonly string[], todayDays: number): readonly string[] {
  const changed = Number(fields[2]);
  const days = Number.isInteger(changed) && changed > todayDays ? String(todayDays) : (fields[2] ?? '');
  return [...fields.slice(0, 2), days, ...fields.slice(3, 8), fields[8]?.trim() ?? ''];
}
