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

/** A short secret goes only where it is a whole value, behind `KEY=`. */
export function createRedactor(secrets: readonly (string | Covered)[]): Redact {
  const shownFor = new Map(secrets.map((secret) => pairOf(secret)).filter(([text]) => text !== ''));
  // Longest first, so that a secret which contains another is not left half visible.
  const known = [...shownFor].sort(([a], [b]) => b.length - a.length);
  const long = known.filter(([text]) => text.length >= minimumLength);
  const short = known
    .filter(([text]) => text.length < minimumLength)
    .map(
      ([text, shown]) =>
        [new RegExp(`(=["']?)${text.replace(/[^\w\s]/gu, '\\$&')}(?![^\\s,;:)\\]"'])`, 'g'), shown] as const,
    );
  if (known.length === 0) return (text) => text;
  return (text) => {
    const result = long.reduce((rest, [secret, shown]) => rest.replaceAll(secret, () => shown), text);
    if (!result.includes('=')) return result;
    return short.reduce(
      (rest, [secret, shown]) => rest.replace(secret, (_all, before: string) => `${before}${shown}`),
      result,
    );
  };
}

function pairOf(secret: string | Covered): readonly [string, string] {
  return typeof secret === 'string' ? [secret, secretMask] : [secret.text, secret.shown];
}

/** Redacts every string inside a JSON value. */
export function redactValue(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((part) => redactValue(part, redact));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, redactValue(part, redact)]));
}
