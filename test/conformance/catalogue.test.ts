// The catalogue is data; these are the rules that the compiler cannot check.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { areas } from '../../src/catalogue/index.ts';
import { categoryIds, type Area, type Item } from '../../src/catalogue/types.ts';
import { addClaim, createOwnership, ownerAt, positionOf } from '../../src/catalogue/ownership.ts';
import { isOptionName, options, type OptionName } from '../../src/config/options.ts';
import type { HostFacts } from '../../src/host/facts.ts';

const catalogueDirectory = join(import.meta.dirname, '../../src/catalogue');
const everyItem = areas.flatMap((area) => area.items.map((item) => ({ area, item })));
const plainHost: HostFacts = {
  hostname: 'plain',
  nodeName: 'plain',
  leftovers: [],
  operatingSystem: 'Debian GNU/Linux 13 (trixie)',
  codename: 'trixie',
  kernel: '6.12',
  architecture: 'amd64',
  bootMode: 'bios',
  rootFilesystem: 'ext4',
  isContainer: false,
  usesZfs: false,
  usesCeph: false,
};

/** Host path or pattern which an item claims; options by their default. */
function claimOf(item: Item): string | undefined {
  const source = item.kind === 'glob' ? item.pattern : 'path' in item ? item.path : undefined;
  if (source === undefined || typeof source === 'string') return source;
  if ('known' in source) return undefined;
  const base = defaultPath(source.option);
  return source.below === undefined ? base : `${base}/${source.below}`;
}

/** Defaults may name other keys: `${PVE_CONFIG_PATH}/corosync.conf`. */
function defaultPath(name: OptionName): string {
  const text = options[name].default;
  if (typeof text !== 'string') throw new Error(`${name} has no text as its default`);
  return text.replace(/\$\{(\w+)\}/g, (_match, inner: string) => defaultPath(inner as OptionName));
}

function optionOf(item: Item): string[] {
  const source = item.kind === 'glob' ? item.pattern : 'path' in item ? item.path : '';
  return typeof source === 'object' && 'option' in source ? [source.option] : [];
}

function outputOf(item: Item): string | undefined {
  if (item.kind === 'each') return item.output('name', 'name');
  return item.kind === 'command' || item.kind === 'inventory' ? item.output : undefined;
}

function argvOf(item: Item): readonly string[] | undefined {
  if (item.kind === 'each') return item.argv('NAME');
  return item.kind === 'command' ? item.argv : undefined;
}

function duplicates(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

function ownerOf(path: string): Item | undefined {
  const root = createOwnership();
  for (const [areaIndex, area] of areas.entries()) {
    for (const [itemIndex, item] of area.items.entries()) {
      const claim = claimOf(item);
      if (claim !== undefined)
        addClaim(root, claim, { areaId: String(areaIndex), itemIndex, isEnabled: true, isWithheld: false });
    }
  }
  for (let parent = path; parent !== ''; parent = parent.slice(0, parent.lastIndexOf('/'))) {
    const owner = ownerAt(positionOf(root, parent));
    if (owner !== undefined) return areas[Number(owner.areaId)]?.items[owner.itemIndex];
  }
  return undefined;
}

describe('areas', () => {
  test('have unique ids in kebab case', () => {
    const ids = areas.map(({ id }) => id);
    expect(duplicates(ids)).toEqual([]);
    expect(ids.filter((id) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id))).toEqual([]);
  });

  test.each(['host', 'pve', 'pbs'] as const)(
    'in the folder of product %s are exactly those of the list',
    async (product) => {
      const names = readdirSync(join(catalogueDirectory, product));
      const found = await Promise.all(
        names.map(async (name) => {
          const module: Record<string, Area> = await import(join(catalogueDirectory, product, name));
          const [area, ...others] = Object.values(module);
          expect(others, `${name} exports one area`).toEqual([]);
          expect(`${area?.id ?? ''}.ts`).toBe(name);
          return area;
        }),
      );
      const listed = areas.filter((area) => area.product === product);
      expect(new Set(listed)).toEqual(new Set(found));
      expect(listed).toHaveLength(names.length);
    },
  );

  test('each say in a sentence what they are good for', () => {
    expect(areas.filter(({ title }) => title.trim() === '').map(({ id }) => id)).toEqual([]);
    expect(areas.filter(({ about }) => !/^[A-Z].*\.$/.test(about)).map(({ id }) => id)).toEqual([]);
  });

  test('each have something to save', () => {
    expect(areas.filter(({ items }) => items.length === 0).map(({ id }) => id)).toEqual([]);
  });
});

