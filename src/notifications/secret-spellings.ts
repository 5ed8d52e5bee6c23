// The secrets of one channel, in texts that somebody else wrote (answers of services) or that show a whole request.

import { createRedactor, secretMask, type Redact } from '../ui/redact.ts';

/** One or two characters are in every text. */
const shortestLength = 3;

/**
 * `redact` first, then these secrets: also short ones, wherever they stand as a word. In a text of ours that would spoil
 * ordinary words; in an answer that quotes a password it is what keeps the password secret.
 */
export function redactSpellings(redact: Redact, secrets: readonly string[]): Redact {
  const redactAll = createRedactor(secrets);
  const words = secrets
    .filter(({ length }) => length >= shortestLength)
    .sort((a, b) => b.length - a.length)
    .map((secret) => secret.replace(/[^\w\s]/gu, '\\$&'));
  if (words.length === 0) return redact;
  const asWord = new RegExp(`(?<![A-Za-z0-9])(?:${words.join('|')})(?![A-Za-z0-9])`, 'g');
  return (text) => redactAll(redact(text)).replace(asWord, secretMask);
}
