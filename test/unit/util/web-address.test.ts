import { expect, test } from 'vitest';
import { describeAddress, secretsOfAddress, tokensOfAddress } from '../../../src/util/web-address.ts';

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
