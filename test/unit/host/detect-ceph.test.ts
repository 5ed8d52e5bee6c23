import { expect, test } from 'vitest';
import { detectFacts } from '../../../src/host/detect-facts.ts';
import { fakeHost } from './fake-root.ts';

test.each([
  ['/etc/pve/ceph.conf', '[global]\n\tfsid = 1b2c\n', true],
  ['/etc/ceph/ceph.conf', '[global]\nmon host = 192.0.2.1\n', true],
  ['/etc/ceph/ceph.conf', '[global]\nmon_initial_members = a\n', true],
  ['/etc/ceph/ceph.conf', '# fsid = not set\n[client]\nkeyring = /x\n', false],
  ['/etc/pve/priv/ceph/external.keyring', '[client.admin]\n', false],
])('%s with %j makes the host one that uses Ceph: %s', async (path, text, usesCeph) => {
  expect((await detectFacts(fakeHost({ files: { [path]: text } }))).usesCeph).toBe(usesCeph);
});
