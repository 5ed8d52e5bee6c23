import { bool, duration, enumeration, ownPath, section, string, timeOfDay } from '../kinds.ts';

export const metrics = section('metrics', 'Metrics', 'Numbers for Prometheus.', {
  METRICS_ENABLED: bool({
    default: 'false',
    aliases: [{ name: 'PROMETHEUS_ENABLED', wins: true }],
    doc: 'Write a file for the textfile collector of node_exporter after each run.',
  }),
  METRICS_PATH: ownPath({
    place: 'metrics',
    aliases: [{ name: 'PROMETHEUS_TEXTFILE_DIR' }],
    doc: 'Directory of that file. (The older edition wrote ${BASE_DIR}/metrics into new files.)',
  }),
});

export const schedule = section('schedule', 'Schedule', 'When runs start by themselves.', {
  SCHEDULER_MODE: enumeration({
    default: 'cron',
    values: ['cron', 'daemon'],
    doc: 'What starts the daily run.',
  }),
  SCHEDULER_TIME: timeOfDay({
    default: '02:00',
    doc: 'Local time of the daily run.',
  }),
  MAX_RUN_DURATION: duration({
    default: '1h',
    doc: 'A scheduled run that takes longer is ended.',
  }),
});

function notifyKeys(channel: string) {
  return {
    url: string({
      default: '',
      secret: true,
      doc: `Whole address for whether the notification by ${channel} went out.`,
    }),
    id: string({ default: '', secret: true, doc: `The same as an id below HEALTHCHECK_PING_ENDPOINT.` }),
  };
}
const byEmail = notifyKeys('mail');
const byTelegram = notifyKeys('Telegram');
const byGotify = notifyKeys('Gotify');
const byWebhook = notifyKeys('webhook');

export const healthchecks = section(
  'healthchecks',
  'Healthchecks',
  'Pings to a monitoring service that raises an alarm when they stop. Ping addresses are secrets: who knows them can report success.',
  {
    HEALTHCHECK_ENABLED: bool({
      default: 'false',
      doc: 'Ping a monitoring service about runs.',
    }),
    HEALTHCHECK_MODE: enumeration({
      default: 'centralized',
      values: ['centralized', 'self', 'off'],
      doc: 'self pings the addresses of the keys below, off none. centralized asked a server of the older edition for addresses; no such server is built in, so it pings none and says what to set.',
    }),
    HEALTHCHECK_SEND_LOG: bool({
      default: 'true',
      doc: 'Send the end of the log with the ping about a run that was not good.',
    }),
    HEALTHCHECK_PING_ENDPOINT: string({
      default: 'https://hc-ping.com',
      doc: 'Address that the ids are put behind.',
    }),
    HEALTHCHECK_PING_KEY: string({
      default: '',
      secret: true,
      doc: 'Key of the project, put between address and id.',
    }),
    HEALTHCHECK_ALIVE_URL: string({
      default: '',
      secret: true,
      doc: 'Whole address for signs of life: pinged by every run and check, whatever comes of it. Set the period of the check to that of your runs.',
    }),
    HEALTHCHECK_ALIVE_ID: string({
      default: '',
      secret: true,
      doc: 'The same as an id below HEALTHCHECK_PING_ENDPOINT.',
    }),
    HEALTHCHECK_BACKUP_URL: string({
      default: '',
      secret: true,
      doc: 'Whole address for start and end of backup runs.',
    }),
    HEALTHCHECK_BACKUP_ID: string({
      default: '',
      secret: true,
      doc: 'The same as an id below HEALTHCHECK_PING_ENDPOINT.',
    }),
    HEALTHCHECK_VERIFY_URL: string({
      default: '',
      secret: true,
      doc: 'Whole address for the result of proxsave verify.',
    }),
    HEALTHCHECK_VERIFY_ID: string({
      default: '',
      secret: true,
      doc: 'The same as an id below HEALTHCHECK_PING_ENDPOINT.',
    }),
    HEALTHCHECK_AGE_URL: string({
      default: '',
      secret: true,
      doc: 'Whole address for the result of checks of the age of the newest copies.',
    }),
    HEALTHCHECK_AGE_ID: string({
      default: '',
      secret: true,
      doc: 'The same as an id below HEALTHCHECK_PING_ENDPOINT.',
    }),
    HEALTHCHECK_NOTIFY_EMAIL_URL: byEmail.url,
    HEALTHCHECK_NOTIFY_EMAIL_ID: byEmail.id,
    HEALTHCHECK_NOTIFY_TELEGRAM_URL: byTelegram.url,
    HEALTHCHECK_NOTIFY_TELEGRAM_ID: byTelegram.id,
    HEALTHCHECK_NOTIFY_GOTIFY_URL: byGotify.url,
    HEALTHCHECK_NOTIFY_GOTIFY_ID: byGotify.id,
    HEALTHCHECK_NOTIFY_WEBHOOK_URL: byWebhook.url,
    HEALTHCHECK_NOTIFY_WEBHOOK_ID: byWebhook.id,
  },
);
