// network_inventory.json: which network cards the host has and how to recognise each. Restore maps the cards of the
// old machine to those of the new one by it. Keys as the existing edition writes them.

import { posix } from 'node:path';
import type { Finding } from '../../findings.ts';
import { hostNames, hostPathKind, readHostText } from '../../host/detect-text.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { askProgram, mapFew, oneDocument, type InventoryResult } from './inventory.ts';

/** One network interface; absent keys are not known or do not apply. */
export interface InterfaceRecord {
  name: string;
  mac?: string;
  /** Burnt-in address: unlike `mac` it is the card's own even in a bond. */
  permanent_mac?: string;
  driver?: string;
  /** Place of the card in sysfs, down to its PCI address. */
  pci_path?: string;
  ifindex?: number;
  oper_state?: string;
  speed_mbps?: number;
  is_virtual?: boolean;
  udev_properties?: Readonly<Record<string, string>>;
  system_net_path: string;
}

export interface NetworkInventory {
  generated_at: string;
  hostname: string;
  host_commands_skipped?: boolean;
  host_commands_skipped_reason?: string;
  interfaces: readonly InterfaceRecord[];
}

const netDirectory = '/sys/class/net';

export async function inventoryNetwork(host: Host, facts: HostFacts): Promise<InventoryResult> {
  const findings: Finding[] = [];
  const names = hostNames(host, netDirectory).filter(
    // bonding_masters is a file beside the interfaces.
    (name) => hostPathKind(host, `${netDirectory}/${name}`) === 'directory',
  );
  const interfaces = await mapFew(names, (name) => describeInterface(host, name, findings));
  const inventory: NetworkInventory = {
    generated_at: host.clock.now().toISOString(),
    hostname: facts.hostname,
    ...skippedCommands(host),
    interfaces,
  };
  return oneDocument(`${JSON.stringify(inventory, null, 2)}\n`, findings);
}

function skippedCommands(host: Host): Partial<NetworkInventory> {
  if (host.root === '/' || ['udevadm', 'ethtool'].some((name) => host.commands.find(name) !== undefined))
    return {};
  return {
    host_commands_skipped: true,
    host_commands_skipped_reason:
      'another root is saved; commands of the running system would describe the wrong machine',
  };
}

async function describeInterface(host: Host, name: string, findings: Finding[]): Promise<InterfaceRecord> {
  const path = `${netDirectory}/${name}`;
  const device = realHostPath(host, `${path}/device`);
  const isVirtual = device === undefined || (realHostPath(host, path) ?? '').includes('/devices/virtual/');
  const mac = macOf(readHostText(host, `${path}/address`));
  const speed = numberOf(readHostText(host, `${path}/speed`));
  return withoutUndefined({
    name,
    mac,
    // A host with many guests has hundreds of virtual interfaces; none of them needs recognising.
    ...(isVirtual ? {} : await askAboutCard(host, name, findings)),
    pci_path: device === undefined ? undefined : pciPathOf(device),
    ifindex: numberOf(readHostText(host, `${path}/ifindex`)),
    oper_state: textOf(readHostText(host, `${path}/operstate`)),
    // -1: no link.
    speed_mbps: speed !== undefined && speed > 0 ? speed : undefined,
    is_virtual: isVirtual,
    system_net_path: path,
  });
}

type CardRecord = Partial<Pick<InterfaceRecord, 'permanent_mac' | 'driver' | 'udev_properties'>>;

async function askAboutCard(host: Host, name: string, findings: Finding[]): Promise<CardRecord> {
  const path = `${netDirectory}/${name}`;
  const driverPath = realHostPath(host, `${path}/device/driver`);
  const udev = await answerOf(host, ['udevadm', 'info', '-q', 'property', '-p', path], findings);
  return withoutUndefined({
    permanent_mac:
      macOf(readHostText(host, `${path}/bonding_slave/perm_hwaddr`)) ??
      macOf(/Permanent address:\s*(\S+)/.exec(await answerOf(host, ['ethtool', '-P', name], findings))?.[1]),
    driver:
      driverPath === undefined
        ? /^driver:\s*(\S+)/m.exec(await answerOf(host, ['ethtool', '-i', name], findings))?.[1]
        : posix.basename(driverPath),
    udev_properties: udev === '' ? undefined : parseUdevProperties(udev),
  });
}

async function answerOf(
  host: Host,
  argv: readonly [string, ...string[]],
  findings: Finding[],
): Promise<string> {
  const result = await askProgram(host, argv, findings);
  return result.status === 'ok' ? result.stdout.toString('utf8') : '';
}

/** KEY=value lines, as `udevadm info -q property` prints them. */
export function parseUdevProperties(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
  });
  return Object.fromEntries(pairs);
}

/** Where links of sysfs lead, as a path of the host; undefined when there is nothing. */
function realHostPath(host: Host, hostPath: string): string | undefined {
  try {
    const real = host.fs.realPath(host.resolve(hostPath));
    const root = host.fs.realPath(host.resolve('/'));
    return root === '/' ? real : real.slice(root.length);
  } catch {
    return undefined;
  }
}

/** Down to the last PCI address: what follows (virtio3) is numbered anew at each boot. Undefined: not on PCI. */
function pciPathOf(device: string): string | undefined {
  return /^.*\/[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f](?=\/|$)/.exec(device)?.[0];
}

function macOf(text: string | undefined): string | undefined {
  const mac = text?.trim().toLowerCase() ?? '';
  return /^([0-9a-f]{2}:){5,}[0-9a-f]{2}$/.test(mac) && !/^[0:]+$/.test(mac) ? mac : undefined;
}

function numberOf(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^-?\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}

function textOf(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? undefined : trimmed;
}

type WithoutUndefined<Record> = { [Key in keyof Record]: Exclude<Record[Key], undefined> };

function withoutUndefined<Fields extends object>(fields: Fields): WithoutUndefined<Fields> {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as WithoutUndefined<Fields>;
}
