// What there is to say about the file as a whole: lines that are no assignments, keys that are unknown, without
// effect, given twice or in two spellings, and secrets that others can read.

import type { Host, RealPath } from '../host/host.ts';
import { note, type Notes } from './config-problem.ts';
import type { Assignment, EnvFile } from './env-file.ts';
import { whereInFile } from './given.ts';
import type { Places } from './layout.ts';
import { nearest } from './nearest.ts';
import { canonicalNameOf, ignoredKeys, knownKeys, optionNames, options } from './options.ts';
import { isSecretKey } from './secret-values.ts';
import { isKeyOfEndpoint } from './webhook-endpoints.ts';

interface FileAbout {
  file: RealPath;
  content: EnvFile;
  notes: Notes;
}

interface FileContext {
  places: Places;
  /** Keys that other values name with $. */
  referenced: ReadonlySet<string>;
  /** As WEBHOOK_ENDPOINTS lists them. */
  endpointNames: readonly string[];
}

export function remarkOnFile(about: FileAbout, context: FileContext): void {
  remarkOnSyntax(about);
  remarkOnBase(about, context);
  const seen = new Map<string, Assignment>();
  for (const assignment of about.content.assignments) {
    remarkOnRepetition(about, seen.get(assignment.key), assignment);
    if (!seen.has(assignment.key)) remarkOnKey(about, assignment, context);
    seen.set(assignment.key, assignment);
  }
}

function remarkOnSyntax({ file, content, notes }: FileAbout): void {
  for (const { severity, line, message, hint } of content.problems) {
    const where = whereInFile(file, line);
    if (severity === 'warning') note(notes, 'warning', 'config-syntax', { where, message, hint });
    else notes.problems.push({ where, line, message, ...(hint === undefined ? {} : { hint }) });
  }
}

/** A file that was moved here from the Go edition's directory now means other directories. */
function remarkOnBase({ file, notes }: FileAbout, { places, referenced }: FileContext): void {
  const { base, olderBase } = places;
  if (!referenced.has('BASE_DIR') || olderBase === undefined || olderBase === base) return;
  const message = `\${BASE_DIR} stands for ${base} here; in the older edition on this host it is ${olderBase}`;
  note(notes, 'warning', 'config-base-dir', { where: file, message, hint: 'write the directory itself' });
}

function remarkOnRepetition(
  { file, notes }: FileAbout,
  before: Assignment | undefined,
  now: Assignment,
): void {
  if (before === undefined) return;
  const where = whereInFile(file, now.lines[0]);
  const earlier = `line ${before.lines[0]}`;
  if (before.writtenKey !== now.writtenKey) {
    const message = `${now.writtenKey} and ${before.writtenKey} (${earlier}) are the same key: case does not matter`;
    note(notes, 'warning', 'config-key-case', { where, message, hint: 'keep one of them' });
  } else if (!isRepeatableKey(now.key)) {
    const message = `${now.writtenKey} is given again; this line counts, ${earlier} does not`;
    note(notes, 'warning', 'config-repeated-key', { where, message, hint: 'keep one of them' });
  }
}

function remarkOnKey(
  { file, notes }: FileAbout,
  { key, writtenKey, value, lines }: Assignment,
  context: FileContext,
): void {
  const where = whereInFile(file, lines[0]);
  const ignored = Object.hasOwn(ignoredKeys, key) ? ignoredKeys[key] : undefined;
  if (key === 'BASE_DIR' && value.replace(/\/+$/, '') !== context.places.base) {
    const message = `BASE_DIR has no effect: \${BASE_DIR} stands for ${context.places.base} here, not for ${value}`;
    const hint =
      'set BACKUP_PATH, LOG_PATH and the other paths themselves; proxsave config show lists what counts';
    note(notes, 'warning', 'config-base-dir', { where, message, hint });
  } else if (ignored !== undefined) {
    const message = `${writtenKey} has no effect: ${ignored.ignored}`;
    note(notes, 'info', 'config-ignored-key', { where, message });
  } else if (canonicalNameOf(key) === undefined && !isSecretFileKey(key) && !context.referenced.has(key)) {
    remarkOnOtherKey(where, key, writtenKey, context.endpointNames, notes);
  }
}

function remarkOnOtherKey(
  where: string,
  key: string,
  writtenKey: string,
  endpointNames: readonly string[],
  notes: Notes,
): void {
  const isListed = isKeyOfEndpoint(key, endpointNames);
  if (isListed === true) return;
  if (isListed === false) {
    const message = `${writtenKey} is not used: WEBHOOK_ENDPOINTS does not list its endpoint`;
    note(notes, 'info', 'config-unused-endpoint', { where, message });
    return;
  }
  const meant = nearest(key, knownKeys);
  const message = `${writtenKey} is not a known key and is not used`;
  const hint = meant === undefined ? 'proxsave config template lists all keys' : `did you mean ${meant}?`;
  note(notes, 'warning', 'config-unknown-key', { where, message, hint });
}

export function isRepeatableKey(key: string): boolean {
  const name = canonicalNameOf(key);
  return name !== undefined && options[name].repeatable === true;
}

function isSecretFileKey(key: string): boolean {
  return optionNames.some((name) => options[name].secret === true && key === `${name}_FILE`);
}

/** Warns when others than the owner can read, or change, a file that holds a secret. */
export function remarkOnPermissions(host: Host, { file, content, notes }: FileAbout): void {
  const secret = content.assignments.find(({ key, value }) => value !== '' && isSecretKey(key));
  const { mode } = host.fs.stat(file);
  if (secret === undefined || (mode & 0o066) === 0) return;
  const message = `the file holds a secret (${secret.key}), and others than its owner can ${mode & 0o022 ? 'change' : 'read'} it`;
  note(notes, 'warning', 'config-file-permissions', { where: file, message, hint: `chmod 600 ${file}` });
}
