// The most specific claim of the whole catalogue owns a path, whether its area is enabled or not.

import { expect, test } from 'vitest';
import {
  addClaim,
  createOwnership,
  isDeclaredPlace,
  ownerAt,
  positionOf,
  stepDown,
  type Claim,
} from '../../../src/catalogue/ownership.ts';

/** Pattern -> area; an area in capitals is disabled. */
function ownershipOf(claims: readonly (readonly [string, string])[]) {
  const root = createOwnership();
  for (const [pattern, area] of claims) {
    addClaim(root, pattern, {
      areaId: area,
      itemIndex: 0,
      isEnabled: area === area.toLowerCase(),
      isWithheld: false,
    });
  }
  return root;
}

const areaAt = (claims: readonly (readonly [string, string])[], path: string) =>
  ownerAt(positionOf(ownershipOf(claims), path))?.areaId;

test('a path is owned by the claim of exactly this path, not by that of a directory above', () => {
  expect(areaAt([['/etc', 'rest']], '/etc')).toBe('rest');
  expect(areaAt([['/etc', 'rest']], '/etc/hosts')).toBeUndefined();
  expect(areaAt([['/etc', 'rest']], '/')).toBeUndefined();
});

test('a disabled claim owns its path too, so that nobody else takes it', () => {
  expect(areaAt([['/etc/ssh', 'SSH']], '/etc/ssh')).toBe('SSH');
});

test('of several claims of one path the first enabled one owns it', () => {
  const claims = [
    ['/root/keep', 'HOME'],
    ['/root/keep', 'custom'],
    ['/root/keep', 'other'],
  ] as const;
  expect(areaAt(claims, '/root/keep')).toBe('custom');
});

test('an exact claim goes before a pattern, even when it is disabled', () => {
  const claims = [
    ['/home/*/.ssh', 'ssh'],
    ['/home/alice/.ssh', 'ALICE'],
  ] as const;
  expect(areaAt(claims, '/home/alice/.ssh')).toBe('ALICE');
  expect(areaAt(claims, '/home/bob/.ssh')).toBe('ssh');
});

test('where two patterns meet, the one that has the last name exactly goes first', () => {
  const claims = [
    ['/a/*/c', 'pattern-above'],
    ['/a/b/*', 'pattern-below'],
  ] as const;
  expect(areaAt(claims, '/a/b/c')).toBe('pattern-above');
  expect(areaAt(claims, '/a/b/d')).toBe('pattern-below');
  expect(areaAt(claims, '/a/x/c')).toBe('pattern-above');
});

test.each([
  ['/etc/*.conf', '/etc/a.conf', true],
  ['/etc/*.conf', '/etc/.hidden.conf', false],
  ['/etc/.*', '/etc/.hidden', true],
  ['/etc/*', '/etc/a/b', false],
  ['/etc/{a,b}', '/etc/b', true],
  ['/etc/host[sn]*', '/etc/hostname', true],
  ['/etc/x?', '/etc/xy', true],
  ['/etc/*', '/etc/line\nbreak', true],
  ['/etc/+(a)', '/etc/aa', false],
])('the pattern %s on %j: %s', (pattern, path, isOwned) => {
  expect(areaAt([[pattern, 'area']], path) !== undefined).toBe(isOwned);
});

test('a walk that steps down finds the same owners as a look-up from the top', () => {
  const root = ownershipOf([
    ['/a/b/c', 'one'],
    ['/a/*/d', 'two'],
  ]);
  for (const path of ['/a/b/c', '/a/b/d', '/a/x/d', '/a/x/c', '/z']) {
    const parts = path.split('/').filter(Boolean);
    const walked = parts.reduce(stepDown, positionOf(root, '/'));
    const owner: Claim | undefined = ownerAt(positionOf(root, path));
    expect(ownerAt(walked)).toBe(owner);
  }
});

test('a place is declared when an item names it or something below it by exact name', () => {
  const root = ownershipOf([
    ['/root', 'home'],
    ['/srv/data/x', 'CUSTOM'],
    ['/home/*/.ssh', 'ssh'],
  ]);
  for (const path of ['/', '/root', '/srv', '/srv/data', '/home'])
    expect(isDeclaredPlace(root, path)).toBe(true);
  for (const path of ['/root/backups', '/home/alice', '/mnt'])
    expect(isDeclaredPlace(root, path)).toBe(false);
});
