import { bool, enumeration, int, list, seconds, section, string } from '../kinds.ts';

/** When a channel is used, by the outcome of the run. */
const notifyOnValues = ['always', 'warning', 'failure', 'change'] as const;

function notifyOn(what: string, fallback = 'always') {
  return enumeration({
    default: fallback,
    values: notifyOnValues,
    doc: `${what}: always, from warning or failure on, or when the outcome is a change from the run before.`,
  });
}

export const email = section('email', 'Notification by mail', 'A mail after each run.', {
  EMAIL_ENABLED: bool({
    default: 'false',
    aliases: [{ name: 'EMAIL_ENABLE' }],
    doc: 'Send a mail after each run.',
  }),
  EMAIL_NOTIFY_ON: notifyOn('Which runs are worth a mail'),
  EMAIL_DELIVERY_METHOD: enumeration({
    default: 'relay',
    values: ['relay', 'sendmail', 'pmf', 'smtp'],
    valueAliases: {
      cloud: 'relay',
      'cloud-relay': 'relay',
      'tis24-relay': 'relay',
      local: 'sendmail',
      'local-mta': 'sendmail',
      mta: 'sendmail',
      pfm: 'pmf',
      proxmox: 'pmf',
      'proxmox-notification': 'pmf',
      'proxmox-notifications': 'pmf',
      'proxmox-mail-forward': 'pmf',
    },
    doc: 'smtp uses the account of SMTP_HOST, sendmail the mail program of this host, pmf the notification system of Proxmox, relay a relay of your own (RELAY_URL).',
  }),
  EMAIL_FALLBACK_SENDMAIL: bool({
    default: 'true',
    aliases: [{ name: 'EMAIL_FALLBACK_PMF' }],
    doc: 'Use sendmail when the chosen method fails or lacks its settings. pmf takes a configured relay first.',
  }),
  EMAIL_RECIPIENT: list({
    default: '',
    items: 'text',
    doc: 'Addresses, without names. Empty: the address of root@pam in Proxmox, else the alias of root in /etc/aliases; sendmail and pmf then take the mailbox of root.',
  }),
  EMAIL_FROM: string({
    default: '',
    doc: 'Sender address. Empty: SMTP_USER when the account sends and its name is an address, else root at this host. (The address that the older edition wrote into new files counts as empty.)',
  }),
  EMAIL_ATTACH_LOG: bool({
    default: 'false',
    doc: 'Attach the log of the run, redacted, at most its last 256 KiB.',
  }),
});

export const telegram = section(
  'telegram',
  'Notification by Telegram',
  'A Telegram message after each run.',
  {
    TELEGRAM_ENABLED: bool({
      default: 'false',
      aliases: [{ name: 'TELEGRAM_ENABLE' }],
      doc: 'Send a Telegram message after each run.',
    }),
    TELEGRAM_NOTIFY_ON: notifyOn('Which runs are worth a message'),
    BOT_TELEGRAM_TYPE: enumeration({
      default: 'centralized',
      values: ['centralized', 'personal'],
      doc: 'personal uses a bot of your own, centralized the bot that a relay of your own holds for many hosts (RELAY_URL).',
    }),
    TELEGRAM_BOT_TOKEN: string({
      default: '',
      secret: true,
      doc: 'Token of your own bot.',
    }),
    TELEGRAM_CHAT_ID: string({
      default: '',
      doc: 'Number of the chat that your own bot writes to.',
    }),
  },
);

export const gotify = section(
  'gotify',
  'Notification by Gotify',
  'A message to a Gotify server after each run.',
  {
    GOTIFY_ENABLED: bool({
      default: 'false',
      aliases: [{ name: 'GOTIFY_ENABLE' }],
      doc: 'Send a message to a Gotify server after each run.',
    }),
    GOTIFY_NOTIFY_ON: notifyOn('Which runs are worth a message'),
    GOTIFY_SERVER_URL: string({
      default: '',
      doc: 'Address of the server.',
    }),
    GOTIFY_TOKEN: string({
      default: '',
      secret: true,
      doc: 'Token of the application on that server.',
    }),
    GOTIFY_PRIORITY_SUCCESS: int({
      default: '2',
      min: 0,
      max: 10,
      doc: 'Priority of messages about a good run.',
    }),
    GOTIFY_PRIORITY_WARNING: int({
      default: '5',
      min: 0,
      max: 10,
      doc: 'Priority of messages about a run with warnings.',
    }),
    GOTIFY_PRIORITY_FAILURE: int({
      default: '8',
      min: 0,
      max: 10,
      doc: 'Priority of messages about a failed run.',
    }),
  },
);

