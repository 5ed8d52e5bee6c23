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
 * Those pieces that cannot be ordinary words (`services`) or names that people give (`pve1-backup`): for a redactor that goes
 * over all texts, in which such words would be missed, in names of archives as well.
 */
export function tokensOfAddress(address: string): string[] {
  if (!URL.canParse(address)) return [address];
  const url = new URL(address);
  const inPath = url.pathname.split('/');
  const hasToken = url.search !== '' || inPath.some(isToken);
  return secretsOfAddress(address).filter((piece) => {
    if (piece === address || piece === url.href) return true;
    if (piece.startsWith('/')) return hasToken;
    return inPath.includes(piece) ? isToken(piece) : /[A-Z0-9]/.test(piece);
  });
}

/** Letters and digits in turn as often as this are no name, like those of `pve1` or `node07`. */
const fewestTurns = 3;

/** Does it look like something that a machine made up (`T012AB34`, a UUID)? Names in small letters do not, with digits or without. */
export function isToken(text: string): boolean {
  if (text.length < tokenLength) return false;
  if (/[A-Z]/.test(text) || /[\da-f]{8}-[\da-f]{4}-|[\da-f]{16}/.test(text)) return true;
  return text.split(/[^a-z\d]+/).some((word) => {
    const turns = word.match(/[a-z](?=\d)|\d(?=[a-z])/g) ?? [];
    return word.length >= tokenLength && turns.length >= fewestTurns;
  });
}

/** For people: `https://example.net/...`. */
export function describeAddress(address: string): string {
  if (!URL.canParse(address)) return '(no address)';
  const { protocol, host, pathname, search } = new URL(address);
  return `${protocol}//${host}${pathname.length > 1 || search !== '' ? '/...' : ''}`;
}
