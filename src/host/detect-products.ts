// Which Proxmox products are installed. Packages and working tools decide; directories alone never do, because a
// removed product leaves them behind.

import { askHost, hostNames, hostPathKind, readHostText } from './detect-text.ts';
import type { HostFacts, InstalledProduct } from './facts.ts';
import type { Host } from './host.ts';

interface ProductTraits {
  packageName: string;
  versionCommand: readonly [string, ...string[]];
  /** First group: the version, in what the command prints; the first one that matches counts. */
  versionPatterns: readonly RegExp[];
  directories: readonly string[];
}

const pveTraits: ProductTraits = {
  packageName: 'pve-manager',
  versionCommand: ['pveversion'],
  versionPatterns: [/pve-manager\/(\d[^/\s]*)/],
  directories: ['/etc/pve', '/etc/pve-manager', '/var/lib/pve-cluster', '/usr/share/pve-manager'],
};
const pbsTraits: ProductTraits = {
  packageName: 'proxmox-backup-server',
  versionCommand: ['proxmox-backup-manager', 'version'],
  // The running version is `unknown` while the service is down.
  versionPatterns: [/running version:\s*(\d\S*)/, /proxmox-backup-server (\d[^\s-]*)/],
  directories: ['/etc/proxmox-backup', '/var/lib/proxmox-backup', '/usr/share/proxmox-backup'],
};

const toolTimeoutMs = 5_000;
const maxStatusBytes = 64 * 1024 * 1024;
/** States of dpkg in which the program is in place; the later ones are those of an upgrade under way. */
const installedStates = ['installed', 'triggers-pending', 'triggers-awaited', 'half-configured', 'unpacked'];

export interface PackageRecord {
  version: string;
  architecture: string;
}

/** The package database of the host as one text. */
export function readPackageDatabase(host: Host): string {
  const main = readHostText(host, '/var/lib/dpkg/status', maxStatusBytes);
  if (main !== undefined) return main;
  // Images without dpkg keep one file a package, without the Status field.
  return hostNames(host, '/var/lib/dpkg/status.d')
    .filter((name) => !name.endsWith('.md5sums'))
    .map((name) => readHostText(host, `/var/lib/dpkg/status.d/${name}`) ?? '')
    .map((stanza) =>
      /^Status:/m.test(stanza) ? stanza : stanza.replace(/^Package:.*$/m, '$&\nStatus: install ok installed'),
    )
    .join('\n\n');
}

/** The record of an installed package; undefined for unknown, removed and half-removed ones. */
export function findPackage(database: string, name: string): PackageRecord | undefined {
  const at = `\n${database}`.indexOf(`\nPackage: ${name}\n`);
  if (at === -1) return undefined;
  const stanza = database.slice(at).split('\n\n', 1)[0] ?? '';
  const state = fieldOf(stanza, 'Status')?.split(/\s+/)[2];
  if (state === undefined || !installedStates.includes(state)) return undefined;
  return {
    version: fieldOf(stanza, 'Version') ?? 'unknown',
    architecture: fieldOf(stanza, 'Architecture') ?? 'unknown',
  };
}

function fieldOf(stanza: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(\\S.*?)\\s*$`, 'm').exec(stanza)?.[1];
}

/** `2:3.4.1-1` -> `3.4.1`: epoch and Debian revision say nothing about the product. */
function productVersion(packageVersion: string): string {
  return packageVersion.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}

async function detectProduct(
  host: Host,
  database: string,
  traits: ProductTraits,
): Promise<InstalledProduct | undefined> {
  const answer = await askHost(host, traits.versionCommand, toolTimeoutMs);
  const told = traits.versionPatterns.flatMap((pattern) => pattern.exec(answer ?? '')?.[1] ?? [])[0];
  const installed = findPackage(database, traits.packageName);
  if (installed !== undefined) {
    return {
      version: told ?? productVersion(installed.version),
      evidence: `package ${traits.packageName} ${installed.version}`,
    };
  }
  if (told === undefined) return undefined;
  return { version: told, evidence: `${traits.versionCommand.join(' ')} answers ${told}` };
}

export async function detectProducts(
  host: Host,
  database: string,
): Promise<Pick<HostFacts, 'pve' | 'pbs' | 'leftovers'>> {
  const [pve, pbs] = await Promise.all([
    detectProduct(host, database, pveTraits),
    detectProduct(host, database, pbsTraits),
  ]);
  const leftovers = [
    ...(pve === undefined ? pveTraits.directories : []),
    ...(pbs === undefined ? pbsTraits.directories : []),
  ].filter((directory) => hostPathKind(host, directory) === 'directory');
  return { ...(pve === undefined ? {} : { pve }), ...(pbs === undefined ? {} : { pbs }), leftovers };
}
