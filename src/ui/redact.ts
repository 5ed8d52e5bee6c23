// Redaction in one place for every sink. Values are registered where secrets are read from the configuration.

export type Redact = (text: string) => string;

/** A text that must not be shown, and what stands for it. */
export interface Covered {
  text: string;
  shown: string;
}

export const secretMask = '********';

/** A shorter secret is often an ordinary word (`none`, `pve`): taken out of every text it would spoil messages and JSON. */
const minimumLength = 6;

/** A short secret goes only where it is a whole value, behind `KEY=`; a long one everywhere, in each of its spellings. */
export function createRedactor(secrets: readonly (string | Covered)[]): Redact {
  const shownFor = new Map(secrets.flatMap((secret) => pairsOf(secret)));
  // Longest first, so that a secret which contains another is not left half visible.
  const known = [...shownFor].sort(([a], [b]) => b.length - a.length);
  if (known.length === 0) return (text) => text;
  const long = known.filter(([text]) => text.length >= minimumLength);
  // One pass over the text, however many secrets and spellings there are.
  const anyLong = new RegExp(long.map(([text]) => escapePattern(text)).join('|'), 'g');
  const short = known
    .filter(([text]) => text.length < minimumLength)
    .map(
      ([text, shown]) =>
        [new RegExp(`(=["']?)${escapePattern(text)}(?![^\\s,;:)\\]"'])`, 'g'), shown] as const,
    );
  return (text) => {
    const result =
      long.length === 0 ? text : text.replace(anyLong, (found) => shownFor.get(found) ?? secretMask);
    if (!result.includes('=')) return result;
    return short.reduce(
      (rest, [secret, shown]) => rest.replace(secret, (_all, before: string) => `${before}${shown}`),
      result,
    );
  };
}

function escapePattern(text: string): string {
  return text.replace(/[^\w\s]/gu, '\\$&');
}

function pairsOf(secret: string | Covered): (readonly [string, string])[] {
  if (typeof secret !== 'string') return secret.text === '' ? [] : [[secret.text, secret.shown]];
  if (secret === '') return [];
  const spellings = secret.length < minimumLength ? [secret] : spellingsOf(secret);
  return spellings.map((text) => [text, secretMask]);
}

/** From this length on a piece of Base64 or hexadecimal is no accident. */
const minimumEncodedLength = 8;

/**
 * How a secret looks on its way: percent-encoded in addresses, escaped in JSON and HTML, Base64 in headers (three ways, by
 * what stands in front of it), hexadecimal. Services quote a request in their answers as they got it.
 */
export function spellingsOf(secret: string): string[] {
  const percent = encodeURIComponent(secret.toWellFormed());
  const html = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  const bytes = Buffer.from(secret, 'utf8');
  const encoded = [0, 1, 2].map((offset) => base64Behind(bytes, offset));
  const inUrls = encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const hex = bytes.toString('hex');
  return [
    secret,
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    inJson(secret),
    // A service that quotes JSON in JSON.
    inJson(inJson(secret)),
    html,
    html.replaceAll("'", '&#39;'),
    ...[...encoded, ...inUrls, hex, hex.toUpperCase()].filter(({ length }) => length >= minimumEncodedLength),
  ];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Only the characters that the secret alone decides: those at its ends also hold bits of its neighbours. */
function base64Behind(bytes: Buffer, offset: number): string {
  const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
  const whole = shifted.subarray(0, shifted.length - (shifted.length % 3));
  return whole.toString('base64').slice(offset === 0 ? 0 : 4);
}

/** Redacts every string inside a JSON value. */
export function redactValue(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((part) => redactValue(part, redact));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, redactValue(part, redact)]));
}
