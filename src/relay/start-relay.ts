// The relay: an HTTP(S) server that sends the messages of paired hosts. Every wait and every size has a bound.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AppError, EnvironmentError, isSystemError, UsageError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { printable } from '../util/printable.ts';
import { relayHeaders, relayMaxBodyBytes, relayPaths, signAnswer } from '../util/relay-protocol.ts';
import { checkClaim, readClaim, type Claim } from './authenticate.ts';
import { Gone, jsonBody, readBody, Refusal, writeAnswer } from './exchange.ts';
import { handleMessage } from './handle-message.ts';
import { handlePair } from './handle-pair.ts';
import type { RelayContext, RelayEvent } from './relay-context.ts';
import { openRelayKey } from './relay-key.ts';
import {
  readRelaySettings,
  relayStateDirectory,
  type RelayChannel,
  type RelayConfig,
  type RelaySettings,
} from './relay-settings.ts';
import { openRelayStore } from './relay-store.ts';
import { createThrottle } from './throttle.ts';

export interface RelayOptions {
  /** What happens, for the log. */
  report?: (event: RelayEvent) => void;
  /** Another server of the Bot API, for tests and for those who run their own. */
  telegramApi?: string;
  /** How long a request may take to arrive. Default: headers 10 seconds, all of it 20. */
  headersTimeoutMs?: number;
  requestTimeoutMs?: number;
}

export interface Relay {
  /** Where it listens, e.g. http://127.0.0.1:8765. */
  address: string;
  /** What it can send. */
  channels: readonly RelayChannel[];
  /** Takes no more requests, waits for those it has (bounded), closes the state. */
  close(): Promise<void>;
  /** Settles when it is closed, by whomever. */
  closed: Promise<void>;
}

const maxConnections = 128;
const maxFailuresPerMinute = 30;
const pairBodyBytes = 4 * 1024;
/** Requests that are being answered when the relay stops get this long. */
const closeGraceMs = 5_000;

/** Listens until the signal aborts. @throws UsageError, EnvironmentError, SecurityError or StorageError when it cannot start */
export async function startRelay(
  host: Host,
  config: RelayConfig,
  signal: AbortSignal,
  options: RelayOptions = {},
): Promise<Relay> {
  const settings = readRelaySettings(host, config);
  const directory = relayStateDirectory(host, config);
  const store = await openRelayStore(host, directory);
  try {
    const stopping = new AbortController();
    const context: RelayContext = {
      host,
      config,
      settings,
      store,
      key: openRelayKey(host, directory),
      throttle: createThrottle(maxFailuresPerMinute, () => host.clock.monotonicMs()),
      telegramApi: options.telegramApi ?? 'https://api.telegram.org',
      report: ({ level, message }) => options.report?.({ level, message: config.redact(printable(message)) }),
      signal: stopping.signal,
    };
    return await serve(context, stopping, signal, options);
  } catch (error) {
    store.close();
    throw error;
  }
}

async function serve(
  context: RelayContext,
  stopping: AbortController,
  signal: AbortSignal,
  options: RelayOptions,
): Promise<Relay> {
  const { settings, store, report } = context;
  const busy = new Set<Promise<void>>();
  const server = createRelayServer(context, options, busy);
  await listen(server, settings);
  for (const message of settings.warnings) report({ level: 'warning', message });
  // A message whose sender has gone is still brought to its end, so that its state is true.
  const closed = closeOn(server, stopping, signal)
    .then(() => Promise.allSettled(busy))
    .then(() => store.close());
  const close = () => {
    stopping.abort();
    return closed;
  };
  return { address: addressOf(server, settings), channels: settings.channels, close, closed };
}

function createRelayServer(context: RelayContext, options: RelayOptions, busy: Set<Promise<void>>): Server {
  const bounds = {
    headersTimeout: options.headersTimeoutMs ?? 10_000,
    requestTimeout: options.requestTimeoutMs ?? 20_000,
    connectionsCheckingInterval: Math.min(1_000, options.headersTimeoutMs ?? 1_000),
    keepAliveTimeout: 5_000,
    maxHeaderSize: 8 * 1024,
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const task = answerRequest(context, request, response).finally(() => busy.delete(task));
    busy.add(task);
  };
  const { tls } = context.settings;
  const server =
    tls === undefined
      ? createServer(bounds, onRequest)
      : createTlsServer({ ...bounds, ...tls, minVersion: 'TLSv1.2' }, onRequest);
  server.maxConnections = maxConnections;
  server.maxRequestsPerSocket = 100;
  return server;
}

async function answerRequest(
  context: RelayContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // An answer to somebody who has gone is nobody's loss.
  response.on('error', () => undefined);
  const { answer, status, headers, claim } = await settle(context, request);
  if (answer === undefined) return;
  const body = jsonBody(answer);
  const signature =
    claim === undefined
      ? {}
      : { [relayHeaders.signature]: signAnswer(claim.secret, claim.nonce, status, body) };
  writeAnswer(request, response, { status, body, headers: { ...headers, ...signature } });
}

