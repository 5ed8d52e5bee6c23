// Secrets look different on the way: percent-encoded in addresses, Base64 in headers, in pieces when a whole address is the
// secret. A service that quotes a request in its answer shows them so.

import { createRedactor, type Redact } from '../ui/redact.ts';

/** A piece of an address that is this long may be a token. */
const tokenLength = 8;

/** `redact` first, then the same secrets in their other spellings. */
export function redactSpellings(redact: Redact, secrets: readonly string[]): Redact {
  const spellings = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64'),
    ]);
  const redactAll = createRedactor([...new Set(spellings)]);
  return (text) => redactAll(redact(text));
}

/** What of an address must not be shown: all but the server. */
export function secretsOfAddress(address: string): string[] {
  if (!URL.canParse(address)) return [address];
  const url = new URL(address);
  const pieces = [
    ...url.pathname.split('/'),
    ...url.searchParams.values(),
    url.username,
    url.password,
    decode(url.username),
    decode(url.password),
  ].filter((piece) => piece.length >= tokenLength);
  const whole = [`${url.pathname}${url.search}`, url.pathname].filter((path) => path.length > tokenLength);
  return [address, url.href, ...whole, ...pieces];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** For people: `https://example.net/...`. */
export function describeAddress(address: string): string {
  if (!URL.canParse(address)) return '(no address)';
  const { protocol, host, pathname, search } = new URL(address);
  return `${protocol}//${host}${pathname.length > 1 || search !== '' ? '/...' : ''}`;
}
