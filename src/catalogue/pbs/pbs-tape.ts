// Tape: drives, changers, media pools, jobs, the keys of encrypted tapes and the list of known tapes.

import { files } from '../items.ts';
import { pbsCommand, pbsFiles, staged } from '../pbs-items.ts';
import type { Area, ItemBase } from '../types.ts';

const tape = staged('pbs_tape');
const tapeKeys = {
  ...tape,
  secret: true,
  essential: 'encrypted tapes cannot be read without their keys',
} as const satisfies ItemBase;

export const pbsTapeArea: Area = {
  id: 'pbs-tape',
  title: 'Tape',
  about: 'Encrypted tapes are lost without their keys; drives, pools and jobs would be set up by hand.',
  product: 'pbs',
  toggles: ['BACKUP_TAPE_CONFIGS'],
  items: [
    // Names the devices of this machine.
    ...pbsFiles({ ...tape, across: 'review' }, 'tape.cfg'),
    ...pbsFiles(tape, 'tape-job.cfg', 'media-pool.cfg'),
    ...pbsFiles(tapeKeys, 'tape-encryption-keys.json', 'tape-encryption-key-config.json'),
    // Which tape belongs to which set. The catalogs beside it can be huge; `proxmox-tape catalog` reads them off the tapes.
    ...files(tape, '/var/lib/proxmox-backup/tape/inventory.json'),
    pbsCommand('proxmox-tape drive list', 'tape_drives.json'),
    pbsCommand('proxmox-tape changer list', 'tape_changers.json'),
    pbsCommand('proxmox-tape pool list', 'tape_pools.json'),
  ],
};
