// One key: what was given (or its default), expanded, parsed. Everything that is wrong becomes a note.

import { posix } from 'node:path';
import type { Host } from '../host/host.ts';
import type { Redact } from '../ui/redact.ts';
import { note, type Notes } from './config-problem.ts';
import { expand, type Lookup } from './expand.ts';
import { findGiven, whereInFile, type Given, type Origin, type Sources } from './given.ts';
import { hostPathOf, type Places } from './layout.ts';
import { canonicalNameOf, isOfChannel, options } from './options.ts';
import { resolveOwnPath } from './own-path.ts';
import type { Option, ParseProblem } from './types.ts';

export interface Resolved {
  value: unknown;
  /** As given, or the default, after expansion. */
  text: string;
  origin: Origin;
  /** The key or older name that was used; absent for a default. */
  key?: string;
  /** `FILE:LINE`, `environment`, `command line`, `credential NAME`; absent for a default. */
  where?: string;
  /** Line in the file. */
  line?: number;
}

export interface Resolver {
  host: Host;
  places: Places;
  sources: Sources;
  notes: Notes;
  /** What was given for a key; looked up once, so that it is noted once. */
  given(name: string, row: Option): Given | undefined;
  /** Keys of the file that other values refer to. */
  referenced: Set<string>;
  /** For messages that quote a value; knows the secrets once they have been collected. */
  redact: Redact;
}

export function createResolver(sources: Sources, places: Places, notes: Notes): Resolver {
  const known = new Map<string, Given | undefined>();
  return {
    host: sources.host,
    places,
    sources,
    notes,
    referenced: new Set(),
    redact: (text) => text,
    given: (name, row) => {
      if (!known.has(name)) {
        known.set(
          name,
          markProblems(name, notes, () => findGiven(name, row, sources, notes)),
        );
      }
      return known.get(name);
    },
  };
}

/** What this work notes as wrong is about the key of this name. */
function markProblems<Result>(name: string, { problems }: Notes, work: () => Result): Result {
  const before = problems.length;
  const result = work();
  if (isOfChannel(name)) for (const problem of problems.slice(before)) problem.isOfChannel = true;
  return result;
}

/** Undefined when the value is wrong; then a problem was noted. */
export function resolveOption(name: string, row: Option, resolver: Resolver): Resolved | undefined {
  return markProblems(name, resolver.notes, () => resolve(name, row, resolver));
}

function resolve(name: string, row: Option, resolver: Resolver): Resolved | undefined {
  const given = resolver.given(name, row);
  if (given === undefined) return resolveDefault(name, row, resolver);
  if (given.text.trim() === '' && row.emptyMeans === 'default') {
    if (row.kind === 'bool' && given.origin === 'file') noteEmptyBool(name, given, resolver);
    return resolveDefault(name, row, resolver);
  }
  const text = expandGiven(name, row, given, resolver);
  if (text === undefined) return undefined;
  const result = row.parse(text, {
    isBlockLine: (piece) => given.lines[piece]?.isBlock === true,
    resolveOwnPath: (path) => resolveOwnPath(resolver.host, given.origin, path),
  });
  if ('problem' in result) {
    noteProblem(row, given, text, result, resolver);
    return undefined;
  }
  for (const remark of result.remarks ?? []) {
    note(resolver.notes, 'info', 'config-remark', { where: given.where, message: `${given.key}: ${remark}` });
  }
  const line = given.lines[0]?.number;
  return {
    value: given.isInverse ? result.value !== true : result.value,
    text,
    origin: given.origin,
    key: given.key,
    where: given.where,
    ...(line === undefined ? {} : { line }),
  };
}

/** Undefined when the default takes over the value of another key, which is wrong. */
export function resolveDefault(name: string, row: Option, resolver: Resolver): Resolved | undefined {
  if (typeof row.default !== 'string') {
    const value = resolver.places[row.default.place];
    return { value, text: value, origin: 'default' };
  }
  const { text } = expand(row.default, createLookup(resolver), [name]);
  const result = row.parse(text, {
    isBlockLine: () => false,
    resolveOwnPath: (path) => resolveOwnPath(resolver.host, 'default', path),
  });
  // Only a default that takes over the value of another key can be wrong, and that one has been reported.
  return 'problem' in result ? undefined : { value: result.value, text, origin: 'default' };
}

