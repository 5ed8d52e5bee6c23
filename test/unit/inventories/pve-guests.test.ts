import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeGuest } from '../../../src/collector/inventories/pve-guests-describe.ts';
import { parseGuestConfig, parseProperties } from '../../../src/collector/inventories/pve-guests-parse.ts';
import { inventoryPveGuests, type GuestInventory } from '../../../src/collector/inventories/pve-guests.ts';
import { fakeHost } from '../host/fake-root.ts';
import { mailContainer, pveFacts, valuesOf, webServer } from './pve-hosts.ts';

const web = describeGuest({ id: 100, kind: 'vm', node: 'pve1' }, webServer);
const mail = describeGuest({ id: 200, kind: 'container', node: 'pve2' }, mailContainer);

describe('the configuration of a guest', () => {
  test('is split into what counts now, what waits, and snapshots', () => {
    const { current, pending, snapshots } = parseGuestConfig(webServer);
    expect(current.values.get('memory')).toBe('8192');
    expect(current.notes).toEqual(['Shop of the customer\nsecond line', 'call: 0123']);
    expect(pending?.values.get('memory')).toBe('16384');
    expect(snapshots.map(({ name }) => name)).toEqual(['before-upgrade']);
    expect(snapshots[0]?.values.get('memory')).toBe('4096');
  });

  test('of a repeated key has the last line, as for Proxmox VE, but every line of an lxc key', () => {
    const { current } = parseGuestConfig('cores: 1\ncores: 2\nlxc.mount.entry: a b\nlxc.mount.entry = c d\n');
    expect(current.values.get('cores')).toBe('2');
    expect(current.values.get('lxc.mount.entry')).toBe('a b\nc d');
  });

  test('with broken notes and lines is read as far as it goes', () => {
    const { current } = parseGuestConfig('#100%\n= nonsense\nname: a\n[\n[x\n');
    expect(current.notes).toEqual(['100%']);
    expect(current.values.get('name')).toBe('a');
  });

  test('of any text is read without an error, and every key that stands in it is found again', () => {
    const key = fc.stringMatching(/^[a-z]{1,8}[0-9]{0,2}$/);
    const value = fc.stringMatching(/^[\w:,./=-]{1,20}$/);
    fc.assert(
      fc.property(fc.dictionary(key, value), fc.string(), (pairs, junk) => {
        const lines = Object.entries(pairs).map(([name, text]) => `${name}: ${text}\n`);
        const { current } = parseGuestConfig(`${lines.join('')}\n[PENDING]\n${junk}`);
        expect(Object.fromEntries(current.values)).toEqual(pairs);
      }),
    );
  });

  test('that is empty gives a guest without anything', () => {
    expect(describeGuest({ id: 1, kind: 'vm', node: 'a' }, '')).toEqual({
      id: 1,
      kind: 'vm',
      node: 'a',
      name: '',
      is_template: false,
      starts_at_boot: false,
      disks: [],
      networks: [],
      passthrough: {},
      snapshots: [],
      pending: {},
    });
  });

  test('has property strings with one part that stands alone', () => {
    expect([...parseProperties('local:x,size=1G,mp=/a=b')]).toEqual([
      ['', 'local:x'],
      ['size', '1G'],
      ['mp', '/a=b'],
    ]);
  });
});

