// What the existing edition saves of a small Proxmox VE host, deduplicated as it does: a later file with the same content
// is a relative symbolic link, and a list says which links were files, with their modes and owners.

import type { OldEntry } from './old-tar.ts';

const info = 'var/lib/proxsave-info';
const shared = Buffer.from('the same content in many places\n'.repeat(200));
const file = (path: string, content: string | Buffer, more: Partial<OldEntry> = {}): OldEntry => ({
  path,
  type: 'file',
  mode: 0o644,
  content: Buffer.from(content),
  ...more,
});
const directory = (path: string, mode = 0o755): OldEntry => ({ path, type: 'directory', mode });
const link = (path: string, target: string): OldEntry => ({ path, type: 'symlink', mode: 0o777, target });

/** What deduplication took for links: what each of them is really. */
export const deduplicated = [
  { path: 'etc/pve/storage.copy', mode: 0o640, uid: 0, gid: 33 },
  { path: 'home/alice/copy.txt', mode: 0o600, uid: 1000, gid: 1000 },
  // Lists of the oldest archives have no owners.
  { path: 'root/copy with spaces.txt', mode: 0o750 },
] as const;

export const sharedContent = shared.toString();
export const guestConfig = 'name: web\nmemory: 2048\nscsi0: local-lvm:vm-100-disk-0,size=8G\n';

/** `withDedup` false: ENABLE_DEDUPLICATION=false. */
export function oldHostEntries({ withDedup = true } = {}): OldEntry[] {
  const copy = (path: string, target: string): OldEntry => {
    const { mode, ...owner } = deduplicated.find((entry) => entry.path === path) ?? { mode: 0o644 };
    return withDedup ? link(path, target) : file(path, shared, { mode, ...owner });
  };
  return [
    file('.proxsave-marker', 'Created by PID 4711 on 2026-07-24 00:00:00 UTC\n', { mode: 0o600 }),
    directory('etc'),
    file('etc/hosts', '127.0.0.1 localhost\n192.0.2.1 pve1\n'),
    directory('etc/network'),
    file('etc/network/interfaces', 'auto lo\niface lo inet loopback\n', { mtimeSeconds: 1_753_315_200.25 }),
    directory('etc/pve', 0o755),
    directory('etc/pve/nodes'),
    directory('etc/pve/nodes/pve1'),
    directory('etc/pve/nodes/pve1/qemu-server'),
    file('etc/pve/nodes/pve1/qemu-server/100.conf', guestConfig, {
      mode: 0o640,
      gid: 33,
      groupName: 'www-data',
    }),
    link('etc/pve/qemu-server', 'nodes/pve1/qemu-server'),
    file('etc/pve/storage.cfg', shared, { mode: 0o640, gid: 33, groupName: 'www-data' }),
    copy('etc/pve/storage.copy', 'storage.cfg'),
    // A link that is one on the host too.
    link('etc/localtime', '/usr/share/zoneinfo/Europe/Rome'),
    directory('home'),
    { ...directory('home/alice', 0o700), uid: 1000, gid: 1000 },
    copy('home/alice/copy.txt', '../../etc/pve/storage.cfg'),
    file('manifest.json', '{"hostname":"pve1","stats":{}}', { mode: 0o600 }),
    directory('root', 0o700),
    copy('root/copy with spaces.txt', '../etc/pve/storage.cfg'),
    file(`root/${'long-name-'.repeat(12)}é.txt`, 'a long name\n'),
    directory('var'),
    directory('var/lib'),
    directory(info),
    file(`${info}/backup_metadata.txt`, metadataText, { mode: 0o640 }),
    directory(`${info}/commands`),
    directory(`${info}/commands/pve`),
    file(`${info}/commands/pve/pveversion.txt`, 'proxmox-ve: 8.4.0 (running kernel: 6.8.12-9-pve)\n'),
    directory(`${info}/commands/system`),
    file(`${info}/commands/system/lsblk.txt`, 'NAME SIZE TYPE\nsda 100G disk\n'),
    ...(withDedup
      ? [file(`${info}/dedup_manifest.json`, JSON.stringify(deduplicated), { mode: 0o600 })]
      : []),
  ];
}

const metadataText = `# ProxSave backup metadata
# Do not edit
VERSION=0.30.0
BACKUP_TYPE=pve
BACKUP_TARGETS=pve
TIMESTAMP=2026-07-24 02:00:00.123 +0200 CEST m=+0.1
HOSTNAME=pve1
PVE_VERSION=8.4.1
PVE_CLUSTER_MODE=standalone
SUPPORTS_SELECTIVE_RESTORE=true
BACKUP_FEATURES=selective_restore,category_mapping,version_detection,auto_directory_creation
`;
