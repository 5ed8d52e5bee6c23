import { expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { cleanHostname, detectHostname } from '../../../src/host/detect-hostname.ts';
import { fakeHost } from './fake-root.ts';

test('the full name is found in /etc/hosts by the short one', async () => {
  const host = fakeHost({
    files: {
      '/etc/hostname': '# set by the installer\npve1\n',
      '/etc/hosts': '127.0.0.1 localhost.localdomain localhost\n10.0.0.1 pve1.example.net pve1 # us\n',
    },
  });
  expect(await detectHostname(host)).toBe('pve1.example.net');
});

test('another host whose name begins alike does not lend its domain', async () => {
  const files = { '/etc/hostname': 'pve\n', '/etc/hosts': '10.0.0.2 pve2.example.net pve2\n' };
  expect(await detectHostname(fakeHost({ files }))).toBe('pve');
});

test('a full name in /etc/hostname is taken as it is', async () => {
  const files = { '/etc/hostname': 'a.example.org\n', '/etc/hosts': '10.0.0.1 a.example.net a\n' };
  expect(await detectHostname(fakeHost({ files }))).toBe('a.example.org');
});

test('a host without any name is called unknown', async () => {
  expect(await detectHostname(fakeHost({ files: {} }))).toBe('unknown');
  expect(await detectHostname(fakeHost({ files: { '/etc/hostname': '///\n' } }))).toBe('unknown');
});

test.each([
  ['pve_1.example.net', 'pve-1.example.net'],
  ['../../etc/passwd', 'etc-passwd'],
  ['  -pve1.\n', 'pve1'],
  ['a..b', 'a.b'],
  ['höst', 'h-st'],
  ['...', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j is cleaned to %j', (text, cleaned) => {
  expect(cleanHostname(text)).toBe(cleaned);
});

test('the running system always has a name fit for a file name', async () => {
  expect(await detectHostname(createHost())).toMatch(/^[A-Za-z0-9][A-Za-z0-9.-]*$/);
});
