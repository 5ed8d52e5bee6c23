import { bool, enumeration, int, list, seconds, section, string } from '../kinds.ts';

export const email = section('email', 'Notification by mail', 'A mail after each run.', {
  EMAIL_ENABLED: bool({
    default: 'false',
    aliases: [{ name: 'EMAIL_ENABLE' }],
    doc: 'Send a mail after each run.',
  }),
  EMAIL_DELIVERY_METHOD: enumeration({
    default: 'relay',
    values: ['relay', 'sendmail', 'pmf'],
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
    doc: 'relay uses the relay service of the older edition, sendmail the mail program of this host, pmf the notification system of Proxmox.',
  }),
  EMAIL_FALLBACK_SENDMAIL: bool({
    default: 'true',
    aliases: [{ name: 'EMAIL_FALLBACK_PMF' }],
    doc: 'Use sendmail when the chosen method fails.',
  }),
  EMAIL_RECIPIENT: list({
    default: '',
    items: 'text',
    doc: 'Addresses. Empty: the address of root@pam in Proxmox.',
  }),
  EMAIL_FROM: string({
    default: 'no-reply@proxmox.tis24.it',
    doc: 'Sender address.',
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
    BOT_TELEGRAM_TYPE: enumeration({
      default: 'centralized',
      values: ['centralized', 'personal'],
      doc: 'centralized uses the bot of the older edition, personal your own bot.',
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
    TELEGRAM_CONFIRM_DELIVERY: bool({
      default: 'true',
      doc: 'Wait until the message is confirmed as delivered (centralized only).',
    }),
    TELEGRAM_CONFIRM_TIMEOUT_SECONDS: seconds({
      default: '10',
      min: 1,
      max: 60,
      doc: 'Seconds to wait for that confirmation.',
    }),
    TELEGRAM_CONFIRM_INTERVAL_SECONDS: seconds({
      default: '1',
      min: 1,
      max: 5,
      doc: 'Seconds between two questions for it.',
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

const webhookFormats = ['generic', 'discord', 'slack', 'teams', 'pushover'] as const;

export const webhook = section('webhook', 'Notification by webhook', 'HTTP requests after each run.', {
  WEBHOOK_ENABLED: bool({
    default: 'false',
    aliases: [{ name: 'WEBHOOK_ENABLE' }],
    doc: 'Send requests to WEBHOOK_ENDPOINTS after each run.',
  }),
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
      doc: 'Form of the message.',
    }),
    METHOD: enumeration({
      default: 'post',
      values: ['post', 'put', 'patch', 'get', 'head'],
      doc: 'HTTP method; get and head send no message body.',
    }),
    HEADERS: string({
      default: '',
      secret: true,
      doc: 'More headers, as Name:Value,Name:Value.',
    }),
    AUTH_TYPE: enumeration({
      default: 'none',
      values: ['none', 'bearer', 'basic', 'hmac'],
      valueAliases: { 'hmac-sha256': 'hmac' },
      doc: 'How the request proves who sent it.',
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
