// S3 endpoints that datastores lie on, with their keys.

import { information } from '../items.ts';
import { manager, pbsFiles, pbsOutputs, since, staged } from '../pbs-items.ts';
import type { Area } from '../types.ts';

export const pbsS3Area: Area = {
  id: 'pbs-s3',
  title: 'S3 endpoints',
  about: 'Without the endpoint and its keys, backups in an S3 bucket stay out of reach.',
  product: 'pbs',
  toggles: ['BACKUP_DATASTORE_CONFIGS', 'BACKUP_PBS_S3_ENDPOINTS'],
  items: [
    ...pbsFiles(
      {
        ...staged('datastore_pbs'),
        secret: true,
        essential: 'address and keys of the S3 endpoints that datastores lie on',
      },
      's3.cfg',
    ),
    manager('s3 endpoint list', 's3_endpoints.json', since(4)),
    {
      kind: 'each',
      of: 'pbs-s3-endpoints',
      argv: (name) => [
        'proxmox-backup-debug',
        'api',
        'get',
        `/config/s3/${encodeURIComponent(name)}/list-buckets`,
        '--output-format=json',
      ],
      output: (key) => `${pbsOutputs}/s3_endpoint_${key}_buckets.json`,
      ...information,
      // Asks the provider over the network.
      ...since(4),
    },
  ],
};
