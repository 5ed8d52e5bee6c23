import { expect, test } from 'vitest';
import {
  describeAddress,
  isToken,
  secretsOfAddress,
  tokensOfAddress,
} from '../../../src/util/web-address.ts';

const address = 'https://bot:s3cret-pw@hooks.example.net/services/T012AB34/xyzXYZ789?key=abcdefgh1';

test('for people an address is its server', () => {
  expect(describeAddress(address)).toBe('https://hooks.example.net/...');
  expect(describeAddress('nonsense')).toBe('(no address)');
});

test('its secrets are the whole and each piece that can be a token', () => {
  expect(secretsOfAddress(address)).toEqual(
    expect.arrayContaining([address, 'services', 'T012AB34', 'xyzXYZ789', 'abcdefgh1', 's3cret-pw']),
  );
});

test('where every text is searched, ordinary words are left out', () => {
  const tokens = tokensOfAddress(address);
  expect(tokens).toEqual(
    expect.arrayContaining([address, 'T012AB34', 'xyzXYZ789', 'abcdefgh1', 's3cret-pw']),
  );
  expect(tokens).not.toContain('services');
});

test.each([
  ['a name of a check', 'https://hc.example.net/ping/pve1-backup', ['pve1-backup', '/ping/pve1-backup']],
  ['a topic', 'https://ntfy.example.net/pve-node07', ['pve-node07', '/pve-node07']],
])('%s is left out too: it stands in names of archives', (_what, address, names) => {
  const tokens = tokensOfAddress(address);
  expect(tokens).toContain(address);
  for (const name of names) expect(tokens).not.toContain(name);
});

test.each([
  ['5d3ef1f1-6ae7-4b9e-b8a5-2f2a4c1c7d10', true],
  ['a8f3k2j9x', true],
  ['hook-4f9a2b7c', true],
  ['XXXXXXXX', true],
  ['backup2026', false],
  ['node07-backup-nightly', false],
  ['webhooks', false],
  ['a1b2', false],
])('%s looks like a token: %s', (text, expected) => {
  expect(isToken(text)).toBe(expected);
});
