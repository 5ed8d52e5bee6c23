// Finds out, once a run, what kind of host this is. Bounded in time, and whatever odd content it meets, it answers.

import { detectCeph } from './detect-ceph.ts';
import { detectCluster } from './detect-cluster.ts';
import { detectHostname } from './detect-hostname.ts';
import { detectPlatform } from './detect-platform.ts';
import { detectProducts, readPackageDatabase } from './detect-products.ts';
import type { HostFacts } from './facts.ts';
import type { Host } from './host.ts';

/** Never throws for what it finds or does not find on the host. */
export async function detectFacts(host: Host): Promise<HostFacts> {
  const packageDatabase = readPackageDatabase(host);
  const [hostname, products, platform] = await Promise.all([
    detectHostname(host),
    detectProducts(host, packageDatabase),
    detectPlatform(host, packageDatabase),
  ]);
  // A corosync.conf on a host without Proxmox VE belongs to something else, or to the past.
  const cluster = products.pve === undefined ? undefined : detectCluster(host);
  return {
    hostname,
    nodeName: hostname.split('.', 1)[0] ?? hostname,
    ...products,
    ...(cluster === undefined ? {} : { cluster }),
    ...platform,
    usesCeph: detectCeph(host),
  };
}
