// What is known about the host that is saved. Detected once a run (detect-facts.ts), then a plain value.

export interface InstalledProduct {
  /** Version of the product, e.g. 8.4.1; `unknown` when nothing tells it. */
  version: string;
  /** Why we think that it is installed, e.g. "package pve-manager 8.4.1". */
  evidence: string;
}

export type ProxmoxType = 'pve' | 'pbs' | 'dual' | 'unknown';

export interface HostFacts {
  /** Full name if the host knows one, e.g. pve1.example.net; only [A-Za-z0-9.-]. */
  hostname: string;
  /** First label of the hostname: the node name of Proxmox. */
  nodeName: string;
  pve?: InstalledProduct;
  pbs?: InstalledProduct;
  /** Directories of a product that is not installed, e.g. /etc/proxmox-backup on a PVE-only host. */
  leftovers: readonly string[];
  cluster?: { name: string; nodeCount: number };
  /** PRETTY_NAME of os-release. */
  operatingSystem: string;
  /** VERSION_CODENAME of os-release, e.g. trixie. */
  codename: string;
  kernel: string;
  /** dpkg's architecture name, e.g. amd64. */
  architecture: string;
  bootMode: 'efi' | 'bios' | 'unknown';
  /** Type of the root file system, e.g. zfs, ext4. */
  rootFilesystem: string;
  /** Runs inside a container (some hardware commands cannot work there). */
  isContainer: boolean;
  usesZfs: boolean;
  /** Has a configuration of a Ceph cluster. */
  usesCeph: boolean;
}

export function proxmoxTypeOf(facts: Pick<HostFacts, 'pve' | 'pbs'>): ProxmoxType {
  if (facts.pve !== undefined) return facts.pbs === undefined ? 'pve' : 'dual';
  return facts.pbs === undefined ? 'unknown' : 'pbs';
}

/** `8.4.1`, `pve=8.4.1,pbs=3.4.0` or `unknown`: the form which the manifest has. */
export function proxmoxVersionOf(facts: Pick<HostFacts, 'pve' | 'pbs'>): string {
  if (facts.pve !== undefined && facts.pbs !== undefined) {
    return `pve=${facts.pve.version},pbs=${facts.pbs.version}`;
  }
  return facts.pve?.version ?? facts.pbs?.version ?? 'unknown';
}

/** For people: `pve`, `pbs`, `pve and pbs`, or that there is none. */
export function describeProduct(proxmoxType: string): string {
  if (proxmoxType === 'dual') return 'pve and pbs';
  return proxmoxType === 'unknown' ? 'no Proxmox product' : proxmoxType;
}
