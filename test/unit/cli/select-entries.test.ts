import { expect, test } from 'vitest';
import { archivePathOf, selectEntries } from '../../../src/cli/select-entries.ts';

test('nothing named selects everything', () => {
  expect(selectEntries([]).includes('etc/hosts', 'dns')).toBe(true);
});

test('a path selects itself and what is below it, not names that begin alike', () => {
  const selection = selectEntries(['/etc/network/']);
  expect(
    ['etc/network', 'etc/network/interfaces', 'etc/networks'].map((path) => selection.includes(path, '')),
  ).toEqual([true, true, false]);
});

test('an area selects its entries; with a slash the same word is a path', () => {
  expect(selectEntries(['boot']).includes('etc/default/grub', 'boot')).toBe(true);
  expect(selectEntries(['/boot']).includes('etc/default/grub', 'boot')).toBe(false);
  expect(selectEntries(['/boot']).includes('boot/grub', 'etc-rest')).toBe(true);
});

test('areas that only the archive knows are areas too', () => {
  expect(selectEntries(['of-tomorrow'], ['of-tomorrow']).includes('x', 'of-tomorrow')).toBe(true);
});

test('words that matched nothing are known afterwards, also when another word selected the entry', () => {
  const selection = selectEntries(['etc/hosts', 'dns', 'nope']);
  selection.includes('etc/hosts', 'dns');
  expect(selection.unmatched()).toEqual(['nope']);
});

test.each(['/etc/hosts', './etc/hosts', 'etc/hosts/', '//etc/hosts'])('%s is etc/hosts', (words) => {
  expect(archivePathOf(words)).toBe('etc/hosts');
});
