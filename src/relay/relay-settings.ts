// What the relay needs of the configuration, checked before it listens: a relay that starts works.

import { isIP } from 'node:net';
import type { LoadedConfig } from '../config/load-config.ts';
import type { ConfigValues } from '../config/options.ts';
import { describeSystemError, isSystemError, UsageError } from '../errors.ts';
import type { Host, RealPath } from '../host/host.ts';

export type RelayConfig = Pick<LoadedConfig, 'values' | 'redact'>;
export type RelayChannel = 'telegram' | 'mail';

export interface RelaySettings {
  listen: { address: string; port: number };
  tls: { cert: string; key: string } | undefined;
  channels: readonly RelayChannel[];
  /** What the admin should know; the relay starts all the same. */
  warnings: readonly string[];
}

export function relayStateDirectory(host: Host, { values }: RelayConfig): RealPath {
  return host.resolve(values.RELAY_STATE);
}

/** @throws UsageError for an address that cannot be listened on, half of a certificate, or nothing to send with */
export function readRelaySettings(host: Host, { values }: RelayConfig): RelaySettings {
  const listen = parseListen(values.RELAY_LISTEN);
  const tls = readCertificate(host, values);
  const channels = channelsOf(values);
  if (channels.length === 0) {
    const hint = 'set TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID, or SMTP_HOST, or both';
    throw new UsageError('the relay has neither a Telegram bot nor a mail server to send with', { hint });
  }
  if (tls !== undefined || isLoopback(listen.address)) return { listen, tls, channels, warnings: [] };
  if (/^(0\.0\.0\.0|[0:]+)$/.test(listen.address)) {
    const hint =
      'set RELAY_TLS_CERT_FILE and RELAY_TLS_KEY_FILE, or name one address, or listen on 127.0.0.1 behind a proxy';
    throw new UsageError(`RELAY_LISTEN=${values.RELAY_LISTEN} without TLS would serve every network`, {
      hint,
    });
  }
  const warning = `no TLS: messages on their way to ${listen.address} can be read by others; set RELAY_TLS_CERT_FILE and RELAY_TLS_KEY_FILE`;
  return { listen, tls, channels, warnings: [warning] };
}

function parseListen(text: string): RelaySettings['listen'] {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text.trim());
  const name = match?.[1] ?? match?.[2] ?? '';
  const address = name === 'localhost' ? '127.0.0.1' : name;
  const port = Number(match?.[3]);
  if (isIP(address) !== 0 && port <= 65_535) return { address, port };
  const hint = 'for example 127.0.0.1:8765, 192.0.2.10:8765 or [2001:db8::10]:8765';
  throw new UsageError(`RELAY_LISTEN=${text} is not an address with a port`, { hint });
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function readCertificate(host: Host, values: ConfigValues): RelaySettings['tls'] {
  const { RELAY_TLS_CERT_FILE: certFile, RELAY_TLS_KEY_FILE: keyFile } = values;
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    const hint = 'set the other one too, or neither';
    throw new UsageError('of RELAY_TLS_CERT_FILE and RELAY_TLS_KEY_FILE one is empty', { hint });
  }
  return {
    cert: readPem(host, 'RELAY_TLS_CERT_FILE', certFile),
    key: readPem(host, 'RELAY_TLS_KEY_FILE', keyFile),
  };
}

function readPem(host: Host, name: string, path: RealPath): string {
  try {
    return host.fs.readText(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`cannot read ${name}=${path}: ${describeSystemError(error)}`, { cause: error });
  }
}

function channelsOf(values: ConfigValues): RelayChannel[] {
  const hasBot = values.TELEGRAM_BOT_TOKEN !== '' && values.TELEGRAM_CHAT_ID !== '';
  return [
    ...(hasBot ? (['telegram'] as const) : []),
    ...(values.SMTP_HOST.trim() === '' ? [] : (['mail'] as const)),
  ];
}
