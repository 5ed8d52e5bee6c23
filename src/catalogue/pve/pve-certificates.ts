// Authority, certificates and keys of the cluster and its nodes; ACME accounts; keys by which nodes trust each other.

import type { HostFacts } from '../../host/facts.ts';
import { pveFiles, pveGlobs, pveTrees, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

const certificates = { ...throughPmxcfs('pve_config_export'), across: 'review' } as const;
const keys = { ...certificates, secret: true } as const;

export const pveCertificatesArea: Area = {
  id: 'pve-certificates',
  title: 'Proxmox certificates and keys',
  about: 'Certificates that browsers and nodes trust, their private keys, and ACME accounts.',
  product: 'pve',
  toggles: [],
  items: [
    ...pveFiles(certificates, 'pve-root-ca.pem', 'authkey.pub.old'),
    ...pveFiles(
      // Every node that has started once has it: without it the cluster file system is not there.
      { ...certificates, expected: ({ pve }: HostFacts) => pve !== undefined },
      'authkey.pub',
    ),
    ...pveFiles(
      { ...keys, essential: 'the authority that signs the certificates of all nodes' },
      'priv/pve-root-ca.key',
    ),
    ...pveFiles({ ...keys, essential: 'signs log-in tickets' }, 'priv/authkey.key'),
    ...pveFiles(keys, 'priv/pve-root-ca.srl', 'pve-www.key'),
    ...pveGlobs(certificates, 'nodes/*/{pve-ssl,pveproxy-ssl}.pem'),
    ...pveGlobs(
      { ...keys, essential: 'private keys of the web interface, own ones included' },
      'nodes/*/{pve-ssl,pveproxy-ssl}.key',
    ),
    // API credentials of name servers are in it.
    ...pveTrees({ ...keys, essential: 'ACME accounts cannot be taken over without their keys' }, 'priv/acme'),
    ...pveFiles(certificates, 'priv/authorized_keys', 'priv/known_hosts'),
    ...pveGlobs(certificates, 'nodes/*/ssh_known_hosts'),
  ],
};