function noteEmptyBool(name: string, given: Given, resolver: Resolver): void {
  const message = `${given.key} is empty, so its default counts; the older edition takes an empty value as false`;
  const hint = `write ${name}=true or ${name}=false, or delete the line`;
  note(resolver.notes, 'warning', 'config-empty-value', { where: given.where, message, hint });
}

function expandGiven(name: string, row: Option, given: Given, resolver: Resolver): string | undefined {
  const isPath = row.kind === 'own-path' || row.kind === 'host-path';
  // What comes from a shell was expanded there; only in a path a $ is surely meant as a name.
  if (given.origin !== 'file' && !isPath) return given.text;
  if (given.origin === 'file' && given.key.toUpperCase() === `${name}_FILE`) return given.text;
  const expanded = expand(given.text, createLookup(resolver), [name]);
  const { where, key } = given;
  const line = given.lines[0]?.number;
  if (expanded.cycle !== undefined) {
    const message = `${key} refers to itself: ${expanded.cycle.join(' -> ')}`;
    resolver.notes.problems.push({ where, line, message });
    return undefined;
  }
  const [unknown] = expanded.unknown;
  if (unknown === undefined) return expanded.text;
  if (isPath) {
    const message = `${key}=${given.text} refers to $${unknown}, which is neither a key nor in the environment`;
    resolver.notes.problems.push({ where, line, message });
    return undefined;
  }
  const named = row.secret === true ? 'a name behind a $' : `$${unknown}`;
  const difference = row.kind === 'string' ? '; the older edition leaves it out' : '';
  const message = `${key} holds ${named}, which stands for nothing and is kept as it is written${difference}`;
  note(resolver.notes, 'warning', 'config-unknown-variable', { where, message });
  return expanded.text;
}

/** BASE_DIR, then other keys with the value that counts, then names of the user's own in the file, then the environment. */
export function createLookup(resolver: Resolver): Lookup {
  const { host, places, sources } = resolver;
  return (name) => {
    const key = name.toUpperCase();
    if (key === 'BASE_DIR') {
      resolver.referenced.add(key);
      return { text: places.base, isLiteral: true };
    }
    const option = canonicalNameOf(key);
    if (option !== undefined) return textThatCounts(option, options[option], resolver);
    const entry = sources.entries.get(key);
    if (entry !== undefined) {
      resolver.referenced.add(key);
      return { text: entry.text, isLiteral: false };
    }
    const variable = host.env[name];
    return variable === undefined ? undefined : { text: variable, isLiteral: true };
  };
}

function textThatCounts(name: string, row: Option, resolver: Resolver): { text: string; isLiteral: boolean } {
  const given = resolver.given(name, row);
  const isGiven = given !== undefined && (given.text.trim() !== '' || row.emptyMeans === 'empty');
  if (!isGiven) {
    if (typeof row.default === 'string') return { text: row.default, isLiteral: false };
    return { text: hostPathOf(resolver.host, resolver.places[row.default.place]), isLiteral: true };
  }
  if (given.origin === 'file') return { text: given.text, isLiteral: false };
  const isShellPath = row.kind === 'own-path';
  return {
    text: isShellPath ? posix.resolve(resolver.host.process.cwd, given.text) : given.text,
    isLiteral: true,
  };
}

function noteProblem(
  row: Option,
  given: Given,
  text: string,
  problem: ParseProblem,
  resolver: Resolver,
): void {
  const line = given.lines[problem.piece ?? 0]?.number;
  const where = line === undefined ? given.where : whereInFile(resolver.sources.file, line);
  const piece = text.split('\n')[problem.piece ?? 0] ?? text;
  // Before it is cut short: the first half of a secret is one too.
  const quoted = shorten(resolver.redact(`${given.key}=${piece}`));
  const shown = row.secret === true ? given.key : quoted;
  resolver.notes.problems.push({
    where,
    line,
    message: `${shown} ${problem.problem}`,
    allowed: row.allowed,
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  });
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
