import { expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { dispatchNotices, findingsOfDispatch } from '../../../src/notifications/dispatch.ts';
import type { Delivery, Notifier } from '../../../src/notifications/notifier.ts';
import { notices } from '../../support/notices.ts';
import { withoutWaiting } from '../../support/test-clock.ts';

const host = createHost({ env: {} });
const never = new AbortController().signal;
const sent: Delivery = { status: 'sent', attempts: 1 };

function notifier(name: string, send: Notifier['send']): Notifier {
  return { channel: 'webhook', name, notifyOn: 'always', preview: () => '', send };
}
const good = notifier('good', () => Promise.resolve(sent));
const broken = notifier('broken', () => {
  throw new TypeError('undefined is not a function: token-123456');
});

test('all are sent at once, and each result belongs to its notifier', async () => {
  let waiting = 0;
  let release: () => void = () => undefined;
  const together = new Promise<void>((resolve) => (release = resolve));
  const slow = (name: string) =>
    notifier(name, async () => {
      waiting += 1;
      if (waiting === 3) release();
      await together;
      return { status: 'sent', attempts: 1, detail: name };
    });
  const results = await dispatchNotices(host, ['a', 'b', 'c'].map(slow), notices.success, never);
  expect(results.map(({ notifier: { name }, delivery }) => [name, delivery.detail])).toEqual([
    ['a', 'a'],
    ['b', 'b'],
    ['c', 'c'],
  ]);
});

test('a fault in one is reported for itself, without its text, and stops no other', async () => {
  const results = await dispatchNotices(host, [broken, good], notices.success, never);
  expect(results.map(({ delivery }) => delivery.status)).toEqual(['failed', 'sent']);
  expect(results[0]?.delivery.detail).toBe('unexpected TypeError; nothing was sent');
});

test('one that never ends is given up when the time is over, and the others count', async () => {
  const deaf = notifier('deaf', () => new Promise(() => undefined));
  const results = await dispatchNotices(withoutWaiting(host).host, [deaf, good], notices.success, never);
  expect(results.map(({ delivery }) => delivery.status)).toEqual(['failed', 'sent']);
  expect(results[0]?.delivery.detail).toBe('not done within 180 s');
});

test('one that heeds its signal tells itself how far it got', async () => {
  const heedful = notifier('heedful', (_host, _notice, signal) => {
    return new Promise((resolve) => {
      signal.addEventListener('abort', () =>
        resolve({ status: 'failed', detail: 'after 2 attempts', attempts: 2 }),
      );
    });
  });
  const { host: hasty } = withoutWaiting(host, (ms) => ms > 10_000);
  const results = await dispatchNotices(hasty, [heedful], notices.success, never);
  expect(results[0]?.delivery).toEqual({ status: 'failed', detail: 'after 2 attempts', attempts: 2 });
});

test('a stop from outside ends everything', async () => {
  const stop = new AbortController();
  const deaf = notifier('deaf', () => {
    stop.abort();
    return new Promise(() => undefined);
  });
  const { host: hasty } = withoutWaiting(host, (ms) => ms < 10_000);
  const results = await dispatchNotices(hasty, [deaf], notices.success, stop.signal);
  expect(results[0]?.delivery.detail).toBe('stopped before it was sent');
});

test('what failed and what is not set up becomes a warning each', () => {
  const results = [
    { notifier: good, delivery: sent },
    { notifier: broken, delivery: { status: 'failed', detail: 'no', hint: 'do', attempts: 4 } as const },
  ];
  const misconfigured = [{ channel: 'gotify', name: 'gotify', message: 'no token', hint: 'set it' }] as const;
  expect(findingsOfDispatch(results, misconfigured)).toEqual([
    { severity: 'warning', code: 'notification-not-set-up', message: 'gotify: no token', hint: 'set it' },
    {
      severity: 'warning',
      code: 'notification-failed',
      message: 'the notification by broken was not delivered (4 attempts): no',
      hint: 'do',
    },
  ]);
});
