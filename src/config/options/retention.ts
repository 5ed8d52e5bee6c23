import { enumeration, int, section } from '../kinds.ts';

export const retention = section(
  'retention',
  'Retention',
  'How many archives of this host stay on each tier. `proxsave prune --dry-run` shows what would go and why.',
  {
    RETENTION_POLICY: enumeration({
      default: 'simple',
      values: ['simple', 'gfs'],
      doc: 'simple keeps a number of archives; gfs keeps daily, weekly, monthly and yearly ones.',
    }),
    MAX_LOCAL_BACKUPS: int({
      default: '15',
      aliases: [{ name: 'LOCAL_RETENTION_DAYS' }],
      doc: 'Archives on the primary tier with policy simple; 0 or less keeps all. A count, also under its older name. (The older edition used 7 when the key was absent and wrote 15 into new files.)',
    }),
    MAX_SECONDARY_BACKUPS: int({
      default: '15',
      aliases: [{ name: 'SECONDARY_RETENTION_DAYS' }],
      doc: 'The same for the secondary tier. (The older edition used 14 when the key was absent.)',
    }),
    MAX_CLOUD_BACKUPS: int({
      default: '15',
      aliases: [{ name: 'CLOUD_RETENTION_DAYS' }],
      doc: 'The same for the cloud tier. (The older edition used 30 when the key was absent.)',
    }),
    RETENTION_DAILY: int({
      default: '0',
      min: 0,
      doc: 'Daily archives with policy gfs.',
    }),
    RETENTION_WEEKLY: int({
      default: '0',
      min: 0,
      doc: 'Weekly archives with policy gfs.',
    }),
    RETENTION_MONTHLY: int({
      default: '0',
      min: 0,
      doc: 'Monthly archives with policy gfs.',
    }),
    RETENTION_YEARLY: int({
      default: '0',
      min: -1,
      doc: 'Yearly archives with policy gfs; 0 keeps one of every year, -1 keeps none.',
    }),
  },
);
