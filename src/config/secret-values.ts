// All secrets of a configuration, and the one redactor that every sink uses. A secret also gets into values that are
// not secret: another key names it with $, or a line or block swallowed the assignment behind it. Both are covered.

import { createRedactor, secretMask, type Covered, type Redact } from '../ui/redact.ts';
import type { Assignment } from './env-file.ts';
import { expand, type Lookup } from './expand.ts';
import {
  canonicalNameOf,
  knownKeys,
  optionNames,
  options,
  rowOf,
  webhookEndpointOptions,
} from './options.ts';
import { createLookup, type Resolved, type Resolver } from './resolve-option.ts';
import { isToken, tokensOfAddress } from '../util/web-address.ts';
import { secretsOfFlags } from './secret-flags.ts';

/** Does this key, in capitals, hold a secret? Older names and keys of webhook endpoints count. */
export function isSecretKey(key: string): boolean {
  return rowOf(canonicalNameOf(key) ?? key)?.secret === true;
}

const secretKeyPattern = [
  ...knownKeys.filter(isSecretKey),
  ...Object.entries(webhookEndpointOptions)
    .filter(([, row]) => row.secret === true)
    .map(([key]) => `WEBHOOK_\\w+_${key}`),
].join('|');

/** An assignment to a secret key, somewhere in a line; not one that is masked already. */
const assignmentToSecret = new RegExp(
  `(?<!\\w)((?:${secretKeyPattern})[ \\t]*=)(?![ \\t]*(?:\\*{8}|$))(.+)`,
  'gim',
);

/** Cuts each line at the first assignment to a secret key. */
export function cutAtSecretKey(text: string): string {
  return text.includes('=') ? text.replace(assignmentToSecret, `$1${secretMask}`) : text;
}

/** Secrets first: what follows a swallowed one in a message can then stay. */
export function createConfigRedactor(secrets: readonly (string | Covered)[]): Redact {
  const redact = createRedactor(secrets);
  return (text) => cutAtSecretKey(redact(text));
}

/** Texts that must not be shown anywhere, of values that could be read. */
export function secretValues({ details }: { details: ReadonlyMap<string, Resolved> }): string[] {
  return [...details].flatMap(([name, { value }]) => {
    if (rowOf(name)?.secret !== true) return [];
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    return items
      .filter((item): item is string => typeof item === 'string' && item !== '' && isToHide(name, item))
      .flatMap((item) => [item, ...piecesOf(item)]);
  });
}

/**
 * The id of a check is a UUID, or behind the key of the project a name that people give: `pve1-backup` stands in the name of
 * each archive of that host and is no secret without the key.
 */
function isToHide(name: string, text: string): boolean {
  return !/^HEALTHCHECK_\w+_ID$/.test(name) || isToken(text.trim());
}

/** Shorter ones may be ordinary words. */
const shortestPiece = 8;

/** A secret that is an address or a list of headers is told in pieces: the server logs a path, the error names a header. */
function piecesOf(secret: string): string[] {
  if (/^https?:\/\//i.test(secret)) return tokensOfAddress(secret);
  const values = [...secret.matchAll(/(?:^|,)\s*[\w-]+\s*:\s*(.+?)\s*(?=,\s*[\w-]+\s*:|$)/g)];
  return values.flatMap(([, value = '']) => (value.length >= shortestPiece ? [value] : []));
}

/** What was given for secret keys, before anything is checked, and the secrets inside of other values. */
export function givenSecrets(assignments: readonly Assignment[], resolver: Resolver): (string | Covered)[] {
  const { host, overrides } = resolver.sources;
  const fromOutside = [...Object.entries(host.env), ...Object.entries(overrides)].flatMap(([key, text]) =>
    text !== undefined && rowOf(canonicalNameOf(key.toUpperCase()) ?? key.toUpperCase()) !== undefined
      ? [{ key: key.toUpperCase(), text }]
      : [],
  );
  const written = [...assignments.map(({ key, value }) => ({ key, text: value })), ...fromOutside];
  // From files that a key names, or from credentials.
  const fromElsewhere = optionNames.flatMap((name) =>
    options[name].secret === true
      ? linesOf(resolver.given(name, options[name])?.text ?? '').filter((line) => isToHide(name, line))
      : [],
  );
  const lookup = createLookup(resolver);
  const fromKeys = written.flatMap(({ key, text }) => {
    const expanded = expand(text, lookup, [canonicalNameOf(key) ?? key]).text;
    if (isSecretKey(key)) {
      const lines = [...linesOf(text), ...linesOf(expanded)].filter((line) => isToHide(key, line));
      return [...lines, ...piecesOf(expanded.trim())];
    }
    const flags = rowOf(canonicalNameOf(key) ?? key)?.kind === 'words' ? secretsOfFlags(expanded) : [];
    return [...swallowedIn(expanded), ...flags, ...namedIn(key, text, lookup)];
  });
  return [...fromElsewhere, ...fromKeys, ...foreignSecrets(host.env)];
}

/** The environment also holds secrets for others (rclone), who quote them when they fail; and a passphrase for us. */
const foreignSecretName = /(?:^|_)(?:PASS|PASSWORD|PASSPHRASE|SECRET|TOKEN|KEY)$/i;

function foreignSecrets(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, text = '']) =>
    foreignSecretName.test(name) && text.length >= shortestPiece && !text.startsWith('/') ? [text] : [],
  );
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim());
}

/** What stands behind SECRET_KEY= inside of another value: the whole rest, and its first word. */
function swallowedIn(text: string): string[] {
  return [...text.matchAll(assignmentToSecret)].flatMap(([, , rest = '']) => {
    const [word = ''] = rest.trim().split(/[\s;,]/, 1);
    return [rest.trim(), rest.trim().replace(/^["']|["']$/g, ''), word.replace(/^["']|["']$/g, '')];
  });
}

/** A value that names a secret with $: each of its lines, with the mask where the secret stands. */
function namedIn(key: string, text: string, lookup: Lookup): Covered[] {
  const masking: Lookup = (name) => {
    const found = lookup(name);
    if (found === undefined || !isSecretKey(name.toUpperCase())) return found;
    const isEmpty = expand(found.text, found.isLiteral ? () => undefined : lookup).text.trim() === '';
    return isEmpty ? found : { text: secretMask, isLiteral: true };
  };
  const trail = [canonicalNameOf(key) ?? key];
  const plain = linesOf(expand(text, lookup, trail).text);
  const masked = linesOf(expand(text, masking, trail).text);
  // Paths lose a slash at their end when they are parsed.
  const withoutSlash = (line: string) => line.replace(/\/+$/, '');
  return plain.flatMap((line, index) => {
    const shown = masked[index];
    return shown === undefined || shown === line || plain.length !== masked.length
      ? []
      : [{ text: withoutSlash(line), shown: withoutSlash(shown) }];
  });
}
