// The index: last member of an archive, var/lib/proxsave-info/index.json. JSON whose `entries` stand one a line, so
// that a million of them can be read line by line without holding them all:
//
//   {"schemaVersion":1,"createdAt":"...","hostname":"...","areas":[...],"entries":[
//   {"path":"etc/hosts","type":"file","mode":"0644","uid":0,"gid":0,"user":"root","group":"root","size":12,"mtime":"1700000000.123456789","sha256":"...","area":"dns"},
//   ...
//   ]}
//
// Entries stand in archive order, with `area` last: what is before it follows from the tar alone. Paths are ArchivePaths; those with bytes that are not UTF-8 have `pathBase64` too.

import { infoDirectory } from '../../catalogue/types.ts';
import type { EntryType } from '../../entry.ts';

export const indexPath = `${infoDirectory}/index.json`;

export interface IndexEntry {
  path: string;
  pathBase64?: string;
  area: string;
  type: EntryType;
  /** Octal, four digits. */
  mode: string;
  uid: number;
  gid: number;
  user: string;
  group: string;
  size: number;
  /** Seconds since the epoch with nine decimals. */
  mtime: string;
  /** Lower-case hex; files only. */
  sha256?: string;
  /** Links only. */
  target?: string;
}

export interface IndexHead {
  schemaVersion: 1;
  createdAt: string;
  hostname: string;
  areas: readonly { id: string; title: string }[];
}

/** Area of the index itself inside the archive; no catalogue area has this id. */
export const indexArea = 'proxsave-info';