interface Settled {
  status: number;
  /** Undefined: there is nobody to answer. */
  answer: object | undefined;
  headers: Readonly<Record<string, string>>;
  /** Of a host that has proved itself: its answers are signed. */
  claim?: Claim;
}

async function settle(context: RelayContext, request: IncomingMessage): Promise<Settled> {
  const proven: { claim?: Claim } = {};
  try {
    const answer = await route(context, request, proven);
    return { status: 200, answer, headers: {}, ...proven };
  } catch (error) {
    if (error instanceof Gone) return { status: 0, answer: undefined, headers: {} };
    const refusal = error instanceof Refusal ? error : internal(context, error);
    return { ...describeRefusal(context, request, refusal), ...proven };
  }
}

function internal({ report }: RelayContext, error: unknown): Refusal {
  const isKnown = error instanceof AppError;
  const words = error instanceof Error ? error.message : String(error);
  const hint = isKnown && error.hint !== undefined ? ` (${error.hint})` : '';
  report({ level: 'error', message: isKnown ? `${words}${hint}` : `internal error: ${words}` });
  return new Refusal(500, 'internal', 'the relay failed; its log says why', 5);
}

function describeRefusal(context: RelayContext, request: IncomingMessage, refusal: Refusal): Settled {
  const { status, error, message, retryAfterSeconds } = refusal;
  const from = request.socket.remoteAddress ?? 'somebody';
  if (error === 'unauthenticated' || error === 'bad-code') context.throttle.failed(from);
  if (status < 500 && error !== 'rate-limit' && error !== 'not-found') {
    context.report({ level: 'warning', message: `refused a request from ${from}: ${message}` });
  }
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { status, answer: { status: 'error', error, message }, headers };
}

async function route(
  context: RelayContext,
  request: IncomingMessage,
  proven: { claim?: Claim },
): Promise<object> {
  const { method = '', url: path = '' } = request;
  if (path === relayPaths.health && (method === 'GET' || method === 'HEAD')) return { status: 'ok' };
  const channel = path === relayPaths.telegram ? 'telegram' : path === relayPaths.mail ? 'mail' : undefined;
  if (method !== 'POST' || (channel === undefined && path !== relayPaths.pair)) {
    throw new Refusal(404, 'not-found', 'there is no such request');
  }
  if (channel === undefined) {
    refuseTooMany(context, request);
    return handlePair(context, parseJson(await readBody(request, pairBodyBytes)));
  }
  const { claim, body } = await proveClaim(context, request, { method, path });
  proven.claim = claim;
  return handleMessage(context, claim.host, channel, parseJson(body));
}

/** All hosts behind a proxy have its address: strangers there must not shut out those that prove themselves. */
async function proveClaim(
  context: RelayContext,
  request: IncomingMessage,
  line: { method: string; path: string },
): Promise<{ claim: Claim; body: Buffer }> {
  try {
    const claim = readClaim(request.headers, context.store, context.key);
    const body = await readBody(request, relayMaxBodyBytes);
    checkClaim(claim, { ...line, body }, context.store, context.host.clock);
    return { claim, body };
  } catch (error) {
    if (error instanceof Refusal && error.error === 'unauthenticated') refuseTooMany(context, request);
    throw error;
  }
}

function refuseTooMany({ throttle }: RelayContext, request: IncomingMessage): void {
  const waitSeconds = throttle.waitSeconds(request.socket.remoteAddress ?? '');
  if (waitSeconds === 0) return;
  throw new Refusal(429, 'rate-limit', 'too many failed attempts from this address', waitSeconds);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refusal(400, 'bad-request', 'the message is not JSON');
  }
}

function listen(server: Server, { listen: { address, port } }: RelaySettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(describeListenError(error, address, port)));
    server.listen({ host: address, port }, resolve);
  });
}

function describeListenError(error: Error, address: string, port: number): Error {
  if (isSystemError(error, 'EADDRINUSE')) {
    const hint = 'is another relay running? else choose another port in RELAY_LISTEN';
    return new EnvironmentError(`port ${port} of ${address} is in use`, { hint, cause: error });
  }
  if (isSystemError(error, 'EADDRNOTAVAIL')) {
    return new UsageError(`RELAY_LISTEN: this machine has no address ${address}`, { cause: error });
  }
  const hint = 'ports below 1024 need root; choose another in RELAY_LISTEN';
  return new EnvironmentError(`cannot listen on ${address}, port ${port}: ${error.message}`, {
    hint,
    cause: error,
  });
}

function addressOf(server: Server, { tls }: RelaySettings): string {
  const { address, family, port } = server.address() as AddressInfo;
  const name = family === 'IPv6' ? `[${address}]` : address;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${port}`;
}

/** Closes on either signal: no new connections, idle ones ended, busy ones after a while. */
function closeOn(server: Server, stopping: AbortController, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      stopping.abort();
      server.close(() => resolve());
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), closeGraceMs).unref();
    };
    if (signal.aborted) stop();
    else {
      signal.addEventListener('abort', stop, { once: true });
      stopping.signal.addEventListener('abort', stop, { once: true });
    }
  });
}
