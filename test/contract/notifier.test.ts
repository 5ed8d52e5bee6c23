// One suite for every notifier that sends HTTP, against a real server. Mail has its own peers: test/unit/notifications/email.

import { describe, expect, test } from 'vitest';
import { loadConfig, type LoadedConfig } from '../../src/config/load-config.ts';
import { createHost } from '../../src/host/create-host.ts';
import { createNotifiers } from '../../src/notifications/index.ts';
import type { Notifier } from '../../src/notifications/notifier.ts';
import { personalNotifier } from '../../src/notifications/telegram/personal.ts';
import { webhookFormats } from '../../src/notifications/webhook/formats/index.ts';
import { startReceiver, unusedOrigin, type ReceivedRequest } from '../support/http-receiver.ts';
import { hugeNotice, notices } from '../support/notices.ts';
import { withoutWaiting } from '../support/test-clock.ts';
import { hostWith } from '../unit/config/config-host.ts';

const marked = 'MarkedSecret';
const secrets = {
  token: `${marked}Token/+123`,
  user: `${marked}User`,
  pass: `${marked}Pass`,
  path: `${marked}Path`,
  query: `${marked}Query`,
  header: `${marked}Header`,
  bot: `123456789:AA${marked}${'x'.repeat(30)}`,
};

const basicCredentials = Buffer.from(`${secrets.user}:${secrets.pass}`).toString('base64');

interface Subject {
  name: string;
  /** A notifier that sends to this server. */
  create: (origin: string) => Notifier;
  /** What a good answer looks like. */
  goodBody: string;
  receipt?: string;
}

function configFrom(text: string): LoadedConfig {
  return loadConfig(hostWith(text));
}

function onlyNotifier(text: string): Notifier {
  const { notifiers, misconfigured } = createNotifiers(configFrom(text));
  expect(misconfigured).toEqual([]);
  expect(notifiers).toHaveLength(1);
  return notifiers[0]!;
}

const goodBodies: Readonly<Record<string, [body: string, receipt?: string]>> = {
  slack: ['ok'],
  pushover: ['{"status":1,"request":"abc"}', 'request abc'],
  ntfy: ['{"id":"xyz","event":"message"}', 'message xyz'],
  'uptime-kuma': ['{"ok":true}'],
};

function webhookSubject(format: string, more = ''): Subject {
  const [goodBody = '', receipt] = goodBodies[format] ?? [];
  return {
    name: `webhook ${format}${more === '' ? '' : ` with ${more.split('\n')[0] ?? ''}`}`,
    goodBody,
    ...(receipt === undefined ? {} : { receipt }),
    create: (origin) =>
      onlyNotifier(`WEBHOOK_ENABLED=true
WEBHOOK_ENDPOINTS=my-chat
WEBHOOK_TIMEOUT=1
WEBHOOK_MY_CHAT_URL=${origin}/${secrets.path}/topic?key=${secrets.query}
WEBHOOK_MY_CHAT_FORMAT=${format}
WEBHOOK_MY_CHAT_AUTH_TOKEN=${secrets.token}
WEBHOOK_MY_CHAT_AUTH_USER=${secrets.user}
WEBHOOK_MY_CHAT_AUTH_PASS=${secrets.pass}
WEBHOOK_MY_CHAT_AUTH_SECRET=${secrets.token}
WEBHOOK_MY_CHAT_HEADERS=X-Extra:${secrets.header}, Accept:text/html, text/plain
${more}
`),
  };
}

const subjects: Subject[] = [
  {
    name: 'telegram with a bot of your own',
    goodBody: '{"ok":true,"result":{"message_id":77,"text":"x"}}',
    receipt: 'message 77',
    create: (origin) =>
      personalNotifier(configFrom(''), { token: secrets.bot, chatId: '-100123', api: origin }),
  },
  {
    name: 'gotify',
    goodBody: '{"id":25,"appid":1}',
    receipt: 'message 25',
    create: (origin) =>
      onlyNotifier(`GOTIFY_ENABLED=true\nGOTIFY_SERVER_URL=${origin}/base/\nGOTIFY_TOKEN=${secrets.token}\n`),
  },
  ...webhookFormats.map(({ id }) => webhookSubject(id)),
  webhookSubject('generic', 'WEBHOOK_MY_CHAT_AUTH_TYPE=bearer'),
  webhookSubject('generic', 'WEBHOOK_MY_CHAT_AUTH_TYPE=basic'),
  webhookSubject('generic', 'WEBHOOK_MY_CHAT_AUTH_TYPE=hmac\nWEBHOOK_MY_CHAT_METHOD=put'),
];

