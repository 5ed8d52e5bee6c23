// Redaction in one place for every sink. Values are registered where secrets are read from the configuration.

export type Redact = (text: string) => string;

/** Shorter secrets would redact ordinary words; they are never printed by us anyway. */
const minimumLength = 6;

export function createRedactor(secrets: readonly string[]): Redact {
  const known = [...new Set(secrets.filter((secret) => secret.length >= minimumLength))];
  // Longest first, so that a secret which contains another is not left half visible.
  known.sort((a, b) => b.length - a.length);
  if (known.length === 0) return (text) => text;
  return (text) => known.reduce((result, secret) => result.replaceAll(secret, '********'), text);
}

/** Redacts every string inside a JSON value. */
export function redactValue(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((part) => redactValue(part, redact));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, redactValue(part, redact)]));
}
