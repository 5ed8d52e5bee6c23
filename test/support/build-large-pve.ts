// A large cluster, made rather than written down: the pve9-cluster fixture with as many nodes and guests as asked for.

import { buildFixtureHost, type FixtureHost, type FixtureOptions } from './build-fixture-host.ts';

export interface LargePveSize {
  nodes: number;
  guests: number;
}

interface Guest {
  id: number;
  node: string;
  kind: 'qemu' | 'lxc';
}

const firstId = 1000;
/** Guests of the small cluster. */
const formerGuests = [
  'node1/qemu-server/100',
  'node2/qemu-server/101',
  'node3/qemu-server/102',
  'node1/lxc/300',
  'node2/lxc/301',
].map((name) => `/etc/pve/nodes/${name}.conf`);

/** This host is node1. `base` is the caller's to remove. */
export function buildLargePveHost(
  base: string,
  size: LargePveSize,
  options: FixtureOptions = {},
): FixtureHost {
  const nodes = Array.from({ length: size.nodes }, (_, index) => `node${index + 1}`);
  const guests = Array.from({ length: size.guests }, (_, index): Guest => {
    const node = nodes[index % nodes.length] ?? 'node1';
    return { id: firstId + index, node, kind: index % 3 === 2 ? 'lxc' : 'qemu' };
  });
  return buildFixtureHost(base, 'pve9-cluster', {
    ...options,
    absent: [...formerGuests, ...(options.absent ?? [])],
    files: { ...clusterFiles(nodes, guests), ...options.files },
    answers: `${options.answers ?? ''}${largeAnswers(nodes, guests)}`,
  });
}

function clusterFiles(nodes: readonly string[], guests: readonly Guest[]): Record<string, string> {
  const ids = Object.fromEntries(
    guests.map(({ id, node, kind }, index) => [id, { node, type: kind, version: index + 1 }]),
  );
  const corosync = renderCorosync(nodes);
  return {
    '/etc/corosync/corosync.conf': corosync,
    '/etc/pve/corosync.conf': corosync,
    '/etc/pve/.vmlist': `${JSON.stringify({ version: guests.length, ids }, null, 1)}\n`,
    ...Object.fromEntries(nodes.map((node) => [`/etc/pve/nodes/${node}/config`, `# ${node}\n`])),
    ...Object.fromEntries(guests.map((guest) => [pathOf(guest), renderGuest(guest)])),
  };
}

function pathOf({ id, node, kind }: Guest): string {
  return `/etc/pve/nodes/${node}/${kind === 'qemu' ? 'qemu-server' : 'lxc'}/${id}.conf`;
}

function renderGuest({ id, kind }: Guest): string {
  const mac = `BC:24:11:00:${hex(id >> 8)}:${hex(id & 0xff)}`;
  const common = ['cores: 2', 'memory: 2048'];
  const own =
    kind === 'qemu'
      ? [
          'boot: order=scsi0',
          `name: guest${id}`,
          `net0: virtio=${mac},bridge=vmbr0`,
          'ostype: l26',
          `scsi0: ceph-vm:vm-${id}-disk-0,discard=on,size=32G`,
          'scsihw: virtio-scsi-single',
          `smbios1: uuid=11111111-7e57-4da7-8000-${String(id).padStart(12, '0')}`,
        ]
      : [
          'arch: amd64',
          `hostname: guest${id}`,
          `net0: name=eth0,bridge=vmbr0,hwaddr=${mac},ip=dhcp,type=veth`,
          'ostype: debian',
          `rootfs: ceph-vm:vm-${id}-disk-0,size=8G`,
          'swap: 0',
          'unprivileged: 1',
        ];
  return `${[...common, ...own].sort().join('\n')}\n`;
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}

function renderCorosync(nodes: readonly string[]): string {
  const blocks = nodes.map((node, index) =>
    [
      '  node {',
      `    name: ${node}`,
      `    nodeid: ${index + 1}`,
      '    quorum_votes: 1',
      `    ring0_addr: 198.51.100.${index + 11}`,
      '  }',
    ].join('\n'),
  );
  return `nodelist {\n${blocks.join('\n')}\n}\n\ntotem {\n  cluster_name: large\n  config_version: 9\n  version: 2\n}\n`;
}

/** Sections for stubs/answer.sh: what differs from the small cluster. */
function largeAnswers(nodes: readonly string[], guests: readonly Guest[]): string {
  const nodeList = nodes.map((node) => ({ id: `node/${node}`, node, status: 'online', type: 'node' }));
  const here = (kind: Guest['kind']) =>
    guests
      .filter((guest) => guest.kind === kind && guest.node === nodes[0])
      .map(({ id }) => ({ vmid: id, name: `guest${id}`, status: 'running' }));
  const empty = nodes.flatMap((node) => [
    `$json pvesh get /nodes/${node}/tasks --typefilter=vzdump`,
    `$json pvesh get /nodes/${node}/replication`,
  ]);
  return [
    '$json pvesh get /nodes',
    JSON.stringify(nodeList),
    '$json pvesh get /nodes/localhost/qemu',
    JSON.stringify(here('qemu')),
    '$json pvesh get /nodes/localhost/lxc',
    JSON.stringify(here('lxc')),
    ...empty,
    '[]',
    '',
  ].join('\n');
}
