// A backup server as a directory: its configuration, and datastores in the layout that the real one has.

import { loadConfig } from '../../../src/config/load-config.ts';
import type { ConfigValues } from '../../../src/config/options.ts';
import type { HostFacts } from '../../../src/host/facts.ts';
import type { Host } from '../../../src/host/host.ts';

export const pbsFacts: HostFacts = {
  hostname: 'pbs1.example.net',
  nodeName: 'pbs1',
  pbs: { version: '4.0.11', evidence: 'test' },
  leftovers: [],
  usesCeph: false,
  operatingSystem: 'Debian GNU/Linux 13 (trixie)',
  codename: 'trixie',
  kernel: '6.14',
  architecture: 'amd64',
  bootMode: 'efi',
  rootFilesystem: 'ext4',
  isContainer: false,
  usesZfs: false,
};

export const datastoreFile = '/etc/proxmox-backup/datastore.cfg';

/** One datastore at /mnt/store: two levels of namespaces, and a namespace called `ns` to trip over. */
export const oneDatastore = {
  [datastoreFile]: 'datastore: store\n\tcomment main one\n\tgc-schedule daily\n\tpath /mnt/store\n',
  '/mnt/store/.chunks/0000/': '',
  '/mnt/store/.chunks/ns/trap/': '',
  '/mnt/store/.lock': '',
  '/mnt/store/.gc-status': '{}',
  '/mnt/store/vm/100/owner': 'root@pam\n',
  '/mnt/store/vm/100/2026-01-02T03:04:05Z/drive-scsi0.img.fidx': 'x',
  '/mnt/store/vm/101/': '',
  '/mnt/store/ct/200/2026-01-02T03:04:05Z/root.pxar.didx': 'x',
  '/mnt/store/ns/offsite/host/nas/2026-01-02T03:04:05Z/etc.pxar.didx': 'xyz',
  '/mnt/store/ns/offsite/ns/deep/vm/300/': '',
  '/mnt/store/ns/ns/ct/400/': '',
  '/mnt/store/lost+found/ns/foreign/vm/1/': '',
  '/mnt/store/vm/not a group/': '',
};

/** `more`: values of the configuration in their text form. */
export function valuesOf(host: Host, more: Record<string, string> = {}): ConfigValues {
  return loadConfig(host, { overrides: more }).values;
}

export function parsed(text: string | undefined): unknown {
  return JSON.parse(text ?? '');
}
