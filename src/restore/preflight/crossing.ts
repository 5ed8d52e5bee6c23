// Whether a backup comes back to what it was made on: the same major versions, the same machine. What the catalogue marks
// as `review` depends on it. Pure.

import type { HostFacts } from '../../host/facts.ts';
import type { Product } from '../../catalogue/types.ts';
import type { HardwareFacts } from './hardware.ts';

export interface Side {
  /** Absent for archives of the existing edition. */
  facts: HostFacts | undefined;
  hardware: HardwareFacts;
  hostname: string;
  products: readonly ('pve' | 'pbs')[];
  versions: { pve?: string; pbs?: string };
}

export interface Crossing {
  /** By product: why its major version counts as another one; absent: it is the same. */
  versions: Readonly<Partial<Record<Product, string>>>;
  /** Why the machine counts as another one; undefined: it is the same. */
  hardware: string | undefined;
}

export function sideOfHost(facts: HostFacts, hardware: HardwareFacts): Side {
  const products = (['pve', 'pbs'] as const).filter((product) => facts[product] !== undefined);
  const versions: Side['versions'] = {};
  for (const product of products) versions[product] = facts[product]?.version ?? 'unknown';
  return { facts, hardware, hostname: facts.hostname, products, versions };
}

export function compareSides(backup: Side, host: Side): Crossing {
  const versions: Partial<Record<Product, string>> = {};
  for (const product of ['pve', 'pbs'] as const) {
    const why = versionDifference(product, backup, host);
    if (why !== undefined) versions[product] = why;
  }
  const system = systemDifference(backup, host) ?? versions.pve ?? versions.pbs;
  if (system !== undefined) versions.host = system;
  return { versions, hardware: hardwareDifference(backup, host) };
}

/** Leading number of a version; undefined when nothing tells it. */
export function majorOf(version: string | undefined): number | undefined {
  const digits = /^\d+/u.exec(version ?? '')?.[0];
  return digits === undefined ? undefined : Number(digits);
}

function versionDifference(product: 'pve' | 'pbs', backup: Side, host: Side): string | undefined {
  if (!backup.products.includes(product) || !host.products.includes(product)) return undefined;
  const [saved, live] = [majorOf(backup.versions[product]), majorOf(host.versions[product])];
  const name = product.toUpperCase();
  if (saved === undefined || live === undefined) return `the version of ${name} in the backup is not known`;
  return saved === live ? undefined : `it is of ${name} ${saved}, this host has ${name} ${live}`;
}

function systemDifference(backup: Side, host: Side): string | undefined {
  const saved = backup.facts?.codename;
  const live = host.facts?.codename;
  if (saved === undefined || live === undefined || saved === 'unknown' || live === 'unknown')
    return undefined;
  return saved === live ? undefined : `it is of ${saved}, this host runs ${live}`;
}

function hardwareDifference(backup: Side, host: Side): string | undefined {
  const cards = shareOf(backup.hardware.cardMacs, host.hardware.cardMacs);
  if (cards === 'none') return 'none of the network cards is of the backed-up machine';
  const disks = shareOf(backup.hardware.diskIds, host.hardware.diskIds);
  if (disks === 'none') return 'none of the disks is of the backed-up machine';
  const [saved, live] = [backup.facts, host.facts];
  if (differ(saved?.bootMode, live?.bootMode)) return 'this machine boots in another way';
  if (differ(saved?.rootFilesystem, live?.rootFilesystem)) return 'this host has another root file system';
  return cards === 'unknown' && disks === 'unknown'
    ? 'nothing tells whether this is the same machine'
    : undefined;
}

function differ(saved: string | undefined, live: string | undefined): boolean {
  return (
    saved !== undefined && live !== undefined && saved !== live && saved !== 'unknown' && live !== 'unknown'
  );
}

function shareOf(
  saved: readonly string[] | undefined,
  live: readonly string[] | undefined,
): 'some' | 'none' | 'unknown' {
  if (saved === undefined || live === undefined || saved.length === 0 || live.length === 0) return 'unknown';
  return saved.some((id) => live.includes(id)) ? 'some' : 'none';
}
