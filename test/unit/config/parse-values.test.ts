import { expect, test } from 'vitest';
import * as kinds from '../../../src/config/kinds.ts';
import { asRealPath } from '../../../src/host/host.ts';
import type { Option } from '../../../src/config/types.ts';

const context = {
  isBlockLine: () => false,
  resolveOwnPath: (path: string) => ({ value: asRealPath(path) }),
};
const base = { doc: '', default: '' };

function parse(row: Option, text: string): unknown {
  const result = row.parse(text, context);
  return 'problem' in result ? { problem: result.problem, hint: result.hint } : result.value;
}

const isWrong = { problem: expect.any(String) };

test.each(['true', 'TRUE', ' yes ', 'on', '1', 'Enabled'])('bool %j is true', (text) => {
  expect(parse(kinds.bool(base), text)).toBe(true);
});

test.each(['false', 'No', 'off', '0', 'disabled'])('bool %j is false', (text) => {
  expect(parse(kinds.bool(base), text)).toBe(false);
});

test.each(['treu', 'y', '2', 'maybe', 'truefalse'])('bool %j is an error, not false', (text) => {
  expect(parse(kinds.bool(base), text)).toMatchObject(isWrong);
});

test('a typo in a bool is answered with the word that was meant', () => {
  expect(parse(kinds.bool(base), 'treu')).toMatchObject({ hint: 'did you mean true?' });
  expect(parse(kinds.bool(base), 'flase')).toMatchObject({ hint: 'did you mean false?' });
});

test('an int is a whole number within its range', () => {
  const row = kinds.int({ ...base, min: -2, max: 10 });
  expect([' 7 ', '-2', '+3', '010'].map((text) => parse(row, text))).toEqual([7, -2, 3, 10]);
  for (const text of ['11', '-3', '1.5', '7d', '1e3', '', '99999999999999999999']) {
    expect(parse(row, text), text).toMatchObject(isWrong);
  }
});

test('an optional int is undefined when it is empty', () => {
  const row = kinds.optionalInt({ doc: '', min: 1, max: 9 });
  expect(parse(row, ' ')).toBeUndefined();
  expect(parse(row, '9')).toBe(9);
  expect(parse(row, '10')).toMatchObject(isWrong);
});

test('a float takes fractions and no exponent or comma', () => {
  const row = kinds.float({ ...base, min: 0 });
  expect(['1', '0.5', '.25', '2.'].map((text) => parse(row, text))).toEqual([1, 0.5, 0.25, 2]);
  for (const text of ['-1', '1e3', '0,5', 'NaN', '']) expect(parse(row, text), text).toMatchObject(isWrong);
});

test('a size counts in units of 1024, with or without B and iB', () => {
  const sizes = {
    '4096': 4096,
    '0': 0,
    '1k': 1024,
    '100M': 104857600,
    '1.5 GiB': 1610612736,
    '1tb': 2 ** 40,
    '10B': 10,
  };
  for (const [text, bytes] of Object.entries(sizes)) expect(parse(kinds.size(base), text), text).toBe(bytes);
  for (const text of ['-1M', '100X', 'M', '1 2', '1e3', '9999999T']) {
    expect(parse(kinds.size(base), text), text).toMatchObject(isWrong);
  }
});

test('a duration has the syntax of Go and is more than zero', () => {
  const durations = { '1h30m': 5_400_000, '90s': 90_000, '1.5h': 5_400_000, '500ms': 500, '1m1s': 61_000 };
  for (const [text, ms] of Object.entries(durations))
    expect(parse(kinds.duration(base), text), text).toBe(ms);
  for (const text of ['0s', '1d', 'h', '1h x', '-5m', '1h 30m']) {
    expect(parse(kinds.duration(base), text), text).toMatchObject(isWrong);
  }
});

test('a duration without a unit is answered with what to write', () => {
  expect(parse(kinds.duration(base), '90')).toMatchObject({ hint: 'give the unit, for example 90s' });
});

test('seconds are whole and not negative', () => {
  expect(parse(kinds.seconds(base), '30')).toBe(30);
  for (const text of ['-1', '1.5', '30s'])
    expect(parse(kinds.seconds(base), text), text).toMatchObject(isWrong);
});

test('an enumeration takes other names and any case, and offers the nearest on a typo', () => {
  const row = kinds.enumeration({ ...base, values: ['gz', 'proxmox-mail'], valueAliases: { gzip: 'gz' } });
  expect(['GZ', 'gzip', 'Proxmox_Mail', 'proxmox mail'].map((text) => parse(row, text))).toEqual([
    'gz',
    'gz',
    'proxmox-mail',
    'proxmox-mail',
  ]);
  expect(parse(row, 'gzpi')).toMatchObject({ hint: 'did you mean gzip?' });
  for (const text of ['zip7', 'constructor', '']) expect(parse(row, text), text).toMatchObject(isWrong);
});

test('a time of day is HH:MM', () => {
  expect(['2:05', '23:59'].map((text) => parse(kinds.timeOfDay(base), text))).toEqual(['02:05', '23:59']);
  for (const text of ['24:00', '2:60', '2', '2am', '02:00:00']) {
    expect(parse(kinds.timeOfDay(base), text), text).toMatchObject(isWrong);
  }
});

test('a host path is absolute and loses slashes at its end', () => {
  expect(['/etc/pve/', '/', '///', ' /a b '].map((text) => parse(kinds.hostPath(base), text))).toEqual([
    '/etc/pve',
    '/',
    '/',
    '/a b',
  ]);
  expect(parse(kinds.hostPath(base), 'etc/pve')).toMatchObject(isWrong);
});

test('numbers of a list are separated by anything usual', () => {
  expect(parse(kinds.intList(base), '1 2,3;4|5\n6\t7,,')).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(parse(kinds.intList(base), '1 two')).toMatchObject(isWrong);
});

test('words keep together what is quoted, also in the middle of a word', () => {
  expect(parse(kinds.words(base), `  --a "b c" 'd  e' --f="g h"  `)).toEqual([
    '--a',
    'b c',
    'd  e',
    '--f=g h',
  ]);
  expect(parse(kinds.words(base), '')).toEqual([]);
  expect(parse(kinds.words(base), '--a "b')).toMatchObject(isWrong);
});