describe('a virtual machine', () => {
  test('is described with hardware, boot order, passed through devices and waiting changes', () => {
    expect(web).toMatchObject({
      id: 100,
      name: 'web',
      node: 'pve1',
      memory_mb: 8192,
      cores: 4,
      sockets: 2,
      machine: 'q35',
      firmware: 'ovmf',
      starts_at_boot: true,
      boot_order: 'order=scsi0;net0',
      passthrough: { hostpci0: '0000:01:00,pcie=1,romfile=gpu.bin', usb0: 'host=1-2' },
      pending: { memory: '16384', delete: 'usb0' },
      tags: ['shop', 'web'],
      notes: 'Shop of the customer\nsecond line\ncall: 0123',
    });
  });

  test('has its disks by slot, with storage, size and what vzdump leaves out', () => {
    expect(web.disks).toEqual([
      { slot: 'efidisk0', volume: 'local-zfs:vm-100-disk-0', storage: 'local-zfs', size: '1M' },
      { slot: 'ide2', volume: 'local:iso/debian-12.iso', storage: 'local', size: '600M', is_cdrom: true },
      { slot: 'scsi0', volume: 'local-zfs:vm-100-disk-1', storage: 'local-zfs', size: '32G' },
      {
        slot: 'scsi1',
        volume: 'local-zfs:vm-100-disk-2',
        storage: 'local-zfs',
        size: '100G',
        is_left_out_of_backups: true,
      },
      { slot: 'unused0', volume: 'nas:100/vm-100-disk-9.qcow2', storage: 'nas' },
    ]);
  });

  test('has its networks with model, address and bridge, and its snapshots with their time and disks', () => {
    expect(web.networks).toEqual([
      { slot: 'net0', model: 'virtio', mac: 'bc:24:11:aa:bb:01', bridge: 'vmbr0', vlan: '20' },
    ]);
    expect(web.snapshots).toEqual([
      {
        name: 'before-upgrade',
        taken_at: '2023-11-14T22:13:20.000Z',
        disks: [{ slot: 'scsi0', volume: 'local-zfs:vm-100-disk-1', storage: 'local-zfs', size: '16G' }],
      },
    ]);
  });
});

describe('what is passed through', () => {
  test('is not a serial console, nor a USB port of the viewer', () => {
    const text =
      'serial0: socket\nserial1: /dev/ttyS0\nusb0: spice,usb3=1\nusb1: mapping=stick\nvirtiofs0: share\n';
    expect(Object.keys(describeGuest({ id: 1, kind: 'vm', node: 'a' }, text).passthrough)).toEqual([
      'serial1',
      'usb1',
      'virtiofs0',
    ]);
  });
});

describe('a container', () => {
  test('has mount points, which vzdump leaves out unless told otherwise, and raw lines', () => {
    expect(mail.name).toBe('mail');
    expect(mail.disks).toEqual([
      {
        slot: 'mp0',
        volume: 'local-zfs:subvol-200-disk-1',
        storage: 'local-zfs',
        size: '50G',
        is_left_out_of_backups: true,
        mount_point: '/var/mail',
      },
      { slot: 'mp1', volume: '/tank/share', is_left_out_of_backups: true, mount_point: '/share' },
      { slot: 'rootfs', volume: 'local-zfs:subvol-200-disk-0', storage: 'local-zfs', size: '8G' },
    ]);
    expect(mail.networks).toEqual([
      { slot: 'net0', model: 'veth', mac: 'bc:24:11:aa:bb:02', bridge: 'vmbr1', address: '192.0.2.7/24' },
    ]);
    expect(mail.passthrough).toEqual({ 'lxc.cgroup2.devices.allow': 'c 226:0 rwm\nc 226:128 rwm' });
    expect(mail.pending).toEqual({ cores: '2' });
  });
});

