// One ping: POST with a text, bounded in time, tried a few times. What the service says is a finding at most.

import type { Finding } from '../../findings.ts';
import type { HttpResponse } from '../../host/http.ts';
import type { Host } from '../../host/host.ts';
import type { Redact } from '../../ui/redact.ts';
import { version } from '../../version.ts';
import { judgeService, sendPersistently, type Verdict } from '../http.ts';
import type { RetryPolicy } from '../retry-policy.ts';
import type { CheckAddress } from './check-addresses.ts';

/** Behind the address. `''`: all is well; a number: the exit code; `log`: noted, without a verdict. */
export type Signal = '' | 'start' | 'fail' | 'log' | `${number}`;

export interface Ping {
  to: CheckAddress;
  signal: Signal;
  body: string;
  /** UUID that ties the end of a run to its start. */
  runId?: string;
  /** Must know the addresses. */
  redact: Redact;
  stop: AbortSignal;
  /** Further attempts after the first. */
  maxRetries?: number;
}

const timeoutMs = 10_000;
const retry: RetryPolicy = { maxRetries: 2, delayMs: 1_000, maxDelayMs: 10_000 };

/** Nothing when it was taken, else one finding. Never throws for what the other side does. */
export async function sendPing(host: Host, ping: Ping): Promise<Finding[]> {
  const { to, body, redact, stop, maxRetries = retry.maxRetries } = ping;
  const url = pingAddress(to.address, ping.signal, ping.runId);
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'user-agent': `proxsave/${version}` };
  const delivery = await sendPersistently(host, {
    service: 'the monitoring service',
    request: () => ({ url, method: 'POST', headers, body, timeoutMs }),
    retry: { ...retry, maxRetries },
    signal: stop,
    redact,
    judge: (response, now) => judge(response, { now, redact, key: to.key }),
  });
  if (delivery.status === 'sent') return [];
  const attempts = delivery.attempts > 1 ? ` (${delivery.attempts} attempts)` : '';
  const what = ping.signal === 'start' ? 'that the run starts' : 'the result';
  return [
    {
      severity: 'warning',
      code: 'healthcheck-failed',
      message: `check ${to.check}: the service was not told ${what}${attempts}: ${delivery.detail ?? 'unknown cause'}`,
      ...(delivery.hint === undefined ? {} : { hint: delivery.hint }),
    },
  ];
}

/** The signal goes behind the path, before what the user's own address asks for. */
export function pingAddress(address: string, signal: Signal, runId?: string): string {
  const url = new URL(address);
  if (signal !== '') url.pathname = `${url.pathname.replace(/\/+$/, '')}/${signal}`;
  if (runId !== undefined) url.searchParams.set('rid', runId);
  return url.href;
}

interface Circumstances {
  now: Date;
  redact: Redact;
  key: string;
}

/** The service answers 200 also for a check that it does not know, and for a ping that it does not count. */
function judge(response: HttpResponse, { now, redact, key }: Circumstances): Verdict {
  const verdict = judgeService(response, now, { service: 'the monitoring service', redact });
  const text = response.body.toString('utf8').toLowerCase();
  if (verdict.kind === 'accepted' && text.includes('(not found)')) {
    return { kind: 'refused', problem: 'it knows no such check', hint: `check ${key}` };
  }
  if (verdict.kind === 'accepted' && text.includes('(rate limited)')) {
    return { kind: 'later', problem: 'it takes no more pings for now' };
  }
  if (verdict.kind === 'refused' && response.status === 404) return { ...verdict, hint: `check ${key}` };
  return verdict;
}
