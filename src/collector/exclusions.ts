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
  const matchers = patterns.filter((pattern) => pattern !== '').map(compilePattern);
  return (path) => isOwnOutput(path) || (matchers.length > 0 && matchesAny(matchers, path));
}

function matchesAny(matchers: readonly ((text: string) => boolean)[], path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const relative = path.slice(1);
  return matchers.some((matches) => matches(path) || matches(relative) || matches(name));
}

/** `/dir/**` also takes the directory itself: an empty shell of it in the archive helps nobody. */
function compilePattern(pattern: string): (text: string) => boolean {
  const trimmed = pattern.length > 1 ? pattern.replace(/\/+$/, '') : pattern;
  const matches = picomatch(trimmed, matchOptions);
  if (!trimmed.includes('*') && trimmed.startsWith('/')) {
    return (text) => text === trimmed || matches(text);
  }
  return matches;
}