describe('the inventory of guests', () => {
  const files = {
    '/etc/pve/nodes/pve1/qemu-server/100.conf': webServer,
    '/etc/pve/nodes/pve2/lxc/200.conf': mailContainer,
    '/etc/pve/nodes/pve1/qemu-server/99.conf': 'name: first\ntemplate: 1\n',
    '/etc/pve/nodes/pve1/qemu-server/100.conf.tmp.1': 'name: half written\n',
  };

  test('holds the guests of all nodes by id, for programs and for people', async () => {
    const host = fakeHost({ files });
    const { files: documents, findings } = await inventoryPveGuests(host, pveFacts, valuesOf(host));
    expect(findings).toEqual([]);
    const { guests, hostname } = JSON.parse(documents.get('guests.json') ?? '') as GuestInventory;
    expect(hostname).toBe('pve1.example.net');
    expect(guests.map(({ id }) => id)).toEqual([99, 100, 200]);
    const page = (documents.get('guests.txt') ?? '').split('\n').slice(1);
    expect(page.join('\n')).toMatchInlineSnapshot(`
      "3 guests on 2 nodes.

      VM 99  first  (node pve1, template)

      VM 100  web  (node pve1, starts at boot)
        hardware        8192 MiB memory, 4 cores, 2 sockets, q35, ovmf, l26
        disks           efidisk0    local-zfs:vm-100-disk-0  1M
                        ide2        local:iso/debian-12.iso  600M  CD
                        scsi0       local-zfs:vm-100-disk-1  32G
                        scsi1       local-zfs:vm-100-disk-2  100G  not in backups of the guest
                        unused0     nas:100/vm-100-disk-9.qcow2
        networks        net0        virtio  bc:24:11:aa:bb:01  on vmbr0  VLAN 20
        boot            order=scsi0;net0
        passed through  hostpci0: 0000:01:00,pcie=1,romfile=gpu.bin
                        usb0: host=1-2
        waiting         memory: 16384
                        delete: usb0
        snapshots       before-upgrade  2023-11-14T22:13:20.000Z
        notes           Shop of the customer
                        second line
                        call: 0123

      Container 200  mail  (node pve2)
        hardware        512 MiB memory, 1 core
        disks           mp0         local-zfs:subvol-200-disk-1  50G  at /var/mail  not in backups of the guest
                        mp1         /tank/share  at /share  not in backups of the guest
                        rootfs      local-zfs:subvol-200-disk-0  8G
        networks        net0        veth  bc:24:11:aa:bb:02  on vmbr1  192.0.2.7/24
        passed through  lxc.cgroup2.devices.allow: c 226:0 rwm
                        lxc.cgroup2.devices.allow: c 226:128 rwm
        waiting         cores: 2

      Guests with disks on each storage
        local-zfs: 100, 200
        nas: 100
      "
    `);
  });

  test('of a node without guests makes no document', async () => {
    const host = fakeHost({ files: { '/etc/pve/nodes/pve1/qemu-server/': '' } });
    const { files: documents } = await inventoryPveGuests(host, pveFacts, valuesOf(host));
    expect([...documents.keys()]).toEqual([]);
  });

  test('looks where PVE_CONFIG_PATH leads', async () => {
    const host = fakeHost({ files: { '/srv/pve/nodes/a/lxc/7.conf': 'hostname: seven\n' } });
    const values = valuesOf(host, { PVE_CONFIG_PATH: '/srv/pve' });
    const { files: documents } = await inventoryPveGuests(host, pveFacts, values);
    expect(documents.get('guests.txt')).toContain('Container 7  seven  (node a)');
  });

  test('shows control characters in a name as what they are', async () => {
    const host = fakeHost({ files: { '/etc/pve/nodes/a/lxc/7.conf': 'hostname: a\u001b[31mred\n' } });
    const { files: documents } = await inventoryPveGuests(host, pveFacts, valuesOf(host));
    expect(documents.get('guests.txt')).toContain(String.raw`a\x1b[31mred`);
  });

  test('of 2,000 guests on five nodes are all listed', async () => {
    const many = Array.from({ length: 2000 }, (_unused, index) => [
      `/etc/pve/nodes/n${index % 5}/qemu-server/${100 + index}.conf`,
      webServer,
    ]);
    const host = fakeHost({ files: Object.fromEntries(many) as Record<string, string> });
    const { files: documents } = await inventoryPveGuests(host, pveFacts, valuesOf(host));
    expect(documents.get('guests.txt')).toContain('2,000 guests on 5 nodes.');
  });
});
