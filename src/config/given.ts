// What was given for a key, and by whom: command line, environment (also as a file or a systemd credential for
// secrets), configuration file. Older names count as the key itself within each of them.

import { posix } from 'node:path';
import { describeSystemError, isSystemError } from '../errors.ts';
import { asRealPath, joinReal, type Host, type RealPath } from '../host/host.ts';
import { note, type Notes } from './config-problem.ts';
import type { Assignment } from './env-file.ts';
import type { Option } from './types.ts';

export type Origin = 'flag' | 'environment' | 'file' | 'default';

export interface Given {
  origin: Exclude<Origin, 'default'>;
  /** The name that was used: the key or an older name. */
  key: string;
  text: string;
  /** The older name means the opposite. */
  isInverse: boolean;
  /** `FILE:LINE`, `environment` or `command line`. */
  where: string;
  /** For each line of the text: its line number in the file, and whether it is a line of a block. */
  lines: readonly { number: number; isBlock: boolean }[];
}

/** All assignments of one key of the file. */
export type FileEntry = Pick<Given, 'key' | 'text' | 'lines'>;

export interface Sources {
  host: Host;
  overrides: Readonly<Record<string, string | undefined>>;
  file: RealPath | undefined;
  /** By key, in capitals. */
  entries: ReadonlyMap<string, FileEntry>;
}

/** Repeatable keys add up, of all others the last line counts. */
export function fileEntries(
  assignments: readonly Assignment[],
  isRepeatable: (key: string) => boolean,
): Map<string, FileEntry> {
  const entries = new Map<string, FileEntry>();
  for (const { key, writtenKey, value, lines, isBlock } of assignments) {
    const own = { key: writtenKey, text: value, lines: lines.map((number) => ({ number, isBlock })) };
    const before = isRepeatable(key) ? entries.get(key) : undefined;
    const joined = {
      ...own,
      text: `${before?.text ?? ''}\n${value}`,
      lines: [...(before?.lines ?? []), ...own.lines],
    };
    entries.set(key, before === undefined ? own : joined);
  }
  return entries;
}

/** The strongest of what was given for a key, or undefined. Notes older names and contradictions. */
export function findGiven(name: string, row: Option, sources: Sources, notes: Notes): Given | undefined {
  const names = namesOf(name, row);
  return (
    choose(names, (key) => fromFlag(key, sources), notes) ??
    choose(names, (key) => fromEnvironment(key, sources), notes) ??
    (row.secret === true ? fromSecretFile(name, sources, notes) : undefined) ??
    choose(names, (key) => fromFile(key, sources), notes) ??
    (row.secret === true ? fromSecretFileOfFile(name, sources, notes) : undefined)
  );
}

interface NameForm {
  key: string;
  isInverse: boolean;
  isOlder: boolean;
}

/** Older names that win, the key, other older names. */
function namesOf(name: string, row: Option): NameForm[] {
  const older = (row.aliases ?? []).map((alias) => ({
    form: { key: alias.name, isInverse: alias.inverse === true, isOlder: true },
    wins: alias.wins === true,
  }));
  return [
    ...older.filter(({ wins }) => wins).map(({ form }) => form),
    { key: name, isInverse: false, isOlder: false },
    ...older.filter(({ wins }) => !wins).map(({ form }) => form),
  ];
}

type Found = Omit<Given, 'isInverse'>;

function choose(
  names: readonly NameForm[],
  find: (key: string) => Found | undefined,
  notes: Notes,
): Given | undefined {
  const all = names.flatMap((form) => {
    const found = find(form.key);
    return found === undefined ? [] : [{ form, found }];
  });
  // An empty older name does not hide a value under the other name.
  const chosen = all.find(({ found }) => found.text !== '') ?? all[0];
  if (chosen === undefined) return undefined;
  const { form, found } = chosen;
  const canonical = names.find((candidate) => !candidate.isOlder)?.key ?? form.key;
  if (form.isOlder) {
    const opposite = form.isInverse ? 'the opposite of ' : '';
    const message = `${found.key} is an older name for ${opposite}${canonical}`;
    note(notes, 'info', 'config-older-name', { where: found.where, message });
  }
  for (const other of all) {
    if (other === chosen || other.found.text === '') continue;
    note(notes, 'warning', 'config-both-names', {
      where: other.found.where,
      message: `${other.found.key} is not used: ${found.key} (${found.where}) is another name for the same key and counts first`,
      hint: `keep only ${canonical}`,
    });
  }
  return { ...found, isInverse: form.isInverse };
}

function fromFlag(key: string, { overrides }: Sources): Found | undefined {
  const text = overrides[key];
  return text === undefined ? undefined : { origin: 'flag', key, text, where: 'command line', lines: [] };
}

/** An empty variable counts as not given. */
function fromEnvironment(key: string, { host }: Sources): Found | undefined {
  const text = host.env[key] ?? '';
  return text === '' ? undefined : { origin: 'environment', key, text, where: 'environment', lines: [] };
}

function fromFile(key: string, { entries, file }: Sources): Found | undefined {
  const entry = entries.get(key);
  if (entry === undefined) return undefined;
  return { origin: 'file', ...entry, where: whereInFile(file, entry.lines[0]?.number) };
}

export function whereInFile(file: RealPath | undefined, line: number | undefined): string {
  return `${file ?? 'file'}${line === undefined ? '' : `:${line}`}`;
}

/** KEY_FILE in the environment, then a systemd credential named like the key. */
function fromSecretFile(name: string, { host }: Sources, notes: Notes): Given | undefined {
  const key = `${name}_FILE`;
  const named = host.env[key] ?? '';
  if (named !== '') {
    const path = asRealPath(posix.resolve(host.process.cwd, named));
    return readSecret(host, path, { origin: 'environment', key, where: 'environment' }, notes);
  }
  const directory = host.env.CREDENTIALS_DIRECTORY ?? '';
  if (!directory.startsWith('/')) return undefined;
  for (const credential of [name, name.toLowerCase()]) {
    const path = joinReal(asRealPath(directory), credential);
    if (host.fs.lstatIfExists(path) === undefined) continue;
    return readSecret(
      host,
      path,
      { origin: 'environment', key: name, where: `credential ${credential}` },
      notes,
    );
  }
  return undefined;
}

function fromSecretFileOfFile(
  name: string,
  { host, entries, file }: Sources,
  notes: Notes,
): Given | undefined {
  const entry = entries.get(`${name}_FILE`);
  if (entry === undefined || entry.text === '') return undefined;
  const where = whereInFile(file, entry.lines[0]?.number);
  if (!entry.text.startsWith('/')) {
    notes.problems.push({ where, message: `${entry.key}=${entry.text} is not an absolute path` });
    return undefined;
  }
  return readSecret(host, host.resolve(entry.text), { origin: 'file', key: entry.key, where }, notes);
}

function readSecret(
  host: Host,
  path: RealPath,
  source: Pick<Given, 'origin' | 'key' | 'where'>,
  notes: Notes,
): Given | undefined {
  try {
    return { ...source, text: host.fs.readText(path).replace(/\r?\n$/, ''), isInverse: false, lines: [] };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `${source.key}: cannot read the secret from ${path}: ${describeSystemError(error)}`;
    notes.problems.push({ where: source.where, message });
    return undefined;
  }
}
