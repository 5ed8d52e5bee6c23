// A Proxmox VE node as a directory: guests of two nodes, storages, backups.

import { loadConfig } from '../../../src/config/load-config.ts';
import type { ConfigValues } from '../../../src/config/options.ts';
import type { HostFacts } from '../../../src/host/facts.ts';
import type { Host } from '../../../src/host/host.ts';

export const pveFacts: HostFacts = {
  hostname: 'pve1.example.net',
  nodeName: 'pve1',
  pve: { version: '8.4.1', evidence: 'test' },
  leftovers: [],
  operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
  codename: 'bookworm',
  kernel: '6.8',
  architecture: 'amd64',
  bootMode: 'efi',
  rootFilesystem: 'zfs',
  isContainer: false,
  usesZfs: true,
  usesCeph: false,
};

/** `more`: values of the configuration in their text form. */
export function valuesOf(host: Host, more: Record<string, string> = {}): ConfigValues {
  return loadConfig(host, { overrides: more }).values;
}

export const webServer = `#Shop of the customer%0Asecond line
#call%3A 0123
agent: 1
bios: ovmf
boot: order=scsi0;net0
cores: 4
efidisk0: local-zfs:vm-100-disk-0,efitype=4m,size=1M
hostpci0: 0000:01:00,pcie=1,romfile=gpu.bin
ide2: local:iso/debian-12.iso,media=cdrom,size=600M
machine: q35
memory: 8192
name: web
net0: virtio=BC:24:11:AA:BB:01,bridge=vmbr0,firewall=1,tag=20
onboot: 1
ostype: l26
parent: before-upgrade
scsi0: local-zfs:vm-100-disk-1,discard=on,size=32G
scsi1: local-zfs:vm-100-disk-2,backup=0,size=100G
scsihw: virtio-scsi-single
sockets: 2
tags: shop;web
unused0: nas:100/vm-100-disk-9.qcow2
usb0: host=1-2

[PENDING]
memory: 16384
delete: usb0

[before-upgrade]
#before 8.4
memory: 4096
name: web-old
scsi0: local-zfs:vm-100-disk-1,size=16G
snaptime: 1700000000

[special:cloudinit]
name: not a snapshot
`;

export const mailContainer = `arch: amd64
cores: 1
features: nesting=1
hostname: mail
memory: 512
mp0: local-zfs:subvol-200-disk-1,mp=/var/mail,size=50G
mp1: /tank/share,mp=/share
net0: name=eth0,bridge=vmbr1,hwaddr=BC:24:11:AA:BB:02,ip=192.0.2.7/24,gw=192.0.2.1,type=veth
rootfs: local-zfs:subvol-200-disk-0,size=8G
lxc.cgroup2.devices.allow: c 226:0 rwm
lxc.cgroup2.devices.allow: c 226:128 rwm

[pve:pending]
cores: 2
`;
