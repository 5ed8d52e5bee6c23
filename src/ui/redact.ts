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