const real = createHost({ env: {} });
const never = new AbortController().signal;
const failing = notices.failed;

/** Everything that the server was told, as one text, for answers that quote it. */
function echoOf(request: ReceivedRequest | undefined): string {
  return request === undefined ? '' : JSON.stringify([request.url, request.headers, request.body]);
}

describe.each(subjects)('$name', ({ name, create, goodBody, receipt }) => {
  test('sends one request and reports what the service answered', async () => {
    const receiver = await startReceiver([{ body: goodBody }]);
    const delivery = await create(receiver.origin).send(real, failing, never);
    expect(delivery).toEqual({
      status: 'sent',
      attempts: 1,
      ...(receipt === undefined ? {} : { detail: receipt }),
    });
    expect(receiver.requests).toHaveLength(1);
  });

  test('takes 202 for sent', async () => {
    const receiver = await startReceiver([{ status: 202 }]);
    expect(await create(receiver.origin).send(real, failing, never)).toEqual({ status: 'sent', attempts: 1 });
  });

  test.each([400, 401, 403, 404, 302])('does not repeat what was answered with %i', async (status) => {
    const receiver = await startReceiver([
      { status, headers: { location: 'http://127.0.0.1:9/' }, body: 'no way' },
    ]);
    const { host, waits } = withoutWaiting(real);
    const delivery = await create(receiver.origin).send(host, failing, never);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
    expect(delivery.detail).toContain(`answered ${status}`);
    expect(receiver.requests).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  test('waits as long as Retry-After says', async () => {
    const receiver = await startReceiver([
      { status: 429, headers: { 'retry-after': '7' } },
      { body: goodBody },
    ]);
    const { host, waits } = withoutWaiting(real);
    expect(await create(receiver.origin).send(host, failing, never)).toMatchObject({
      status: 'sent',
      attempts: 2,
    });
    expect(waits).toEqual([7000]);
  });

  test('gives up on a service that wants to be left alone for an hour', async () => {
    const receiver = await startReceiver([{ status: 429, headers: { 'retry-after': '3600' } }]);
    const { host, waits } = withoutWaiting(real);
    const delivery = await create(receiver.origin).send(host, failing, never);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
    expect(delivery.detail).toContain('3600 s');
    expect(waits).toEqual([]);
  });

  test('tries again after 500, after a broken connection, and each time later', async () => {
    const receiver = await startReceiver([
      { status: 500 },
      { fault: 'reset' },
      { status: 502 },
      { body: goodBody },
    ]);
    const { host, waits } = withoutWaiting(real);
    expect(await create(receiver.origin).send(host, failing, never)).toMatchObject({
      status: 'sent',
      attempts: 4,
    });
    expect(waits).toHaveLength(3);
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(1000 * 2 ** index);
      expect(wait).toBeLessThanOrEqual(2000 * 2 ** index);
    }
  });

  test('reports a service that stays broken, with the number of attempts', async () => {
    const receiver = await startReceiver([{ status: 503, body: 'come back later' }]);
    const { host } = withoutWaiting(real);
    const delivery = await create(receiver.origin).send(host, failing, never);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 4 });
    expect(delivery.detail).toContain('answered 503');
    expect(receiver.requests).toHaveLength(4);
  });

  test('does not send a message twice whose answer broke off', async () => {
    const receiver = await startReceiver([{ fault: 'cut' }]);
    const { host } = withoutWaiting(real);
    expect(await create(receiver.origin).send(host, failing, never)).toMatchObject({
      status: 'sent',
      attempts: 1,
    });
    expect(receiver.requests).toHaveLength(1);
  });

  test('does not take a web page for the answer of its service', async () => {
    const receiver = await startReceiver([
      { body: '<!DOCTYPE html><html><body>Please log in</body></html>' },
    ]);
    const notifier = create(receiver.origin);
    const delivery = await notifier.send(real, failing, never);
    if (name.startsWith('webhook generic')) {
      expect(delivery).toEqual({ status: 'sent', attempts: 1 });
      return;
    }
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
    expect(delivery.detail).toContain('web page');
    expect(delivery.hint).toContain('check the address');
  });

  test('is not drawn out by an answer that comes drop by drop', async () => {
    const receiver = await startReceiver([{ fault: 'drip' }]);
    const stop = new AbortController();
    const sending = create(receiver.origin).send(real, failing, stop.signal);
    await receiver.waitFor(1);
    stop.abort();
    expect(await sending).toMatchObject({ attempts: 1 });
  });

  test('takes neither message nor credentials to where a redirect leads', async () => {
    const elsewhere = await startReceiver();
    const location = `${elsewhere.origin}/else`;
    const receiver = await startReceiver([{ status: 307, headers: { location } }]);
    const delivery = await create(receiver.origin).send(real, failing, never);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
    expect(elsewhere.requests).toEqual([]);
  });

  test('stops waiting for an answer when it is told to', async () => {
    const receiver = await startReceiver([{ fault: 'never' }]);
    const stop = new AbortController();
    const sending = create(receiver.origin).send(real, failing, stop.signal);
    await receiver.waitFor(1);
    stop.abort();
    const delivery = await sending;
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
    expect(delivery.detail).toContain('was stopped');
  });

  test('stops between two attempts when it is told to', async () => {
    const receiver = await startReceiver([{ status: 500 }]);
    const stop = new AbortController();
    const { host } = withoutWaiting(real, () => false);
    const sending = create(receiver.origin).send(host, failing, stop.signal);
    await receiver.waitFor(1);
    stop.abort();
    expect((await sending).status).toBe('failed');
    expect(receiver.requests).toHaveLength(1);
  });

  test('reports a server that is not there', async () => {
    const { host } = withoutWaiting(real);
    const delivery = await create(await unusedOrigin()).send(host, failing, never);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 4 });
    expect(delivery.detail).toContain('refuses the connection');
    expect(delivery.hint).toContain('check the address');
  });

  test('shows no secret, even when the service quotes the whole request', async () => {
    const probe = await startReceiver([{ body: goodBody }]);
    await create(probe.origin).send(real, failing, never);
    const echo = echoOf(probe.requests[0]);
    const decoded = decodeURIComponent(echo);
    expect(decoded).toContain(marked);
    for (const said of [echo, decoded, encodeURIComponent(echo)]) {
      // Only the start of an answer is quoted, so each place with a secret comes to the front once.
      for (const { index } of said.matchAll(new RegExp(marked, 'g'))) {
        const receiver = await startReceiver([{ status: 400, body: said.slice(Math.max(0, index - 30)) }]);
        const shown = JSON.stringify(await create(receiver.origin).send(real, failing, never));
        expect(shown).toContain('****');
        expect(shown).not.toContain(marked);
        expect(shown).not.toContain(basicCredentials);
      }
    }
  });

  test('shows no secret in its preview, and says what would be sent', () => {
    const preview = create('http://127.0.0.1:9').preview(failing);
    expect(preview).not.toContain(marked);
    expect(preview).not.toContain(basicCredentials);
    expect(preview).toContain('no archive was made');
  });

  test('sends a valid message when there is far too much to say', async () => {
    const receiver = await startReceiver([{ body: goodBody }]);
    expect(await create(receiver.origin).send(real, hugeNotice, never)).toMatchObject({ status: 'sent' });
    const { url, body } = receiver.requests[0]!;
    expect(url.length).toBeLessThan(2000);
    // A lone surrogate cannot be written in UTF-8, and JSON would spell it \udXXX.
    expect(body).not.toMatch(/\ufffd|\\ud[89a-f]/i);
    const sent = body === '' ? new URL(url, receiver.origin).search : JSON.stringify(JSON.parse(body));
    expect(decodeURIComponent(sent)).toContain('süd-хост-主机');
  });
});
