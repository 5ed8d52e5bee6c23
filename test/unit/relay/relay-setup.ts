// A relay with a Telegram stand-in behind it, and hosts that are paired with it, all on loopback.

import { createServer, request as startRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { loadConfig, type LoadedConfig } from '../../../src/config/load-config.ts';
import type { Host } from '../../../src/host/host.ts';
import { pairWithRelay } from '../../../src/notifications/relay-client/pair-with-relay.ts';
import { relaySecretFile } from '../../../src/notifications/relay-client/relay-credentials.ts';
import { createPairingCode, type CodeRequest } from '../../../src/relay/manage-relay.ts';
import type { RelayEvent } from '../../../src/relay/relay-context.ts';
import { startRelay, type Relay, type RelayOptions } from '../../../src/relay/start-relay.ts';
import { fhsFile } from '../config/config-host.ts';
import { fakeHost } from '../host/fake-root.ts';
import { hastyClock } from '../notifications/email/email-setup.ts';

export const botToken = '123456789:PLANTED-bot-token-abcdefghijklmnopqrs';
export const neverAborts = new AbortController().signal;

export interface TelegramStandIn {
  url: string;
  /** Bodies of sendMessage with the token that they came with. */
  messages: { path: string; body: { chat_id: string; text: string; parse_mode?: string } }[];
  /** Answers to give before the usual one. */
  answers: { status: number; body: object | string }[];
}

export async function startTelegram(): Promise<TelegramStandIn> {
  const standIn: TelegramStandIn = { url: '', messages: [], answers: [] };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      standIn.messages.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) });
      const usual = { status: 200, body: { ok: true, result: { message_id: standIn.messages.length } } };
      const { status, body } = standIn.answers.shift() ?? usual;
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  standIn.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return standIn;
}

export interface RunningRelay {
  relay: Relay;
  host: Host;
  config: LoadedConfig;
  telegram: TelegramStandIn;
  events: RelayEvent[];
  abort: () => void;
}

export async function startTestRelay(
  keys: Readonly<Record<string, string | number>> = {},
  options: RelayOptions = {},
  files: Record<string, string> = {},
): Promise<RunningRelay> {
  const telegram = await startTelegram();
  const account = { TELEGRAM_BOT_TOKEN: botToken, TELEGRAM_CHAT_ID: '-1001' };
  const { host, config } = machine('relay', { RELAY_LISTEN: '127.0.0.1:0', ...account, ...keys }, files);
  const events: RelayEvent[] = [];
  const controller = new AbortController();
  const relay = await startRelay(host, config, controller.signal, {
    telegramApi: telegram.url,
    report: (event) => void events.push(event),
    ...options,
  });
  onTestFinished(async () => {
    controller.abort();
    await relay.closed;
  });
  return { relay, host, config, telegram, events, abort: () => controller.abort() };
}

export function machine(
  name: string,
  keys: Readonly<Record<string, string | number>>,
  files: Record<string, string> = {},
): { host: Host; config: LoadedConfig } {
  const text = Object.entries(keys).map(([key, value]) => `${key}=${value}\n`);
  const made = fakeHost({ files: { '/etc/hostname': `${name}\n`, [fhsFile]: text.join(''), ...files } });
  const host = { ...made, tools: made.commands, clock: hastyClock(made.clock) };
  return { host, config: loadConfig(host) };
}

export interface PairedHost {
  host: Host;
  config: LoadedConfig;
  hostId: string;
}

export async function pairedHost(
  { relay, host: relayHost, config: relayConfig }: RunningRelay,
  name: string,
  keys: Readonly<Record<string, string | number>> = {},
  request: CodeRequest = {},
): Promise<PairedHost> {
  const { code } = await createPairingCode(relayHost, relayConfig, request);
  const { host, config } = machine(name, { RELAY_URL: relay.address, ...keys });
  const { hostId } = await pairWithRelay(host, {
    url: relay.address,
    code,
    secretFile: relaySecretFile(config),
  });
  return { host, config, hostId };
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: { status?: string; error?: string; message?: string; detail?: string };
}

/** A request as somebody else's program could send it. */
export function rawRequest(
  address: string,
  path: string,
  {
    method = 'POST',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string | Buffer },
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = startRequest(`${address}${path}`, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: JSON.parse(text || '{}'),
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
