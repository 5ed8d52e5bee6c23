// Types of the configuration: what one row of the option table looks like. A row carries the parser of its kind,
// so the type of its value follows from the row and nothing has to switch on kinds.

import type { RealPath } from '../host/host.ts';

export type OptionKind =
  | 'bool'
  | 'int'
  | 'float'
  | 'size'
  | 'duration'
  | 'seconds'
  | 'enum'
  | 'string'
  | 'list'
  | 'int-list'
  | 'words'
  | 'host-path'
  | 'own-path'
  | 'time-of-day';

/** Where ProxSave's own files lie by default; each layout (layout.ts) has its own. */
export type OwnPlace = 'backups' | 'log' | 'lock' | 'recipients' | 'metrics';

/** An older name that is still read. */
export interface Alias {
  name: string;
  /** The older key means the opposite. */
  inverse?: true;
  /** With both names in one file the older one counts, as the Go edition has it. Absent: the newer one. */
  wins?: true;
}

/** What a parser says: a value (with remarks for the user), or what is wrong. Never holds the text of a secret. */
export type ParseResult<Value> = { value: Value; remarks?: readonly string[] } | ParseProblem;
export interface ParseProblem {
  problem: string;
  hint?: string;
  /** Which line of a value with several lines is wrong; 0 is the first. */
  piece?: number;
}

export interface ParseContext {
  /** Is this line of the text (0 is the first) a line of a block? There white space does not separate entries. */
  isBlockLine(piece: number): boolean;
  /** Turns a path of ProxSave's own into a real one; what a relative one means depends on who gave it. */
  resolveOwnPath(path: string): ParseResult<RealPath>;
}

export interface Option<Value = unknown, Kind extends OptionKind = OptionKind> {
  kind: Kind;
  /** One or two sentences for template and reference. */
  doc: string;
  /** In the grammar of the file, so `${OTHER_KEY}` works; or a place of the layout. */
  default: string | { place: OwnPlace };
  /** Which values are right, for messages and the reference: `true or false`. */
  allowed: string;
  /** What is offered on completion. */
  completions: readonly string[];
  parse: (text: string, context: ParseContext) => ParseResult<Value>;
  /** What an empty value in the file means. */
  emptyMeans: 'empty' | 'default';
  secret?: true;
  aliases?: readonly Alias[];
  /** Lines with the same key add up instead of replacing each other. */
  repeatable?: true;
}

/** A key that is accepted but has no effect; the text says why. */
export interface IgnoredKey {
  kind: 'ignored';
  ignored: string;
}

export type ValueOf<Row> = Row extends { parse: (...parameters: never[]) => ParseResult<infer Value> }
  ? Value
  : never;

/** Rows of one section, in the order of the template. */
export interface Section<Rows extends Readonly<Record<string, Option | IgnoredKey>>> {
  id: string;
  title: string;
  /** One sentence below the title. */
  about: string;
  rows: Rows;
}
