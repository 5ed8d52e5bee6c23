import { bool, hostPath, int, list, section } from '../kinds.ts';

export const pbs = section(
  'pbs',
  'Proxmox Backup Server',
  'Used only where Proxmox Backup Server is installed.',
  {
    BACKUP_DATASTORE_CONFIGS: bool({
      default: 'true',
      doc: 'Datastores.',
    }),
    BACKUP_PBS_S3_ENDPOINTS: bool({
      default: '${BACKUP_DATASTORE_CONFIGS}',
      doc: 'S3 endpoints of datastores.',
    }),
    BACKUP_PBS_NODE_CONFIG: bool({
      default: 'true',
      doc: 'Settings of the node.',
    }),
    BACKUP_PBS_ACME_ACCOUNTS: bool({
      default: 'true',
      doc: 'ACME accounts.',
    }),
    BACKUP_PBS_ACME_PLUGINS: bool({
      default: 'true',
      doc: 'ACME DNS plugins.',
    }),
    BACKUP_PBS_METRIC_SERVERS: bool({
      default: 'true',
      doc: 'External metric servers.',
    }),
    BACKUP_PBS_TRAFFIC_CONTROL: bool({
      default: 'true',
      doc: 'Bandwidth rules.',
    }),
    BACKUP_PBS_NOTIFICATIONS: bool({
      default: 'true',
      doc: 'Notification targets and matchers.',
    }),
    BACKUP_PBS_NOTIFICATIONS_PRIV: bool({
      default: '${BACKUP_PBS_NOTIFICATIONS}',
      doc: 'Secrets of the notification targets.',
    }),
    BACKUP_USER_CONFIGS: bool({
      default: 'true',
      doc: 'Users, permissions, realms, tokens and second factors.',
    }),
    BACKUP_REMOTE_CONFIGS: bool({
      default: 'true',
      aliases: [{ name: 'BACKUP_REMOTE_CFG' }],
      doc: 'Remotes, with their credentials.',
    }),
    BACKUP_SYNC_JOBS: bool({
      default: 'true',
      doc: 'Sync jobs.',
    }),
    BACKUP_VERIFICATION_JOBS: bool({
      default: 'true',
      doc: 'Verify jobs.',
    }),
    BACKUP_PRUNE_SCHEDULES: bool({
      default: 'true',
      doc: 'Prune jobs.',
    }),
    BACKUP_TAPE_CONFIGS: bool({
      default: 'true',
      doc: 'Tape drives, changers, pools, jobs and encryption keys.',
    }),
    BACKUP_PBS_NETWORK_CONFIG: bool({
      default: '${BACKUP_NETWORK_CONFIGS}',
      doc: 'Network settings as the backup server keeps them.',
    }),
    PBS_CONFIG_PATH: hostPath({
      default: '/etc/proxmox-backup',
      doc: 'Configuration directory of the backup server.',
    }),
    PBS_DATASTORE_PATH: list({
      default: '',
      items: 'path',
      doc: 'More datastore directories to look at, besides those that are configured.',
    }),
    PXAR_SCAN_ENABLE: bool({
      default: 'false',
      aliases: [{ name: 'BACKUP_PXAR_FILES' }],
      doc: 'Inventory of the backups in each datastore. Slow on large datastores. (The older edition had this on when the key was absent and wrote false into new files.)',
    }),
    PXAR_SCAN_DS_CONCURRENCY: int({
      default: '3',
      min: 1,
      max: 64,
      doc: 'How many datastores are looked through at the same time.',
    }),
    PXAR_FILE_INCLUDE_PATTERN: list({
      default: '',
      items: 'glob',
      extraSeparator: ':',
      aliases: [{ name: 'PXAR_INCLUDE_PATTERN' }],
      doc: 'Names that the inventories of datastores and of guest backups list. Empty: the usual backup file names.',
    }),
    PXAR_FILE_EXCLUDE_PATTERN: list({
      default: '',
      items: 'glob',
      extraSeparator: ':',
      doc: 'Names that these inventories leave out.',
    }),
  },
);
