// What the parts of the accounts merge hand to each other.

import type { Severity } from '../../findings.ts';
import type { AccountFileName, AccountFiles, Row } from './account-files.ts';

export interface AccountNote {
  severity: Severity;
  /** The file that it is about. */
  file: AccountFileName;
  what: string;
  line?: string;
}

/** A user or group whose number differs from the one in the backup. */
export interface Renumbering {
  kind: 'user' | 'group';
  name: string;
  from: number;
  to: number;
}

export interface AccountsMerge {
  /** Whole texts. A file is absent when neither side has it. */
  files: AccountFiles;
  notes: readonly AccountNote[];
  /** Files of the backup that belong to these must get the new number: restore owners by name. */
  renumbered: readonly Renumbering[];
}

/** A user of the backup that the live host gets. */
export interface AddedUser {
  name: string;
  fields: readonly string[];
  archivedUid: number;
  archivedGid: number;
}

export interface GroupsMerge {
  rows: Row[];
  /** Names of the groups that the live host gets. */
  added: readonly string[];
  /** Primary group of each added user, by the user's name. */
  primaryGids: ReadonlyMap<string, number>;
}

/** Collects notes and renumberings of one merge. */
export interface AccountReport {
  notes: AccountNote[];
  renumbered: Renumbering[];
}
