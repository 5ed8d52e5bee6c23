// passwd(5), group(5), shadow(5), gshadow(5), subuid(5), subgid(5): lines of fields set apart by colons. Lines that are
// none (comments, NIS entries, damaged ones) stay where and what they are.

import { joinLines, splitLines, type TextLine } from './text-lines.ts';

/** Texts of the account files of one host; absent: there is no such file. */
export interface AccountFiles {
  passwd?: string;
  group?: string;
  shadow?: string;
  gshadow?: string;
  subuid?: string;
  subgid?: string;
}
export type AccountFileName = keyof AccountFiles;

export const accountPaths = {
  passwd: '/etc/passwd',
  group: '/etc/group',
  shadow: '/etc/shadow',
  gshadow: '/etc/gshadow',
  subuid: '/etc/subuid',
  subgid: '/etc/subgid',
} as const satisfies Record<AccountFileName, string>;

const fieldCounts = { passwd: 7, group: 4, shadow: 9, gshadow: 4, subuid: 3, subgid: 3 } as const;

/** Ids from here on belong to people; below, and 65534 (nobody), to the system. */
export const firstHumanId = 1000;
const lastAllocatedId = 59_999;
const nobodyId = 65_534;
/** 0xFFFFFFFF means "no id" to the kernel. */
const noId = 4_294_967_295;

export interface Row {
  /** Fields of an entry; absent for any other line. */
  fields?: readonly string[];
  line: TextLine;
}

export function parseTable(name: AccountFileName, text: string | undefined): Row[] {
  return splitLines(text ?? '').map((line) => {
    const fields = line.content.split(':');
    const isEntry = fields.length === fieldCounts[name] && isUsableName(fields[0] ?? '');
    return isEntry ? { fields, line } : { line };
  });
}

/** Entries in order; of several with one name the first, as the C library finds it. */
export function entriesByName(rows: readonly Row[]): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { fields } of rows) {
    const name = fields?.[0];
    if (fields !== undefined && name !== undefined && !found.has(name)) found.set(name, fields);
  }
  return found;
}

/** Replaces the entry of one name in place. */
export function withReplacedEntry(rows: readonly Row[], fields: readonly string[]): Row[] {
  const at = rows.findIndex((row) => row.fields?.[0] === fields[0]);
  return rows.map((row, index) =>
    index === at ? { fields, line: { content: fields.join(':'), ending: row.line.ending } } : row,
  );
}

export function withAppendedEntry(rows: readonly Row[], fields: readonly string[]): Row[] {
  const ended = rows.map((row, index) =>
    index === rows.length - 1 && row.line.ending === ''
      ? { ...row, line: { ...row.line, ending: '\n' as const } }
      : row,
  );
  return [...ended, { fields, line: { content: fields.join(':'), ending: '\n' } }];
}

export function renderTable(rows: readonly Row[]): string {
  return joinLines(rows.map(({ line }) => line));
}

/** What the account tools of Debian accept. `+` and `-` in front are NIS entries. */
export function isUsableName(name: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return name.length > 0 && name.length <= 32 && !/^[-+~#]|[:,/\s\u0000-\u001f\u007f]/.test(name);
}

/** An id as a number; undefined when the text is none. */
export function parseId(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id < noId ? id : undefined;
}

export function isHumanId(id: number): boolean {
  return id >= firstHumanId && id !== nobodyId;
}

/** The next id that nobody has. Throws when the range of people is used up. */
export function allocateId(taken: Set<number>, from = firstHumanId): number {
  for (let id = from; id <= lastAllocatedId; id += 1) {
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
  throw new RangeError(`no id between ${from} and ${lastAllocatedId} is free`);
}

export function membersOf(field: string | undefined): string[] {
  return (field ?? '').split(',').filter((member) => member !== '');
}
