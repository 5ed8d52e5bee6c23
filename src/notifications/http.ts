// Sends a request until a service has taken it, refuses it for good or has been tried often enough. What comes back is
// always a value; its texts name no address and hold no secret, whoever put one there.

import { randomInt } from 'node:crypto';
import { InterruptedError } from '../errors.ts';
import { HttpError, sendHttp, type HttpFailure, type HttpRequest, type HttpResponse } from '../host/http.ts';
import type { Host } from '../host/host.ts';
import type { Redact } from '../ui/redact.ts';
import { backOffMs } from '../util/back-off.ts';
import { printable } from '../util/printable.ts';
import type { Delivery } from './notifier.ts';
import { cutText } from './render/cut-text.ts';
import { parseRetryAfter, type RetryPolicy } from './retry-policy.ts';

/** What an answer means. `refused`: it would be refused again. `later`: worth another attempt. */
export type Verdict =
  | { kind: 'accepted'; detail?: string }
  | { kind: 'refused'; problem: string; hint?: string }
  | { kind: 'later'; problem: string; hint?: string; retryAfterMs?: number };

export interface PersistentRequest {
  /** For people: `Gotify`. */
  service: string;
  /** Made anew for each attempt: signatures hold the time. */
  request: (now: Date) => Omit<HttpRequest, 'signal'>;
  retry: RetryPolicy;
  signal: AbortSignal;
  /** Must know every secret of the request, in each of its spellings. */
  redact: Redact;
  /** Absent: judgeStatus. */
  judge?: Judge;
  /** What to do when the service is not reached; absent: by what stood in the way. */
  hint?: string;
}

export type Judge = (response: HttpResponse, now: Date) => Verdict;

/** Never throws for what the other side or the network does. At least once: an answer that got lost means a second message. */
export async function sendPersistently(host: Host, sending: PersistentRequest): Promise<Delivery> {
  const { retry, signal } = sending;
  for (let attempts = 1; ; attempts += 1) {
    const verdict = await tryOnce(host, sending);
    if (verdict.kind !== 'later' || attempts > retry.maxRetries) return describe(verdict, attempts, sending);
    const waitMs = verdict.retryAfterMs ?? retryDelayMs(retry, attempts);
    if (waitMs > retry.maxDelayMs) {
      const problem = `${verdict.problem}; it asks to wait ${Math.ceil(waitMs / 1000)} s`;
      return describe({ ...verdict, problem }, attempts, sending);
    }
    try {
      await host.clock.sleep(waitMs, signal);
    } catch (error) {
      if (!(error instanceof InterruptedError)) throw error;
      const problem = `${verdict.problem}; stopped before the next attempt`;
      return describe({ ...verdict, problem }, attempts, sending);
    }
  }
}

function retryDelayMs({ delayMs, maxDelayMs }: RetryPolicy, attempt: number): number {
  const backOff = { firstMs: Math.min(delayMs, maxDelayMs), longestMs: maxDelayMs };
  return backOffMs(attempt, randomInt(1_000_000) / 1_000_000, backOff);
}

async function tryOnce(host: Host, sending: PersistentRequest): Promise<Verdict> {
  try {
    const response = await sendHttp(host, { ...sending.request(host.clock.now()), signal: sending.signal });
    const judge: Judge = sending.judge ?? ((answer, now) => judgeStatus(answer, now, sending));
    return judge(response, host.clock.now());
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const isFinal = error.failure === 'aborted' || error.failure === 'invalid' || error.failure === 'tls';
    const hint = sending.hint ?? transportHints[error.failure];
    return {
      kind: isFinal ? 'refused' : 'later',
      problem: error.message,
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

const transportHints: Partial<Readonly<Record<HttpFailure, string>>> = {
  'not-found': 'check the name in the address, and the name servers of this host',
  unreachable: 'check the address, and whether this host may get there (firewall, proxy)',
  timeout: 'check whether the service is up, and whether this host may get there (firewall, proxy)',
  tls: 'put the certificate of the server, or of its authority, into /usr/local/share/ca-certificates and run update-ca-certificates',
  invalid: 'check the address, the token and the headers for characters that do not belong there',
};

function describe(verdict: Verdict, attempts: number, { redact }: PersistentRequest): Delivery {
  if (verdict.kind === 'accepted') {
    return {
      status: 'sent',
      attempts,
      ...(verdict.detail === undefined ? {} : { detail: redact(verdict.detail) }),
    };
  }
  const { problem, hint } = verdict;
  return {
    status: 'failed',
    detail: redact(problem),
    ...(hint === undefined ? {} : { hint: redact(hint) }),
    attempts,
  };
}

/** The meaning of the status alone: 2xx taken; too often, too busy or broken: later; anything else is final. */
export function judgeStatus(
  response: HttpResponse,
  now: Date,
  { service, redact }: Pick<PersistentRequest, 'service' | 'redact'>,
): Verdict {
  const { status, headers } = response;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  const said = quoteBody(response, redact);
  const problem = `${service} answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status >= 300 && status < 400) {
    const hint = `it wants to send us elsewhere; set the address that it leads to`;
    return { kind: 'refused', problem, hint };
  }
  if (status !== 408 && status !== 425 && status !== 429 && status < 500) {
    const hint = finalHints[status];
    return { kind: 'refused', problem, ...(hint === undefined ? {} : { hint }) };
  }
  const retryAfterMs = parseRetryAfter(headers['retry-after'], now);
  return { kind: 'later', problem, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** As judgeStatus, for services that never answer with a page for people: one comes from somebody else in their place. */
export function judgeService(
  response: HttpResponse,
  now: Date,
  who: Pick<PersistentRequest, 'service' | 'redact'>,
): Verdict {
  const verdict = judgeStatus(response, now, who);
  if (verdict.kind !== 'accepted' || !isWebPage(response.body.toString('utf8'))) return verdict;
  const problem = `${who.service} answered ${response.status} with a web page, so nobody took the message`;
  const hint = 'check the address: a login page, another site or a proxy answers there';
  return { kind: 'refused', problem, hint };
}

function isWebPage(text: string): boolean {
  return /^\s*<(!doctype|html)/i.test(text);
}

const finalHints: Readonly<Record<number, string>> = {
  401: 'check the token or password',
  403: 'check the token or password, and what it may do',
  404: 'check the address',
  405: 'check the address and the method',
  410: 'the address is no longer in use; make a new one at the service',
  413: 'the message is too large for the server',
};

const quotedCharacters = 200;

/** The start of an answer in one line, for messages. Redacted before it is cut: half a secret is one too. */
export function quoteBody({ body }: HttpResponse, redact: Redact): string {
  const text = redact(body.toString('utf8'));
  if (isWebPage(text)) return '';
  return cutText(printable(text.replace(/\s+/g, ' ').trim()), quotedCharacters);
}

/** The body as JSON, or undefined when it is none. */
export function jsonBody({ body }: HttpResponse): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