describe('items', () => {
  test('no path or pattern is claimed twice', () => {
    const claims = everyItem.flatMap(({ item }) => claimOf(item) ?? []);
    expect(duplicates(claims)).toEqual([]);
  });

  test('paths are absolute and normal', () => {
    const claims = everyItem.flatMap(({ item }) => claimOf(item) ?? []);
    expect(claims.filter((path) => !/^(\/[^/\s]+)+$/.test(path) || /\/\.\.?(\/|$)/.test(path))).toEqual([]);
  });

  test('a file or tree path holds no glob character, a glob holds one', () => {
    const isGlob = (text: string) => /[*?[\]{}]/.test(text);
    const wrong = everyItem.filter(
      ({ item }) => claimOf(item) !== undefined && isGlob(claimOf(item) ?? '') !== (item.kind === 'glob'),
    );
    expect(wrong.map(({ item }) => claimOf(item))).toEqual([]);
  });

  test('name known categories and existing options', () => {
    const categories: readonly string[] = categoryIds;
    expect(everyItem.filter(({ item }) => !categories.includes(item.category))).toEqual([]);
    const toggles = everyItem.flatMap(({ area, item }) => [...area.toggles, ...(item.toggles ?? [])]);
    expect(toggles.filter((name) => !isOptionName(name) || options[name].kind !== 'bool')).toEqual([]);
    const keys = everyItem.flatMap(({ item }) => [
      ...(item.maxFileSizeOption === undefined || item.maxFileSizeOption === 'none'
        ? []
        : [item.maxFileSizeOption]),
      ...(item.excludeOption === undefined ? [] : [item.excludeOption]),
      ...(item.kind === 'listed' ? [item.option] : []),
      ...optionOf(item),
    ]);
    expect(keys.filter((name) => !isOptionName(name))).toEqual([]);
  });

  test('that never come back say why', () => {
    const reasons = everyItem.flatMap(({ item }) =>
      item.restore.how === 'never' ? [item.restore.reason] : [],
    );
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => reason.trim().length < 10)).toEqual([]);
  });

  test('that a rebuild needs say why, in words that fit into a list', () => {
    const reasons = everyItem.flatMap(({ item }) => item.essential ?? []);
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => !/^[A-Za-z/].{9,}[^.]$/.test(reason))).toEqual([]);
  });

  test('on a plain Debian nothing but the account files is expected', () => {
    const expected = everyItem.filter(({ item }) => item.expected?.(plainHost) === true);
    expect(expected.map(({ item }) => claimOf(item))).toEqual(['/etc/passwd', '/etc/group', '/etc/shadow']);
  });
});

describe('commands and inventories', () => {
  test('write each to a place of its own below var/lib', () => {
    const outputs = everyItem.flatMap(({ item }) => outputOf(item) ?? []);
    expect(duplicates(outputs)).toEqual([]);
    expect(outputs.filter((path) => !/^var\/lib(\/[A-Za-z0-9][\w.-]*)+$/.test(path))).toEqual([]);
  });

  test('no command is run twice', () => {
    const lines = everyItem.flatMap(({ item }) => argvOf(item)?.join(' ') ?? []);
    expect(duplicates(lines)).toEqual([]);
  });

  test('program names are bare or absolute', () => {
    const programs = everyItem.flatMap(({ item }) => argvOf(item)?.[0] ?? []);
    expect(programs.filter((name) => name === '' || (name.includes('/') && !name.startsWith('/')))).toEqual(
      [],
    );
  });

  test('a plain Debian runs no command of ZFS or of a Proxmox tool', () => {
    const wanted = everyItem.flatMap(({ area, item }) =>
      item.kind === 'command' && area.product === 'host' && (item.when?.(plainHost) ?? true)
        ? [item.argv[0]]
        : [],
    );
    expect(wanted.filter((name) => /^(zpool|zfs|proxmox|pve|efibootmgr)/.test(name))).toEqual([]);
  });
});

