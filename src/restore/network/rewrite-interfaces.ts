// Gives the cards in /etc/network/interfaces their new names, wherever a name stands for an interface: statements, ports
// of bridges, members of bonds, devices below VLANs, commands. All names change at once, so two may be swapped. Stanzas of
// cards that are gone are commented out.

import { maxNameLength, renamed, splitName, type Renames } from './interface-names.ts';
import { parseInterfaces, renderInterfaces, type Statement } from './interfaces-grammar.ts';
import type { NetworkNote } from './network-types.ts';

/** Options whose words are interfaces. Dashes and underscores are the same to ifupdown2. */
const listOptions = new Set([
  'bridge-ports',
  'bridge-waitport',
  'bond-slaves',
  'slaves',
  'bond-primary',
  'primary',
  'vlan-raw-device',
  'vxlan-physdev',
  'xfrm-physdev',
  'tunnel-dev',
  'tunnel-physdev',
  'link-dev',
  'ovs-ports',
  'ovs-bonds',
  'ovs-bridge',
  'mstpctl-ports',
  'batman-ifaces',
  'macvlan-raw-device',
  'veth-peer-name',
  'required-ifaces',
]);
/** Options whose words are INTERFACE=VALUE, or an interface and then its value. */
const pairOptions = new Set(['bridge-portprios', 'bridge-portprio', 'bridge-pathcosts', 'bridge-pathcost']);
const commandOptions = new Set(['pre-up', 'up', 'post-up', 'pre-down', 'down', 'post-down']);
const goneMark = '# no such network card on this host: ';

export interface RewriteResult {
  text: string;
  notes: NetworkNote[];
}

export function rewriteInterfaces(text: string, renames: Renames): RewriteResult {
  const notes: NetworkNote[] = [];
  const statements = parseInterfaces(text);
  const gone = new Set(statements.flatMap((statement, index) => (isGone(statement, renames) ? [index] : [])));
  const parts = statements.map((statement, index) => {
    const isOfGone = gone.has(index) || (statement.owner !== undefined && gone.has(statement.owner));
    if (isOfGone) return { raw: commentOut(statement.raw) };
    return { raw: rewriteStatement(statement, renames, notes) };
  });
  for (const index of gone)
    notes.push({
      severity: 'warning',
      what: `${statements[index]?.words[0] ?? ''} is commented out: this host has no such network card`,
      line: statements[index]?.line ?? 0,
    });
  return { text: renderInterfaces(parts), notes };
}

function isGone(statement: Statement, renames: Renames): boolean {
  return statement.kind === 'iface' && renamed(statement.words[0] ?? '', renames) === null;
}

function commentOut(raw: string): string {
  return raw.replace(/^(?=[^\n]*\S)/gm, goneMark);
}

function rewriteStatement(statement: Statement, renames: Renames, notes: NetworkNote[]): string {
  const { kind, raw, line } = statement;
  const option = kind === 'option' ? statement.keyword.replaceAll('_', '-') : '';
  const rename = (word: string) => renameWord(word, renames, line, notes);
  if (kind === 'auto' || kind === 'list') return rewriteList(statement, rename);
  if (kind === 'iface')
    return rewriteWords(raw, (word, index, words) =>
      index === 1 || words[index - 1] === 'inherits' ? (rename(word) ?? word) : word,
    );
  if (listOptions.has(option)) return rewriteMembers(statement, rename, renames, notes);
  if (pairOptions.has(option))
    return rewriteWords(raw, (word, index) => {
      const [, name = word, value = ''] = /^([^=]+)(=.*)?$/.exec(word) ?? [];
      return index === 0 ? word : (rename(name) ?? name) + value;
    });
  if (commandOptions.has(option)) return rewriteCommand(statement, renames, notes);
  if (kind === 'mapping' && statement.words.some((word) => renamed(word, renames) !== word))
    notes.push({ severity: 'warning', what: `mapping ${statement.words.join(' ')} is left as it is`, line });
  return raw;
}

