// Whether this host is part of a Ceph cluster, or its client with a configuration: its tools have somebody to talk to.
// An RBD storage on a foreign Ceph brings no ceph.conf, and there `ceph -s` could not work.

import { readHostText } from './detect-text.ts';
import type { Host } from './host.ts';

const configurationFiles = ['/etc/pve/ceph.conf', '/etc/ceph/ceph.conf'];

export function detectCeph(host: Host): boolean {
  return configurationFiles.some((path) =>
    /^[ \t]*(fsid|mon[ _](host|initial[ _]members))[ \t]*=[ \t]*\S/m.test(readHostText(host, path) ?? ''),
  );
}
