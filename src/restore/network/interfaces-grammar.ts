// /etc/network/interfaces as ifupdown and ifupdown2 read it (interfaces(5)): statements, their options, comments, lines
// continued by a backslash. Every statement keeps its own text, so that what is not changed stays byte for byte.

export type StatementKind =
  | 'auto'
  /** allow-CLASS, and `no-auto-down`, `no-scripts`: a list of interfaces. */
  | 'list'
  | 'iface'
  | 'mapping'
  /** source, source-directory and their kin. */
  | 'source'
  /** An indented or following line of an iface or mapping. */
  | 'option'
  | 'comment'
  | 'blank'
  /** ifupdown2's templates and whatever else: left alone. */
  | 'other';

export interface Statement {
  kind: StatementKind;
  /** Text with its endings; several lines when they are continued. */
  raw: string;
  /** First word. */
  keyword: string;
  /** The other words. */
  words: readonly string[];
  /** Index of the iface or mapping statement that an option belongs to. */
  owner?: number;
  /** 1 is the first. */
  line: number;
}

const listKeywords = /^(allow-\S+|no-auto-down|no-scripts)$/;
const sourceKeywords = /^(source|source-directory|source-hook)$/;

/** Joining the `raw` of all gives the text back. */
export function parseInterfaces(text: string): Statement[] {
  const statements: Statement[] = [];
  let owner: number | undefined;
  let line = 1;
  for (const raw of logicalLines(text)) {
    const statement = parseStatement(raw, line, owner);
    if (statement.kind === 'iface' || statement.kind === 'mapping') owner = statements.length;
    else if (!['option', 'comment', 'blank'].includes(statement.kind)) owner = undefined;
    statements.push(statement);
    line += raw.split('\n').length - (raw.endsWith('\n') ? 1 : 0);
  }
  return statements;
}

export function renderInterfaces(statements: readonly Pick<Statement, 'raw'>[]): string {
  return statements.map(({ raw }) => raw).join('');
}

function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let pending = '';
  for (const [line] of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const isComment = pending === '' && /^\s*#/.test(line);
    if (!isComment && /\\\r?\n$/.test(line)) {
      pending += line;
    } else {
      lines.push(pending + line);
      pending = '';
    }
  }
  return pending === '' ? lines : [...lines, pending];
}

function parseStatement(raw: string, line: number, owner: number | undefined): Statement {
  const content = raw.replace(/\\\r?\n/g, ' ').trim();
  if (content === '') return { kind: 'blank', raw, keyword: '', words: [], line };
  if (content.startsWith('#')) return { kind: 'comment', raw, keyword: '#', words: [], line };
  const [keyword = '', ...words] = content.split(/\s+/);
  const base = { raw, keyword, words, line };
  if (keyword === 'auto') return { kind: 'auto', ...base };
  if (listKeywords.test(keyword)) return { kind: 'list', ...base };
  if (keyword === 'iface' && words.length > 0) return { kind: 'iface', ...base };
  if (keyword === 'mapping') return { kind: 'mapping', ...base };
  if (sourceKeywords.test(keyword)) return { kind: 'source', ...base };
  // `vlan NAME` of ifupdown2 heads a stanza of a bridge, as iface does; nobody's network card has its name.
  if (owner === undefined || keyword === 'vlan' || keyword === 'template') return { kind: 'other', ...base };
  return { kind: 'option', ...base, owner };
}

export interface Stanza {
  name: string;
  /** inet, inet6 ...; ifupdown2 may leave it out. */
  family?: string;
  /** static, manual, dhcp ... */
  method?: string;
  /** Index of the iface statement. */
  index: number;
  options: readonly Statement[];
}

const families = ['inet', 'inet6', 'ipx', 'can', 'meta', 'mpls', 'link', 'x25', 'tunnel'];

export function stanzasOf(statements: readonly Statement[]): Stanza[] {
  return statements.flatMap((statement, index) => {
    const [name, ...rest] = statement.words;
    if (statement.kind !== 'iface' || name === undefined) return [];
    const family = families.includes(rest[0] ?? '') ? rest[0] : undefined;
    const method = family === undefined ? undefined : rest[1];
    return [
      {
        name,
        ...(family === undefined ? {} : { family }),
        ...(method === undefined ? {} : { method }),
        index,
        options: statements.filter(({ owner }) => owner === index),
      },
    ];
  });
}

/** Words of every option of one of these names, dashes and underscores being the same. */
export function optionWords(stanza: Stanza, ...names: readonly string[]): string[] {
  return stanza.options
    .filter(({ keyword }) => names.includes(keyword.replaceAll('_', '-')))
    .flatMap(({ words }) => words);
}
