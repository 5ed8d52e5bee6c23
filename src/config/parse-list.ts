// How one text becomes a list. New lines always separate; what else does depends on what the entries are,
// because a comma or a space can be part of a path and a wrong cut would save, or skip, something else:
//   text  , ; |                     recipients, process names: spaces belong to the entry
//   name  , ; | and white space     names which cannot hold a space
//   path  , ; | where a path starts behind it (`/srv/a,b` is one path), and in one-line lists white space
//         in front of a `/` (`/a /b`); in a block each line is one path, spaces included
//   glob  in one-line lists , ; | outside of {} and (), and white space if every piece then starts like a pattern
//         (with one of / * . ? [ { !): `/root/My Files/**` stays one; in a block each line is one pattern, unless
//         , ; | cut it into pieces that all start like one
// Quotes around an entry keep it whole and are removed.

import type { ParseContext, ParseResult } from './types.ts';

export type ListItems = 'text' | 'name' | 'path' | 'glob';

export interface ListForm {
  items: ListItems;
  /** A further separator, e.g. `:`. */
  extraSeparator?: string;
}

export function parseList(
  text: string,
  context: ParseContext,
  form: ListForm,
): ParseResult<readonly string[]> {
  const entries: string[] = [];
  const remarks: string[] = [];
  for (const [piece, line] of text.split('\n').entries()) {
    const isBlock = context.isBlockLine(piece);
    for (const entry of splitLine(line.trim(), isBlock, form)) {
      const problem = form.items === 'glob' ? globProblem(entry) : undefined;
      if (problem !== undefined) return { problem: `holds a wrong pattern, "${entry}": ${problem}`, piece };
      entries.push(form.items === 'path' && !entry.startsWith('/') ? `/${entry}` : entry);
      if (form.items === 'glob' && (isBlock ? /[,;|]/ : /\s/).test(entry) && !/[{(]/.test(entry)) {
        remarks.push(
          `"${entry}" is read as one pattern; ${isBlock ? 'give each its own line' : 'separate patterns by commas'}`,
        );
      }
    }
  }
  return { value: entries, ...(remarks.length === 0 ? {} : { remarks }) };
}

function splitLine(line: string, isBlock: boolean, form: ListForm): string[] {
  const separators = `,;|${form.extraSeparator ?? ''}`;
  const cut = cutters[form.items];
  return cut(line, separators, isBlock)
    .map((entry) => unquote(entry.trim()))
    .filter((entry) => entry !== '');
}

type Cutter = (line: string, separators: string, isBlock: boolean) => string[];

const cutters: Readonly<Record<ListItems, Cutter>> = {
  text: (line, separators) => cutAt(line, (character) => separators.includes(character)),
  name: (line, separators) =>
    cutAt(line, (character) => separators.includes(character) || /\s/.test(character)),
  path: cutPaths,
  glob: cutGlobs,
};

function cutPaths(line: string, separators: string, isBlock: boolean): string[] {
  if (!/^["'/]/.test(line)) return cutAt(line, (character) => separators.includes(character));
  return cutAt(line, (character, rest) => {
    if (separators.includes(character)) return /^\s*(["'/]|[,;|]|$)/.test(rest);
    return !isBlock && /\s/.test(character) && /^\s*["'/]/.test(rest);
  });
}

function cutGlobs(line: string, separators: string, isBlock: boolean): string[] {
  const parts = cutAt(line, (character, _rest, depth) => depth === 0 && separators.includes(character));
  // A line of a block may be a name with a comma in it; a wrong cut would leave out too much.
  if (isBlock) return parts.every(startsLikeGlob) ? parts : [line];
  return parts.flatMap((part) => {
    const pieces = cutAt(part.trim(), (character) => /\s/.test(character)).filter((piece) => piece !== '');
    return pieces.every(startsLikeGlob) ? pieces : [part];
  });
}

function startsLikeGlob(piece: string): boolean {
  return /^\s*([/*.?[{!"']|$)/.test(piece);
}

/** Cuts where `isSeparator` says so, outside of quoted entries. `depth` counts open { and ( that are closed later. */
function cutAt(
  line: string,
  isSeparator: (character: string, rest: string, depth: number) => boolean,
): string[] {
  const parts: string[] = [];
  let current = '';
  let depth = 0;
  for (let index = 0; index < line.length; index++) {
    const character = line[index] ?? '';
    const rest = line.slice(index + 1);
    const closing = /["']/.test(character) && current.trim() === '' ? rest.indexOf(character) : -1;
    if (closing >= 0) {
      current += line.slice(index, index + closing + 2);
      index += closing + 1;
      continue;
    }
    if (/[{(]/.test(character) && rest.includes(character === '{' ? '}' : ')')) depth++;
    else if (/[})]/.test(character) && depth > 0) depth--;
    if (isSeparator(character, rest, depth)) {
      parts.push(current);
      current = '';
    } else current += character;
  }
  return [...parts, current];
}

function unquote(entry: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(entry);
  return (quoted?.[2] ?? entry).trim();
}

/** Why a glob cannot be right, or undefined. */
export function globProblem(pattern: string): string | undefined {
  let braces = 0;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index];
    if (character === '\\') {
      if (index === pattern.length - 1) return 'ends with a backslash';
      index++;
    } else if (character === '[') {
      // A `]` directly behind `[`, `[!` or `[^` is a member of the class.
      const close = pattern.indexOf(']', index + (/^\[[!^]/.test(pattern.slice(index)) ? 3 : 2));
      if (close < 0) return 'an opening [ is not closed';
      index = close;
    } else if (character === '{') braces++;
    else if (character === '}' && braces > 0) braces--;
  }
  return braces > 0 ? 'an opening { is not closed' : undefined;
}

export function parseIntList(text: string): ParseResult<readonly number[]> {
  const values: number[] = [];
  for (const [piece, line] of text.split('\n').entries()) {
    for (const word of line.split(/[,;|\s]+/).filter((candidate) => candidate !== '')) {
      if (!/^[+-]?\d+$/.test(word)) return { problem: `holds "${word}", which is not a whole number`, piece };
      values.push(Number(word));
    }
  }
  return { value: values };
}

/** Arguments for a program: separated by white space; "double" and 'single' quotes keep spaces. Never a shell. */
export function parseWords(text: string): ParseResult<readonly string[]> {
  const words: string[] = [];
  for (const [part] of text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+|["']/g)) {
    if (part === '"' || part === "'") return { problem: 'holds a quote that is not closed' };
    words.push(
      part.replace(
        /"([^"]*)"|'([^']*)'/g,
        (_all, double?: string, single?: string) => double ?? single ?? '',
      ),
    );
  }
  return { value: words };
}
