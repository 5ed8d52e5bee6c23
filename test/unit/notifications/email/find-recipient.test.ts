import { expect, test } from 'vitest';
import { findRecipient } from '../../../../src/notifications/email/find-recipient.ts';
import { fakeHost, type FakeRoot } from '../../host/fake-root.ts';

const pveUsers =
  'user:alice@pve:1:0:A:B:alice@example.net:::\nuser:root@pam:1:0:::from-pve-file@example.net::x!yubico:\n';
const pbsUsers =
  'user: root@pam\n\temail from-pbs-file@example.net\n\nuser: bob@pbs\n\temail bob@example.net\n';
const aliases = '# comment\npostmaster: root\nroot: admin, elsewhere@example.net\n';

const every: Required<FakeRoot> = {
  files: {
    '/etc/pve/user.cfg': pveUsers,
    '/etc/proxmox-backup/user.cfg': pbsUsers,
    '/etc/aliases': aliases,
  },
  commands: {
    pvesh: `echo '{"email":"from-pvesh@example.net","enable":1}'`,
    pveum: `echo '[{"userid":"x@pve","email":"x@example.net"},{"userid":"root@pam","email":"from-pveum@example.net"}]'`,
    'proxmox-backup-manager': `echo '[{"userid":"root@pam","email":"from-manager@example.net"}]'`,
  },
};

function without(...names: string[]): FakeRoot {
  const keep = <Value>(all: Record<string, Value>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
  return { files: keep(every.files), commands: keep(every.commands) };
}

const find = (root: FakeRoot) => findRecipient(fakeHost(root), new AbortController().signal);

test('the address of root@pam is asked for in one order, each place standing in for the one before', async () => {
  const order = [
    ['from-pvesh@example.net'],
    ['from-pveum@example.net', 'pvesh'],
    ['from-manager@example.net', 'pvesh', 'pveum'],
    ['from-pve-file@example.net', 'pvesh', 'pveum', 'proxmox-backup-manager'],
    ['from-pbs-file@example.net', 'pvesh', 'pveum', 'proxmox-backup-manager', '/etc/pve/user.cfg'],
  ] as const;
  for (const [expected, ...missing] of order) expect(await find(without(...missing))).toBe(expected);
});

test('a user list that exits 2 is no reason to give up: the file has the address', async () => {
  const commands = { pvesh: 'exit 2', pveum: 'echo oops; exit 2' };
  expect(await find({ files: { '/etc/pve/user.cfg': pveUsers }, commands })).toBe(
    'from-pve-file@example.net',
  );
});

test('answers that are no JSON, hold no address or a broken one are passed over', async () => {
  const commands = {
    pvesh: `echo '{"email":"not an address"}'`,
    pveum: 'echo "unable to open"',
    'proxmox-backup-manager': `echo '[{"userid":"root@pam"}]'`,
  };
  expect(await find({ files: { '/etc/aliases': aliases }, commands })).toBe('elsewhere@example.net');
});

test('a host that names nobody gives none', async () => {
  expect(await find({ files: { '/etc/aliases': 'root: alice\n' } })).toBeUndefined();
});
