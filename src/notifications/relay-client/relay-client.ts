// Sends messages through the relay: signed requests, answers whose signature is checked (over plain HTTP anybody could
// claim that a message went out), repeated where another attempt can help.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import type { HttpResponse } from '../../host/http.ts';
import type { Redact } from '../../ui/redact.ts';
import { printable } from '../../util/printable.ts';
import {
  relayErrors,
  type RelayAnswer,
  type RelayErrorCode,
  type RelayMailMessage,
  type RelayTelegramMessage,
} from '../../util/relay-messages.ts';
import {
  isSameSignature,
  newNonce,
  relayHeaders,
  relayPaths,
  signAnswer,
  signRequest,
} from '../../util/relay-protocol.ts';
import { sendPersistently, type Verdict } from '../http.ts';
import type { Delivery } from '../notifier.ts';
import { defaultRetryPolicy, parseRetryAfter } from '../retry-policy.ts';
import { redactSpellings } from '../secret-spellings.ts';
import { isRelayAddress, relayCertificates, relayHint, relayUrl } from './relay-address.ts';
import { readRelayCredentials, type RelayCredentials, type RelayPlace } from './relay-credentials.ts';

/** The relay gives up on a delivery after 45 seconds (src/relay/deliver.ts). */
const requestTimeoutMs = 60_000;
const retry = { ...defaultRetryPolicy, maxRetries: 2 };

export type RelayUser = RelayPlace & { redact: Redact };
export type RelayDelivery = Omit<Delivery, 'via'>;

/** One Telegram message, to the chat that the relay has for this host. Never throws for what the other side does. */
export function sendTelegramByRelay(
  host: Host,
  place: RelayUser,
  message: Omit<RelayTelegramMessage, 'message_id'>,
  signal: AbortSignal,
): Promise<RelayDelivery> {
  return deliver(host, place, { path: relayPaths.telegram, message }, signal);
}

/** One mail, from the relay's account. Never throws for what the other side does. */
export function sendMailByRelay(
  host: Host,
  place: RelayUser,
  message: Omit<RelayMailMessage, 'message_id'>,
  signal: AbortSignal,
): Promise<RelayDelivery> {
  return deliver(host, place, { path: relayPaths.mail, message }, signal);
}

interface Outgoing {
  path: string;
  message: object;
}

async function deliver(
  host: Host,
  place: RelayUser,
  { path, message }: Outgoing,
  signal: AbortSignal,
): Promise<RelayDelivery> {
  const url = place.values.RELAY_URL;
  if (!isRelayAddress(url))
    return { status: 'failed', detail: 'no relay is configured', hint: relayHint, attempts: 0 };
  const keys = keysOf(host, place);
  if ('status' in keys) return keys;
  const { credentials, ca } = keys;
  // One id for all attempts: the relay does not send again what it has sent.
  const body = Buffer.from(JSON.stringify({ message_id: randomUUID(), ...message }), 'utf8');
  let nonce = '';
  return sendPersistently(host, {
    service: 'the relay',
    hint: 'check RELAY_URL, and that `proxsave relay` runs there',
    request: (now) => {
      nonce = newNonce();
      const headers = signedHeaders(credentials, { path, nonce, body, now });
      return { url: relayUrl(url, path), method: 'POST', headers, body, ca, timeoutMs: requestTimeoutMs };
    },
    retry,
    signal,
    redact: redactSpellings(place.redact, [credentials.secret.toString('base64')]),
    judge: (response, now) => judge(response, now, { secret: credentials.secret, nonce }),
  });
}

function signedHeaders(
  { hostId, secret }: RelayCredentials,
  { path, nonce, body, now }: { path: string; nonce: string; body: Buffer; now: Date },
): Record<string, string> {
  const time = String(Math.floor(now.getTime() / 1000));
  return {
    'content-type': 'application/json',
    [relayHeaders.host]: hostId,
    [relayHeaders.time]: time,
    [relayHeaders.nonce]: nonce,
    [relayHeaders.signature]: signRequest(secret, { method: 'POST', path, hostId, time, nonce, body }),
  };
}

function keysOf(
  host: Host,
  place: RelayPlace,
): { credentials: RelayCredentials; ca: readonly string[] } | RelayDelivery {
  try {
    const ca = relayCertificates(host, place.values.RELAY_CA_FILE);
    return { credentials: readRelayCredentials(host, place), ca };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return { status: 'failed', detail: error.message, ...hint, attempts: 0 };
  }
}

const answerSchema: z.ZodType<RelayAnswer> = z.union([
  z.object({ status: z.literal('sent'), detail: z.string().max(1000) }),
  z.object({ status: z.literal('error'), error: z.enum(relayErrors), message: z.string().max(2000) }),
]);

function judge(
  response: HttpResponse,
  now: Date,
  { secret, nonce }: { secret: Buffer; nonce: string },
): Verdict {
  const answer = parseAnswer(response.body);
  if (response.status === 200 && answer?.status === 'sent') {
    const expected = signAnswer(secret, nonce, response.status, response.body);
    const isGenuine = isSameSignature(response.headers[relayHeaders.signature] ?? '', expected);
    if (isGenuine) return { kind: 'accepted', detail: `the relay sent it: ${printable(answer.detail)}` };
    const hint =
      'somebody else answers in its place, or its key was made anew: join again with `proxsave notify pair`';
    return { kind: 'refused', problem: "the answer does not carry the relay's signature", hint };
  }
  const retryAfterMs = parseRetryAfter(response.headers['retry-after'], now);
  const later = { kind: 'later', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } as const;
  if (answer?.status === 'error') return describeRefusal(answer.error, answer.message, later);
  const hint = 'check RELAY_URL: is there a relay behind it, or a proxy that answers in its place?';
  const problem = `unexpected answer (HTTP ${response.status}) instead of one of a relay`;
  return response.status >= 500 ? { ...later, problem, hint } : { kind: 'refused', problem, hint };
}

function parseAnswer(body: Buffer): RelayAnswer | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(body.toString('utf8'))).data;
  } catch {
    // No JSON: not an answer of a relay.
    return undefined;
  }
}

const refusalHints: Partial<Readonly<Record<RelayErrorCode, string>>> = {
  unauthenticated: 'join the relay again: `proxsave relay code` there, `proxsave notify pair` here',
  revoked:
    'the relay has removed this host; join again: `proxsave relay code` there, `proxsave notify pair` here',
  clock: 'set the clocks of both machines (NTP)',
  recipient: 'add the recipient to RELAY_MAIL_RECIPIENTS on the relay, or correct EMAIL_RECIPIENT here',
  'rate-limit': 'raise RELAY_HOURLY_LIMIT_PER_HOST or RELAY_HOURLY_LIMIT on the relay',
  'not-configured': 'set up the channel on the relay (TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID, or SMTP_HOST)',
  'too-large': 'set EMAIL_ATTACH_LOG=false',
  delivery: 'see the log of the relay',
};

const repeatable: readonly RelayErrorCode[] = ['rate-limit', 'busy', 'replayed', 'internal'];

function describeRefusal(
  error: RelayErrorCode,
  message: string,
  later: { kind: 'later'; retryAfterMs?: number },
): Verdict {
  const problem = `the relay refused it: ${printable(message)}`;
  const hint = refusalHints[error] === undefined ? {} : { hint: refusalHints[error] };
  return repeatable.includes(error) ? { ...later, problem, ...hint } : { kind: 'refused', problem, ...hint };
}
