import { bool, enumeration, int, seconds, section, string, words } from '../kinds.ts';

export const cloud = section('cloud', 'Cloud tier', 'A copy of each archive on a remote, through rclone.', {
  CLOUD_ENABLED: bool({
    default: 'false',
    aliases: [{ name: 'ENABLE_CLOUD_BACKUP', wins: true }],
    doc: 'Copy each archive to CLOUD_REMOTE.',
  }),
  CLOUD_REQUIRED: bool({
    default: 'false',
    doc: 'A failing copy fails the run (exit code 5) instead of being a warning.',
  }),
  CLOUD_REMOTE: string({
    default: '',
    aliases: [{ name: 'RCLONE_REMOTE', wins: true }],
    doc: 'Name of an rclone remote, or name:path. (The older edition wrote GoogleDrive into new files.)',
  }),
  CLOUD_REMOTE_PATH: string({
    default: '',
    doc: 'Directory on the remote, below the path in CLOUD_REMOTE; a slash in front makes no difference. (The older edition wrote /proxsave/backup into new files.)',
  }),
  CLOUD_LOG_PATH: string({
    default: '',
    doc: 'Directory on the remote for copies of the logs; may be remote:path. Empty: logs are not copied.',
  }),
  CLOUD_UPLOAD_MODE: enumeration({
    default: 'parallel',
    values: ['parallel', 'sequential'],
    doc: 'Whether the small files beside an archive (BUNDLE_ASSOCIATED_FILES=false) are sent at the same time. The archive itself is always sent last and alone.',
  }),
  CLOUD_PARALLEL_MAX_JOBS: int({
    default: '2',
    min: 1,
    max: 64,
    doc: 'How many of these small files are sent at the same time in mode parallel.',
  }),
  CLOUD_PARALLEL_VERIFICATION: bool({
    default: 'true',
    doc: 'Has no effect: the small files beside an archive are always verified.',
  }),
  CLOUD_WRITE_HEALTHCHECK: bool({
    default: 'false',
    doc: 'Check the remote by writing and deleting a small file instead of listing it.',
  }),
  CLOUD_VERIFY_CHECKSUM: bool({
    default: 'true',
    doc: 'Compare the checksum after the upload where the remote can compute one, besides the size.',
  }),
  CLOUD_VERIFY_DOWNLOAD: bool({
    default: 'false',
    doc: 'Where the remote has no checksums, read the archive back to verify it.',
  }),
  CLOUD_BATCH_SIZE: int({
    default: '20',
    min: 1,
    doc: 'How many files retention deletes before it pauses.',
  }),
  CLOUD_BATCH_PAUSE: seconds({
    default: '1',
    doc: 'Seconds of that pause.',
  }),
  RCLONE_TIMEOUT_CONNECTION: seconds({
    default: '30',
    min: 1,
    aliases: [{ name: 'CLOUD_CONNECTIVITY_TIMEOUT' }],
    doc: 'Seconds that the check of the remote and short requests may take.',
  }),
  RCLONE_TIMEOUT_OPERATION: seconds({
    default: '300',
    doc: 'Seconds without progress after which a transfer is given up; 0: never.',
  }),
  RCLONE_BANDWIDTH_LIMIT: string({
    default: '',
    doc: 'Upload limit in the syntax of rclone, for example 10M. Empty: none. (The older edition wrote 10M into new files.)',
  }),
  RCLONE_TRANSFERS: int({
    default: '4',
    min: 0,
    max: 1024,
    doc: 'Parallel transfers of rclone; 0 leaves it to rclone. (The older edition wrote 16 into new files.)',
  }),
  RCLONE_RETRIES: int({
    default: '3',
    min: 1,
    max: 100,
    doc: 'Attempts for each file.',
  }),
  RCLONE_VERIFY_METHOD: enumeration({
    default: 'primary',
    values: ['primary', 'alternative'],
    doc: 'How the size on the remote is read: primary asks for the file, alternative lists its directory.',
  }),
  RCLONE_FLAGS: words({
    default: '',
    doc: 'More arguments for rclone.',
  }),
});
