// The certificate of the web interface and the API. Clients pin its fingerprint.

import { mayFail } from '../items.ts';
import { pbsCommand, pbsFiles, pbsTree } from '../pbs-items.ts';
import type { Area, ItemBase } from '../types.ts';

const certificate = {
  category: 'ssl',
  restore: { how: 'stage', kind: 'pbs' },
  across: 'safe',
} as const satisfies ItemBase;
const essential = 'every client and remote that pins the fingerprint must be told a new one without it';

export const pbsCertificatesArea: Area = {
  id: 'pbs-certificates',
  title: 'Backup server certificate',
  about: 'With a new certificate, every host that pins its fingerprint stops backing up.',
  product: 'pbs',
  toggles: [],
  items: [
    ...pbsFiles({ ...certificate, essential }, 'proxy.pem'),
    ...pbsFiles({ ...certificate, essential, secret: true }, 'proxy.key'),
    pbsTree({ ...certificate, secret: true }, 'ssl'),
    pbsCommand('proxmox-backup-debug api get /nodes/localhost/certificates/info', 'cert_info.json', mayFail),
  ],
};