/** `auto eno1 vmbr0`: a name whose card is gone is taken out; nothing left: a comment. */
function rewriteList(statement: Statement, rename: (word: string) => string | null): string {
  if (statement.words.length > 0 && statement.words.every((word) => rename(word) === null))
    return commentOut(statement.raw);
  return rewriteWords(statement.raw, (word, index) => (index === 0 ? word : rename(word)));
}

function rewriteMembers(
  statement: Statement,
  rename: (word: string) => string | null,
  renames: Renames,
  notes: NetworkNote[],
): string {
  const [first] = statement.words;
  if (first === 'regex' || first === 'glob') {
    const what = `${statement.keyword} ${statement.words.join(' ')} is a pattern and is left as it is`;
    if (renames.size > 0) notes.push({ severity: 'warning', what, line: statement.line });
    return statement.raw;
  }
  const left = statement.words.filter((word) => rename(word) !== null);
  if (left.length === statement.words.length)
    return rewriteWords(statement.raw, (word, index) => (index === 0 ? word : rename(word)));
  notes.push({
    severity: 'warning',
    what: `${statement.keyword} lost ${statement.words.filter((word) => !left.includes(word)).join(', ')}`,
    line: statement.line,
  });
  if (left.length > 0)
    return rewriteWords(statement.raw, (word, index) => (index === 0 ? word : rename(word)));
  // A bridge without ports is one that only guests are on.
  const isPorts = /^bridge[-_]ports$/.test(statement.keyword);
  return isPorts ? replaceWords(statement.raw, 'none') : commentOut(statement.raw);
}

/** Commands are text for a shell: names are replaced where they stand alone, and it is said. */
function rewriteCommand(statement: Statement, renames: Renames, notes: NetworkNote[]): string {
  const [, head = '', command = ''] = /^(\s*\S+)([\s\S]*)$/.exec(statement.raw) ?? [];
  const rewritten = command.replace(
    /(?<![\w.:@-])[A-Za-z][\w@-]*(?:[.:]\d+)*(?![\w@-])/g,
    (word) => renamed(word, renames) ?? word,
  );
  if (rewritten !== command)
    notes.push({
      severity: 'warning',
      what: `network cards in this command are renamed; look at it: ${rewritten.trim()}`,
      line: statement.line,
    });
  return head + rewritten;
}

function renameWord(word: string, renames: Renames, line: number, notes: NetworkNote[]): string | null {
  const name = renamed(word, renames);
  if (
    name !== null &&
    name !== word &&
    splitName(name).suffix !== '' &&
    visibleLength(name) > maxNameLength
  ) {
    const what = `${word} would be ${name}: the kernel allows ${maxNameLength} characters`;
    if (!notes.some((note) => note.what === what)) notes.push({ severity: 'error', what, line });
  }
  return name;
}

function visibleLength(name: string): number {
  return name.replace(/:.*/, '').length;
}

/** Replaces words, keeping blanks and continuations; null takes a word out. The keyword is word 0. */
function rewriteWords(
  raw: string,
  replace: (word: string, index: number, words: readonly string[]) => string | null,
): string {
  const word = /(?:[^\s\\]|\\(?!\r?\n))+/g;
  const words = raw.match(word) ?? [];
  let index = -1;
  return raw.replace(/([ \t]*)((?:[^\s\\]|\\(?!\r?\n))+)/g, (_match, blank: string, text: string) => {
    index += 1;
    const replaced = replace(text, index, words);
    return replaced === null ? '' : blank + replaced;
  });
}

function replaceWords(raw: string, value: string): string {
  const [, head = ''] = /^(\s*\S+)/.exec(raw) ?? [];
  return `${head} ${value}${raw.endsWith('\r\n') ? '\r\n' : raw.endsWith('\n') ? '\n' : ''}`;
}
