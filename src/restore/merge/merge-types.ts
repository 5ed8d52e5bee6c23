// What a merge strategy is: a pure function from the live text of a file and the archived one to the text that is put in
// place. Texts hold bytes that are not UTF-8 as lone surrogates (util/byte-path.ts), so nothing is lost on the way.

import type { MergeKind } from '../../catalogue/types.ts';
import type { Severity } from '../../findings.ts';
import type { AccountFiles } from './account-files.ts';
import type { DevicesPresent } from './devices.ts';

/** Something that the admin should know about a merge. Never holds a password or its hash. */
export interface MergeNote {
  severity: Severity;
  what: string;
  /** The line concerned, as it stands in the archive or in the live file; absent for secret files. */
  line?: string;
}

export interface MergeResult {
  /** The whole new content of the file. */
  text: string;
  notes: readonly MergeNote[];
  /** False: `text` is the live text. */
  isChanged: boolean;
  /** Directories that the new content needs (mount points), as paths of the host; they may exist already. */
  directories?: readonly string[];
}

/** What strategies know of both hosts. Made once for a plan. */
export interface MergeContext {
  /** The file that is merged, as a path of the host: /etc/subuid and /etc/subgid are of one kind. */
  path: string;
  /** Devices of the live host; absent when they cannot be told (another root). */
  devices?: DevicesPresent;
  /** `/dev/sdb1` -> `UUID=...` on the host of the backup, for names that mean another disk on other hardware. */
  archivedDevices?: ReadonlyMap<string, string>;
  /** All account files of both sides: passwd, group, shadow, gshadow and subids make sense only together. */
  accounts: { live: AccountFiles; archived: AccountFiles };
  /** Programs that may serve as login shells here; absent: not known, shells are not judged. */
  shells?: ReadonlySet<string>;
  /** Whose password root keeps: the one of the live host (default) or of the backup. */
  rootPassword?: 'live' | 'archive';
  /** Days since 1970-01-01 UTC; shadow may not say that a password was changed later. */
  todayDays: number;
}

/** `live` undefined: there is no such file on the live host. */
export type MergeStrategy = (
  live: string | undefined,
  archived: string,
  context: MergeContext,
) => MergeResult;

export type MergeStrategies = Readonly<Record<MergeKind, MergeStrategy>>;