const webhookFormats = [
  'generic',
  'discord',
  'slack',
  'teams',
  'pushover',
  'ntfy',
  'apprise',
  'uptime-kuma',
] as const;

export const webhook = section('webhook', 'Notification by webhook', 'HTTP requests after each run.', {
  WEBHOOK_ENABLED: bool({
    default: 'false',
    aliases: [{ name: 'WEBHOOK_ENABLE' }],
    doc: 'Send requests to WEBHOOK_ENDPOINTS after each run.',
  }),
  WEBHOOK_NOTIFY_ON: notifyOn('Which runs are worth a request, for endpoints that do not say'),
  WEBHOOK_ENDPOINTS: list({
    default: '',
    items: 'name',
    doc: 'Names of the endpoints. Each has its own keys WEBHOOK_<NAME>_URL and so on; NAME is in capitals, with _ for -.',
  }),
  WEBHOOK_FORMAT: enumeration({
    default: 'generic',
    values: webhookFormats,
    doc: 'Form of the message, for endpoints that name none.',
  }),
  WEBHOOK_TIMEOUT: seconds({
    default: '30',
    min: 1,
    doc: 'Seconds that one request may take.',
  }),
  WEBHOOK_MAX_RETRIES: int({
    default: '3',
    min: 0,
    max: 100,
    doc: 'Further attempts after a failed request.',
  }),
  WEBHOOK_RETRY_DELAY: seconds({
    default: '2',
    doc: 'Seconds between two attempts.',
  }),
});

/** Keys of one endpoint: WEBHOOK_<NAME>_ and one of these. */
export const webhookEndpoint = section(
  'webhook-endpoint',
  'One webhook endpoint',
  'For each name in WEBHOOK_ENDPOINTS, in capitals and with `_` for `-`: endpoint `my-chat` has `WEBHOOK_MY_CHAT_URL`.',
  {
    URL: string({
      default: '',
      secret: true,
      doc: 'Address. It often holds a token, so it is treated as a secret.',
    }),
    FORMAT: enumeration({
      default: '${WEBHOOK_FORMAT}',
      values: webhookFormats,
      doc: 'Form of the message: that of a service, or generic JSON. ntfy takes the address of the topic, apprise that of a notify page of an Apprise API server, uptime-kuma the push address of a monitor.',
    }),
    METHOD: enumeration({
      default: 'post',
      values: ['post', 'put', 'patch', 'get', 'head'],
      doc: 'HTTP method; get and head send no message body. uptime-kuma is always asked with get.',
    }),
    NOTIFY_ON: notifyOn('Which runs are worth a request to this endpoint', '${WEBHOOK_NOTIFY_ON}'),
    HEADERS: string({
      default: '',
      secret: true,
      doc: 'More headers, as Name:Value,Name:Value. A comma may stand in a value unless a name and a colon follow it.',
    }),
    AUTH_TYPE: enumeration({
      default: 'none',
      values: ['none', 'bearer', 'basic', 'hmac'],
      valueAliases: { 'hmac-sha256': 'hmac' },
      doc: 'How the request proves who sent it. hmac signs time and body in X-ProxSave-Signature, and the body alone in X-Signature as the older edition does.',
    }),
    AUTH_TOKEN: string({
      default: '',
      secret: true,
      doc: 'Token for bearer; application token for pushover.',
    }),
    AUTH_USER: string({
      default: '',
      doc: 'User for basic; user key for pushover.',
    }),
    AUTH_PASS: string({
      default: '',
      secret: true,
      doc: 'Password for basic.',
    }),
    AUTH_SECRET: string({
      default: '',
      secret: true,
      doc: 'Key for hmac.',
    }),
    PRIORITY: int({
      default: '0',
      min: -2,
      max: 1,
      doc: 'Priority for pushover.',
    }),
  },
);
