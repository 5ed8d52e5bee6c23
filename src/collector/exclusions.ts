// BACKUP_EXCLUDE_PATTERNS, BACKUP_BLACKLIST and the tool's own output. A pattern is tried, anchored,
// against the absolute path, the path without its first slash, and the bare name: so `*.iso` and `node_modules`
// work at any depth, as they do in the existing edition. Without `**`, `*` does not cross a slash.

import picomatch from 'picomatch';

export type IsExcluded = (absolutePath: string) => boolean;

const matchOptions = { dot: true, noextglob: true, nonegate: true } as const;

/**
 * Compiles patterns once. Throws nothing: a bad pattern was refused when the configuration was read.
 * A path that `isOwnOutput` knows is left out with all that is below it.
 */
export function compileExclusions(patterns: readonly string[], isOwnOutput: IsExcluded): IsExcluded {
  const sources = patterns.filter((pattern) => pattern !== '').map(sourceOf);
  if (sources.length === 0) return isOwnOutput;
  // One expression for all: this is asked for every file.
  const any = new RegExp(sources.join('|'), 's');
  const mayMatch = compileFirstLook(patterns);
  return (path) => isOwnOutput(path) || (mayMatch(path) && matchesAny(any, path));
}

/** Cheap, for nearly every path: whatever matches a pattern holds the longest literal part of it. */
function compileFirstLook(patterns: readonly string[]): (path: string) => boolean {
  const literals = patterns.filter((pattern) => pattern !== '').map(longestLiteral);
  if (literals.includes('')) return () => true;
  const any = new RegExp(literals.map((literal) => literal.replace(/[$+.^|]/g, String.raw`\$&`)).join('|'));
  return (path) => any.test(path);
}

/** Empty: the pattern has none, or alternatives among which it does not hold. */
function longestLiteral(pattern: string): string {
  if (/[[\]{}()\\!]/.test(pattern)) return '';
  const pieces = pattern.split(/[*?]+/).map((piece) => piece.replace(/^\/+|\/+$/g, ''));
  return pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '');
}

function matchesAny(any: RegExp, path: string): boolean {
  return any.test(path) || any.test(path.slice(1)) || any.test(path.slice(path.lastIndexOf('/') + 1));
}

/** `/dir/**` also takes the directory itself: an empty shell of it in the archive helps nobody. */
function sourceOf(pattern: string): string {
  const trimmed = pattern.length > 1 ? pattern.replace(/\/+$/, '') : pattern;
  return picomatch.makeRe(trimmed, matchOptions).source;
}
