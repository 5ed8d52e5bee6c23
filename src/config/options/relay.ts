import { hostPath, int, list, optionalOwnPath, section, string } from '../kinds.ts';

export const relayClient = section(
  'relay-client',
  'Relay of your own: this host as a client',
  'A relay holds the bot token and the mail account for many hosts. `proxsave relay` runs one; `proxsave notify pair` joins it.',
  {
    RELAY_URL: string({
      default: '',
      doc: 'Address of the relay, for example https://relay.example.net:8765. Used by BOT_TELEGRAM_TYPE=centralized and EMAIL_DELIVERY_METHOD=relay; none is built in.',
    }),
    RELAY_SECRET_FILE: optionalOwnPath({
      doc: 'File with the id and the secret that pairing gave this host. Empty: relay.secret beside the configuration file.',
    }),
    RELAY_CA_FILE: optionalOwnPath({
      doc: 'Certificates (PEM) to trust besides those of the system, for a relay with a certificate of its own.',
    }),
  },
);

export const relayServer = section(
  'relay-server',
  'Relay of your own: the server',
  'For the one machine that runs `proxsave relay`. It sends with TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID, and with SMTP_HOST and its other keys.',
  {
    RELAY_LISTEN: string({
      default: '127.0.0.1:8765',
      doc: 'Address and port to listen on, for example 192.0.2.10:8765 or [::]:8765.',
    }),
    RELAY_STATE: hostPath({
      default: '/var/lib/proxsave-relay',
      doc: 'Directory for the list of hosts and the key that their secrets are made from.',
    }),
    RELAY_TLS_CERT_FILE: optionalOwnPath({
      doc: 'Certificate (PEM, with its chain). Empty: plain HTTP; requests are still signed, but anybody on the way can read them.',
    }),
    RELAY_TLS_KEY_FILE: optionalOwnPath({
      doc: 'Private key (PEM) of that certificate.',
    }),
    RELAY_MAIL_RECIPIENTS: list({
      default: '',
      items: 'name',
      doc: 'Addresses, or domains as @example.net, that hosts may send mail to. Empty: any.',
    }),
    RELAY_HOURLY_LIMIT_PER_HOST: int({
      default: '60',
      min: 1,
      doc: 'Messages that one host may send within an hour.',
    }),
    RELAY_HOURLY_LIMIT: int({
      default: '600',
      min: 1,
      doc: 'Messages that all hosts together may send within an hour.',
    }),
  },
);
