import { bool, enumeration, float, hostPath, optionalOwnPath, ownPath, section, string } from '../kinds.ts';

export const placesAndSpace = section(
  'places',
  'Places and disk space',
  'Where ProxSave keeps its own files, and how much room a run needs.',
  {
    BACKUP_PATH: ownPath({
      place: 'backups',
      aliases: [{ name: 'LOCAL_BACKUP_PATH', wins: true }],
      doc: 'Directory of the primary tier: finished archives of this host.',
    }),
    LOG_PATH: ownPath({
      place: 'log',
      aliases: [{ name: 'LOCAL_LOG_PATH', wins: true }],
      doc: 'Directory for the log and the record of each run.',
    }),
    LOCK_PATH: ownPath({
      place: 'lock',
      doc: 'Directory of the lock that keeps two runs apart.',
    }),
    SECURE_ACCOUNT: hostPath({
      default: '${BASE_DIR}/secure_account',
      doc: 'Private directory for credential files of cloud accounts. It is part of the backup.',
    }),
    MIN_DISK_SPACE_PRIMARY_GB: float({
      default: '1',
      min: 0,
      doc: 'GiB that must be free in BACKUP_PATH, besides the estimate for the archive, before a run starts. (The older edition used 10 when the key was absent and wrote 1 into new files.)',
    }),
    MIN_DISK_SPACE_SECONDARY_GB: float({
      default: '${MIN_DISK_SPACE_PRIMARY_GB}',
      min: 0,
      doc: 'GiB that must be free in SECONDARY_PATH.',
    }),
    MIN_DISK_SPACE_CLOUD_GB: float({
      default: '${MIN_DISK_SPACE_PRIMARY_GB}',
      min: 0,
      doc: 'GiB that must be free in the cloud tier, where the remote can tell.',
    }),
    SET_BACKUP_PERMISSIONS: bool({
      default: 'false',
      doc: 'Give the backup and log directories to BACKUP_USER and BACKUP_GROUP after each run.',
    }),
    BACKUP_USER: string({
      default: '',
      doc: 'Owner for SET_BACKUP_PERMISSIONS.',
    }),
    BACKUP_GROUP: string({
      default: '',
      doc: 'Group for SET_BACKUP_PERMISSIONS.',
    }),
  },
);

export const secondary = section(
  'secondary',
  'Secondary tier',
  'A copy of each archive in a second directory, usually a mounted share or another disk.',
  {
    SECONDARY_ENABLED: bool({
      default: 'false',
      aliases: [{ name: 'ENABLE_SECONDARY_BACKUP', wins: true }],
      doc: 'Copy each archive to SECONDARY_PATH.',
    }),
    SECONDARY_PATH: optionalOwnPath({
      aliases: [{ name: 'SECONDARY_BACKUP_PATH', wins: true }],
      doc: 'Directory of the secondary tier. A network share must be mounted first; host:path and //host/share are refused.',
    }),
    SECONDARY_REQUIRE_MOUNT: enumeration({
      default: 'auto',
      values: ['auto', 'yes', 'no'],
      doc: 'Whether SECONDARY_PATH must lie on a mounted disk or share. auto: yes where it did before, where fstab, systemd or storage.cfg of Proxmox VE mounts something, and below /mnt and /media. While it is not mounted nothing is written there.',
    }),
    SECONDARY_REQUIRED: bool({
      default: 'false',
      doc: 'A failing copy fails the run (exit code 5) instead of being a warning.',
    }),
    SECONDARY_LOG_PATH: optionalOwnPath({
      doc: 'Directory for copies of the logs. Empty: logs are not copied.',
    }),
  },
);
