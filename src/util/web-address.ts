// Web addresses that hold secrets: what of them must not be shown, and what of them can be.

/** A piece of an address that is this long may be a token. */
const tokenLength = 8;

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

/**
 * Those pieces that cannot be ordinary words (`services`, `webhooks`): for a redactor that goes over all texts, in which such
 * words would be missed.
 */
export function tokensOfAddress(address: string): string[] {
  return secretsOfAddress(address).filter((piece) => piece.includes('/') || /[A-Z0-9]/.test(piece));
}

/** For people: `https://example.net/...`. */
export function describeAddress(address: string): string {
  if (!URL.canParse(address)) return '(no address)';
  const { protocol, host, pathname, search } = new URL(address);
  return `${protocol}//${host}${pathname.length > 1 || search !== '' ? '/...' : ''}`;
}
