// Owners and modes of a fake host's files, which Git does not keep. The last rule that matches a path counts.

import { chmodSync, chownSync, lchownSync, lutimesSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fixtureTime } from './fixture-config-db.ts';

interface Rule {
  path: RegExp;
  /** Absent: as the layer has it. */
  file?: number;
  directory?: number;
  owner?: readonly [uid: number, gid: number];
}

const wwwData = 33;
const backupUser = [34, 34] as const;
const rules: readonly Rule[] = [
  { path: /^\/etc\/g?shadow-?$/, file: 0o640, owner: [0, 42] },
  { path: /^\/etc\/sudoers(\.d\/.*)?$/, file: 0o440 },
  { path: /^\/etc\/ssh\/ssh_host_.*_key$/, file: 0o600 },
  { path: /^\/etc\/ssl\/private(\/|$)/, file: 0o640, directory: 0o710 },
  { path: /^\/etc\/(postfix\/sasl_passwd|keys\/.*|zfs\/zed\.d\/zed\.rc)$/, file: 0o600 },
  { path: /^\/etc\/chrony\/chrony\.keys$/, file: 0o640 },
  { path: /^\/etc\/corosync\/authkey$/, file: 0o400 },
  { path: /^\/root(\/\.ssh.*)?$/, file: 0o600, directory: 0o700 },
  { path: /^\/home\/ops(\/|$)/, owner: [1000, 1000] },
  { path: /^\/var\/spool\/cron\/crontabs(\/|$)/, file: 0o600, directory: 0o1730 },
  { path: /^\/var\/spool\/cron\/crontabs\/ops$/, file: 0o600, owner: [1000, 1000] },
  { path: /^\/(etc|var\/lib)\/ceph\/.*keyring$/, file: 0o600, owner: [64045, 64045] },
  { path: /^\/etc\/pve(\/|$)/, file: 0o640, directory: 0o755, owner: [0, wwwData] },
  { path: /^\/etc\/pve\/(nodes\/[^/]+\/)?priv(\/|$)/, file: 0o600, directory: 0o700, owner: [0, wwwData] },
  { path: /^\/var\/lib\/pve-cluster(\/|$)/, file: 0o600, directory: 0o755 },
  { path: /^\/etc\/proxmox-backup(\/|$)/, file: 0o640, directory: 0o750, owner: [0, 34] },
  { path: /^\/etc\/proxmox-backup$/, directory: 0o700, owner: backupUser },
  { path: /^\/etc\/proxmox-backup\/acme/, file: 0o600, directory: 0o700, owner: [0, 0] },
  { path: /^\/etc\/proxmox-backup\/acme\/plugins\.cfg$/, file: 0o640, owner: [0, 34] },
  {
    path: /^\/etc\/proxmox-backup\/(shadow|tfa|ldap_passwords|tape-encryption-keys)\.json$/,
    file: 0o600,
    owner: [0, 0],
  },
  { path: /^\/etc\/proxmox-backup\/(notifications-priv\.cfg|authkey\.key)$/, file: 0o600, owner: [0, 0] },
  { path: /^\/etc\/proxmox-backup\/token\.shadow$/, file: 0o640, owner: backupUser },
  { path: /^\/etc\/proxmox-backup\/[^/]*(\.lck|\.lock)$/, file: 0o660, owner: backupUser },
  {
    path: /^\/(mnt\/datastore\/[^/]+|mnt\/backup\/store)(\/|$)/,
    file: 0o644,
    directory: 0o755,
    owner: backupUser,
  },
  { path: /^\/mnt\/.*\/\.chunks(\/|$)/, file: 0o500, directory: 0o750, owner: backupUser },
];

/** Owners only when root runs the tests. */
export function applyOwnership(root: string): void {
  const isRoot = process.getuid?.() === 0;
  const settle = (path: string, kind: 'file' | 'directory' | 'symlink') => {
    const real = join(root, path);
    if (kind === 'directory') {
      for (const entry of readdirSync(real, { withFileTypes: true })) {
        const entryKind = entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'symlink' : 'file';
        settle(join(path, entry.name), entryKind);
      }
    }
    const matching = rules.filter((rule) => rule.path.test(path));
    const owner = matching.findLast((rule) => rule.owner !== undefined)?.owner ?? [0, 0];
    if (isRoot) (kind === 'symlink' ? lchownSync : chownSync)(real, ...owner);
    const mode =
      kind === 'symlink' ? undefined : matching.findLast((rule) => rule[kind] !== undefined)?.[kind];
    if (mode !== undefined) chmodSync(real, mode);
    lutimesSync(real, fixtureTime, fixtureTime);
  };
  settle('/', 'directory');
}
