import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { createNotifiers } from '../../../src/notifications/index.ts';
import { personalNotifier } from '../../../src/notifications/telegram/personal.ts';
import { startReceiver } from '../../support/http-receiver.ts';
import { notices } from '../../support/notices.ts';
import { withoutWaiting } from '../../support/test-clock.ts';
import { hostWith } from '../config/config-host.ts';

const host = createHost({ env: {} });
const never = new AbortController().signal;
const configFrom = (text: string) => loadConfig(hostWith(text));
const token = `123456789:${'A'.repeat(35)}`;

test('nothing is switched on by default', () => {
  expect(createNotifiers(configFrom(''))).toEqual({ notifiers: [], misconfigured: [] });
});

test('channels that cannot work say what to set, and stop nothing', () => {
  const { notifiers, misconfigured } = createNotifiers(
    configFrom(`TELEGRAM_ENABLED=true
BOT_TELEGRAM_TYPE=personal
TELEGRAM_BOT_TOKEN=half-a-token
GOTIFY_ENABLED=true
GOTIFY_SERVER_URL=gotify.example.net
WEBHOOK_ENABLED=true
`),
  );
  expect(notifiers).toEqual([]);
  expect(misconfigured.map(({ channel, message }) => `${channel}: ${message}`)).toEqual([
    'telegram: TELEGRAM_BOT_TOKEN is no token of a bot',
    'gotify: GOTIFY_SERVER_URL is no web address',
    'webhook: WEBHOOK_ENDPOINTS is empty',
  ]);
  for (const { hint } of misconfigured) expect(hint).not.toBe('');
});

test('centralized Telegram has no server of anybody else: it says how to set up a relay', () => {
  const { misconfigured } = createNotifiers(configFrom('TELEGRAM_ENABLED=true\n'));
  expect(misconfigured).toMatchObject([{ channel: 'telegram' }]);
  expect(misconfigured[0]?.hint).toContain('RELAY_URL');
});

test.each([
  ['TELEGRAM', 'BOT_TELEGRAM_TYPE=personal\nTELEGRAM_CHAT_ID=-1001\nTELEGRAM_BOT_TOKEN='],
  ['GOTIFY', 'GOTIFY_SERVER_URL=https://gotify.example/\nGOTIFY_TOKEN='],
])('%s_NOTIFY_ON is the level of the channel', (name, keys) => {
  const text = `${name}_ENABLED=true\n${name}_NOTIFY_ON=failure\n${keys}${token}\n`;
  expect(createNotifiers(configFrom(text)).notifiers.map(({ notifyOn }) => notifyOn)).toEqual(['failure']);
});

test('Gotify gets its token in a header, its priority by outcome, and its path below that of the server', async () => {
  const receiver = await startReceiver();
  const { notifiers } = createNotifiers(
    configFrom(
      `GOTIFY_ENABLED=true\nGOTIFY_SERVER_URL=${receiver.origin}/push/\nGOTIFY_TOKEN=tok en\nGOTIFY_PRIORITY_FAILURE=10\n`.replace(
        ' ',
        '',
      ),
    ),
  );
  for (const notice of [notices.success, notices.warning, notices.failed, notices.interrupted]) {
    await notifiers[0]!.send(host, notice, never);
  }
  const bodies = receiver.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  expect(bodies.map(({ priority }) => priority)).toEqual([2, 5, 10, 10]);
  expect(bodies[0]).toMatchObject({
    title: '✅ Backup of pve1 is complete',
    extras: { 'client::display': { contentType: 'text/markdown' } },
  });
  expect(receiver.requests[0]).toMatchObject({ method: 'POST', url: '/push/message' });
  expect(receiver.requests[0]?.headers['x-gotify-key']).toBe('token');
});

function telegramAt(api: string) {
  return personalNotifier(configFrom(''), { token, chatId: '-1001', api });
}

test('Telegram gets HTML, good news without a sound', async () => {
  const receiver = await startReceiver();
  await telegramAt(receiver.origin).send(host, notices.success, never);
  await telegramAt(receiver.origin).send(host, notices.failed, never);
  const [good, bad] = receiver.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  expect(receiver.requests[0]?.url).toBe(`/bot${token}/sendMessage`);
  expect(good).toMatchObject({ chat_id: '-1001', parse_mode: 'HTML', disable_notification: true });
  expect(bad).toMatchObject({ disable_notification: false });
});

test('Telegram says in its body how long to wait', async () => {
  const receiver = await startReceiver([
    { status: 429, body: '{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":9}}' },
    { body: '{"ok":true,"result":{"message_id":5}}' },
  ]);
  const { host: hasty, waits } = withoutWaiting(host);
  const delivery = await telegramAt(receiver.origin).send(hasty, notices.failed, never);
  expect(delivery).toEqual({ status: 'sent', attempts: 2, detail: 'message 5' });
  expect(waits).toEqual([9000]);
});

test.each([
  [400, '{"ok":false,"description":"Bad Request: chat not found"}', 'TELEGRAM_CHAT_ID'],
  [
    400,
    '{"ok":false,"description":"upgraded","parameters":{"migrate_to_chat_id":-100777}}',
    'TELEGRAM_CHAT_ID=-100777',
  ],
  [401, '{"ok":false,"description":"Unauthorized"}', 'TELEGRAM_BOT_TOKEN'],
  [403, '{"ok":false,"description":"bot was blocked"}', 'unblock'],
])('an answer of Telegram with %i says what to do: %s', async (status, body, hint) => {
  const receiver = await startReceiver([{ status, body }]);
  const delivery = await telegramAt(receiver.origin).send(host, notices.failed, never);
  expect(delivery.status).toBe('failed');
  expect(delivery.hint).toContain(hint);
});