describe('secrets', () => {
  test.each([
    '/etc/shadow',
    '/etc/shadow-',
    '/etc/gshadow',
    '/etc/security/opasswd',
    '/etc/ssh/ssh_host_ed25519_key',
    '/root/.ssh/id_ed25519',
    '/root/.bash_history',
    '/root/.config/rclone/rclone.conf',
    '/home/a/.ssh/id_rsa',
    '/home/a/.netrc',
    '/etc/ssl/private/key.pem',
    '/etc/letsencrypt/live/x/privkey.pem',
    '/etc/apt/auth.conf',
    '/etc/apt/auth.conf.d/pve-enterprise.conf',
    '/etc/NetworkManager/system-connections/wifi.nmconnection',
    '/etc/netplan/01.yaml',
    '/etc/systemd/network/wg0.netdev',
    '/etc/wpa_supplicant/wpa_supplicant.conf',
    '/etc/ppp/chap-secrets',
    '/etc/wireguard/wg0.conf',
    '/etc/openvpn/server/server.key',
    '/etc/ipsec.secrets',
    '/var/lib/tailscale/tailscaled.state',
    '/var/lib/zerotier-one/identity.secret',
    '/etc/iscsi/iscsid.conf',
    '/var/lib/iscsi/nodes/x/default',
    '/etc/cryptsetup-keys.d/data.key',
    '/etc/zfs/keys/tank',
    '/etc/auto.smb.nas',
    '/etc/postfix/sasl_passwd',
    '/etc/postfix/sasl_passwd.db',
    '/etc/dma/auth.conf',
    '/etc/msmtprc',
    '/etc/exim4/passwd.client',
    '/etc/snmp/snmpd.conf',
    '/etc/zabbix/zabbix_agentd.psk',
    '/etc/nut/upsd.users',
    '/etc/krb5.keytab',
    '/etc/chrony/chrony.keys',
    '/etc/dropbear/initramfs/dropbear_ed25519_host_key',
    '/etc/credstore/x',
    '/etc/proxsave/backup.env',
    '/opt/proxsave/configs/backup.env',
    '/opt/proxsave/identity/age/recipient.txt',
    '/etc/pve/priv/shadow.cfg',
    '/etc/pve/nodes/pve1/pve-ssl.key',
    '/etc/pve/nodes/pve1/qemu-server/100.conf',
    '/etc/pve/priv/storage/pbs.enc',
    '/etc/pve/priv/ceph.client.admin.keyring',
    '/etc/pve/priv/pve-root-ca.key',
    '/etc/pve/priv/acme/plugins.cfg',
    '/etc/pve/priv/metricserver/influx.pw',
    '/etc/pve/pve-www.key',
    '/etc/pve/domains.cfg',
    '/etc/pve/datacenter.cfg',
    '/etc/pve/notifications.cfg',
    '/etc/pve/sdn/ipams.cfg',
    '/etc/corosync/authkey',
    '/var/lib/pve-cluster/config.db',
    '/var/lib/pve-cluster/backup/config-1.sql.gz',
    '/etc/ceph/ceph.client.admin.keyring',
    '/etc/proxmox-backup/tfa.json',
    '/etc/some-program-nobody-listed/token',
  ])('%s is marked', (path) => {
    expect(ownerOf(path)?.secret).toBe(true);
  });

  test.each([
    '/etc/passwd',
    '/etc/hosts',
    '/etc/network/interfaces',
    '/etc/fstab',
    '/etc/ssh/sshd_config',
    '/etc/pve/storage.cfg',
    '/etc/pve/user.cfg',
    '/etc/pve/jobs.cfg',
    '/etc/pve/firewall/cluster.fw',
    '/etc/pve/ha/rules.cfg',
    '/etc/pve/corosync.conf',
  ])('%s is not, so that its difference can be shown', (path) => {
    expect(ownerOf(path)).toBeDefined();
    expect(ownerOf(path)?.secret).toBeUndefined();
  });

  test('key files that other files name, and answers to package questions, are marked', () => {
    const referenced = everyItem.filter(({ item }) => item.kind === 'referenced');
    expect(referenced.length).toBeGreaterThan(0);
    expect(referenced.filter(({ item }) => item.secret !== true)).toEqual([]);
    const debconf = everyItem.find(
      ({ item }) => item.kind === 'command' && item.argv[0] === 'debconf-get-selections',
    );
    expect(debconf?.item.secret).toBe(true);
  });
});

describe('what may come back onto other hardware', () => {
  test.each([
    '/etc/fstab',
    '/etc/crypttab',
    '/etc/default/grub',
    '/etc/kernel/cmdline',
    '/etc/initramfs-tools/modules',
    '/etc/modules',
    '/etc/modprobe.d/vfio.conf',
    '/etc/modules-load.d/x.conf',
    '/etc/systemd/system/x.service.d/override.conf',
    '/etc/apt/sources.list',
    '/etc/zfs/zpool.cache',
    '/etc/hostid',
    '/etc/udev/rules.d/70-net.rules',
    '/etc/network/interfaces',
    '/etc/pve/mapping/pci.cfg',
    '/etc/pve/ceph.conf',
    '/etc/pve/corosync.conf',
    '/etc/corosync/corosync.conf',
    '/var/lib/pve-cluster/config.db',
  ])('%s only after review', (path) => {
    expect(ownerOf(path)?.across).toBe('review');
  });
});
