import { ignored, section } from '../kinds.ts';

const noChunks = 'archives are streamed in one piece, whatever their size';
const scheduleElsewhere = 'the time of the daily run is SCHEDULER_TIME';
const confirmedAnyway = 'a relay answers only when Telegram has taken the message';
const noNewsOfUpdates = 'the program looks for no updates; the package manager does';
const noApiLogin = 'a backup reads the files and local tools of the backup server and logs in nowhere';

export const withoutEffect = section(
  'without-effect',
  'Keys without effect',
  'Accepted so that older files stay valid. They can be deleted.',
  {
    BASE_DIR: ignored(
      'the base directory follows from where the configuration lies; use the keys for single places',
    ),
    ENABLE_PREFILTER: ignored('files are saved exactly as they are; nothing rewrites them'),
    PREFILTER_MAX_FILE_SIZE_MB: ignored('files are saved exactly as they are; nothing rewrites them'),
    ENABLE_DEDUPLICATION: ignored('equal files are not replaced by links; the compressor makes them small'),
    PROFILING_ENABLED: ignored(
      'the program writes no profiles; use the profiler of Node.js when you need one',
    ),
    SKIP_PERMISSION_CHECK: ignored('the write test of the backup directory takes no time and is always made'),
    AUTO_UPDATE_HASHES: ignored('the program keeps no checksum of itself; the package manager does'),
    COLORIZE_STEP_LOGS: ignored('USE_COLOR decides on all colours'),
    DAEMON_OPT_OUT: ignored('an upgrade never changes how runs are started'),
    HEALTHCHECK_HEARTBEAT_INTERVAL: ignored(
      'signs of life come with runs and checks; no daemon runs between',
    ),
    HEALTHCHECK_UPDATES_URL: ignored(noNewsOfUpdates),
    HEALTHCHECK_UPDATES_ID: ignored(noNewsOfUpdates),
    HEALTHCHECK_UPDATE_INTERVAL: ignored(noNewsOfUpdates),
    PBS_REPOSITORY: ignored(noApiLogin),
    PBS_PASSWORD: ignored(noApiLogin),
    PBS_FINGERPRINT: ignored(noApiLogin),
    TELEGRAM_CONFIRM_DELIVERY: ignored(confirmedAnyway),
    TELEGRAM_CONFIRM_TIMEOUT_SECONDS: ignored(confirmedAnyway),
    TELEGRAM_CONFIRM_INTERVAL_SECONDS: ignored(confirmedAnyway),
    CRON_SCHEDULE: ignored(scheduleElsewhere),
    CRON_HOUR: ignored(scheduleElsewhere),
    CRON_MINUTE: ignored(scheduleElsewhere),
    ENABLE_SMART_CHUNKING: ignored(noChunks),
    CHUNK_SIZE_MB: ignored(noChunks),
    CHUNK_THRESHOLD_MB: ignored(noChunks),
  },
);
