// Patterns of BACKUP_EXCLUDE_PATTERNS and BACKUP_BLACKLIST, as their documentation promises.

import { expect, test } from 'vitest';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { compileExclusions } from '../../../src/collector/exclusions.ts';

const nothing = () => false;

test.each([
  // A bare name or pattern: at any depth.
  ['*.iso', '/root/deep/er/x.iso', true],
  ['node_modules', '/home/a/node_modules', true],
  ['node_modules', '/home/a/node_modules_old', false],
  // `*` stays within a directory, `**` crosses directories.
  ['/root/*', '/root/a', true],
  ['/root/*', '/root/a/b', false],
  ['/root/**', '/root/a/b/c', true],
  ['/root/**', '/root', true],
  ['**/.cache/**', '/home/a/.cache', true],
  ['**/.cache/**', '/home/a/.cache/x/y', true],
  ['*/cache/**', '/var/cache/x', true],
  ['*/cache/**', '/srv/a/cache/x', false],
  // Absolute and relative paths, with and without the slash at the end.
  ['/etc/secret', '/etc/secret', true],
  ['/etc/secret/', '/etc/secret', true],
  ['/etc/secret', '/etc/secret2', false],
  ['/etc/secret', '/backup/etc/secret', false],
  ['etc/secret', '/etc/secret', true],
  // Names are not patterns where nobody wrote one.
  ['/root/a[1].txt', '/root/a[1].txt', true],
  ['/root/what?', '/root/what?', true],
  // Dots, negation and ext-globs have no special meaning.
  ['/root/*', '/root/.hidden', true],
  ['!/root/a', '/root/b', false],
  ['/root/+(a)', '/root/aa', false],
  // Names with bytes that patterns rarely see.
  ['**/*.tmp', '/root/line\nbreak/x.tmp', true],
  ['*.tmp', '/root/line\nbreak.tmp', true],
  ['/root/**', '/root/raw\uDCFF', true],
])('%s on %j: %s', (pattern, path, isExcluded) => {
  expect(compileExclusions([pattern], nothing)(path)).toBe(isExcluded);
});

test('without patterns nothing is excluded but our own output', () => {
  const isExcluded = compileExclusions(['', ''], (path) => path === '/var/own');
  expect([isExcluded('/var/own'), isExcluded('/var/other'), isExcluded('/')]).toEqual([true, false, false]);
});

test('the cheap first look never hides a match', () => {
  const piece = fc.constantFrom(
    '*',
    '**',
    '?',
    'a',
    'ab',
    '.cache',
    'x.y',
    '*.iso',
    'a*b',
    '[ab]',
    '{a,b}',
    'a+b',
    '$x',
  );
  const pattern = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('/'));
  const name = fc.constantFrom('a', 'ab', 'b', '.cache', 'x.y', 'z.iso', 'axb', 'a+b', '$x', 'xzy');
  const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => `/${names.join('/')}`);
  const options = { dot: true, noextglob: true, nonegate: true };
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), path, (patterns, at) => {
      const base = at.slice(at.lastIndexOf('/') + 1);
      const wanted = patterns.some((each) =>
        [at, at.slice(1), base].some((text) => picomatch.isMatch(text, each, options)),
      );
      expect(compileExclusions(patterns, nothing)(at)).toBe(wanted);
    }),
    { numRuns: 2000 },
  );
});
