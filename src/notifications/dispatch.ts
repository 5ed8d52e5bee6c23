// Sends one notice by several channels at once. Each is on its own: bounded in time, reported for itself, and what goes
// wrong with one is nothing to the others.

import type { Finding } from '../findings.ts';
import { isAbortedWithin } from '../host/is-aborted-within.ts';
import type { Host } from '../host/host.ts';
import type { Notice } from './notice.ts';
import type { Delivery, Misconfigured, Notifier } from './notifier.ts';

export interface DispatchResult {
  notifier: Notifier;
  delivery: Delivery;
}

/** For all channels together, as they run side by side. */
const limitMs = 180_000;
const graceMs = 2_000;

/**
 * Never throws. `signal` must be one that is still good: after an interrupt that of the host has been used up, and the
 * interrupt itself is what is to be told.
 */
export async function dispatchNotices(
  host: Host,
  notifiers: readonly Notifier[],
  notice: Notice,
  signal: AbortSignal,
): Promise<DispatchResult[]> {
  const ended = new AbortController();
  const limit = new AbortController();
  const tooLate = watchLimit(host, { signal, ended: ended.signal, limit });
  const stop = AbortSignal.any([signal, limit.signal]);
  const results = notifiers.map(async (notifier) => {
    const sending = sendSafely(host, notifier, notice, stop);
    return { notifier, delivery: await Promise.race([sending, tooLate]) };
  });
  try {
    return await Promise.all(results);
  } finally {
    ended.abort();
  }
}

interface Watch {
  signal: AbortSignal;
  /** All is done: nobody waits for the limit any more. */
  ended: AbortSignal;
  /** Aborted when the time is up. */
  limit: AbortController;
}

/** Settles only for channels that do not heed their signal: they hold up nobody. */
async function watchLimit(host: Host, { signal, ended, limit }: Watch): Promise<Delivery> {
  const isStopped = await isAbortedWithin(host, limitMs, AbortSignal.any([signal, ended]));
  if (!ended.aborted) limit.abort();
  // Those that do heed it can tell better how far they got.
  await isAbortedWithin(host, graceMs, ended);
  const detail = isStopped ? 'stopped before it was sent' : `not done within ${limitMs / 1000} s`;
  return { status: 'failed', detail, attempts: 0 };
}

/** A fault of ours in one channel is told like a failure of its service. */
async function sendSafely(
  host: Host,
  notifier: Notifier,
  notice: Notice,
  signal: AbortSignal,
): Promise<Delivery> {
  try {
    return await notifier.send(host, notice, signal);
  } catch (error) {
    const name = error instanceof Error ? error.name : 'error';
    const detail = `unexpected ${name}; nothing was sent`;
    return { status: 'failed', detail, hint: 'please report this as a bug', attempts: 0 };
  }
}

/** Channels that are switched on and cannot work, for a run and for `config check`. */
export function findingsOfSetup(misconfigured: readonly Misconfigured[]): Finding[] {
  return misconfigured.map(({ name, message, hint }) => {
    return { severity: 'warning', code: 'notification-not-set-up', message: `${name}: ${message}`, hint };
  });
}

/** What a run has to tell about its notifications: nothing when all went out by the way that was asked for. */
export function findingsOfDispatch(
  results: readonly DispatchResult[],
  misconfigured: readonly Misconfigured[],
): Finding[] {
  const failed = results.flatMap(({ notifier, delivery }): Finding[] => {
    if (delivery.status === 'sent') return [];
    const attempts = delivery.attempts > 1 ? ` (${delivery.attempts} attempts)` : '';
    const message = `the notification by ${notifier.name} was not delivered${attempts}: ${delivery.detail ?? 'unknown cause'}`;
    const hint = delivery.hint === undefined ? {} : { hint: delivery.hint };
    return [{ severity: 'warning', code: 'notification-failed', message, ...hint }];
  });
  return [...findingsOfSetup(misconfigured), ...failed];
}
