// The compact set of paths that hard links are checked against.

import { expect, test } from 'vitest';
import { PathSet } from '../../../src/archiver/verify/path-set.ts';

test('of 200,000 similar paths it has each that was added and none of the others', () => {
  const paths = new PathSet();
  const path = (number: number) => `etc/pve/nodes/n${number % 7}/qemu-server/${number}.conf`;
  for (let number = 0; number < 200_000; number += 1) {
    // Adding one twice changes nothing.
    paths.add(path(number));
    if (number % 5 === 0) paths.add(path(number));
  }
  let found = 0;
  let foundWrongly = 0;
  for (let number = 0; number < 200_000; number += 1) {
    if (paths.has(path(number))) found += 1;
    if (paths.has(path(number + 200_000))) foundWrongly += 1;
  }
  expect({ found, foundWrongly }).toEqual({ found: 200_000, foundWrongly: 0 });
});

test('paths that differ in bytes that are not UTF-8 are different, and the empty path is one', () => {
  const paths = new PathSet();
  expect(paths.has('')).toBe(false);
  paths.add('a-\udce9');
  expect([paths.has('a-\udce9'), paths.has('a-\udcea'), paths.has('')]).toEqual([true, false, false]);
  paths.add('');
  expect(paths.has('')).toBe(true);
});
