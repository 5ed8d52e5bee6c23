import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { createNotifiers } from '../../../src/notifications/index.ts';
import { parseCustomHeaders } from '../../../src/notifications/webhook/custom-headers.ts';
import { startReceiver } from '../../support/http-receiver.ts';
import { notices } from '../../support/notices.ts';
import { hostWith } from '../config/config-host.ts';

const host = createHost({ env: {} });
const never = new AbortController().signal;
const setupFrom = (text: string) => createNotifiers(loadConfig(hostWith(text)));

/** The one request that an endpoint with these keys makes. */
async function requestWith(keys: Readonly<Record<string, string>>) {
  const receiver = await startReceiver();
  const lines = Object.entries(keys).map(([key, value]) => `WEBHOOK_MY_END_${key}=${value}`);
  const { notifiers, misconfigured } = setupFrom(
    [
      'WEBHOOK_ENABLED=true',
      'WEBHOOK_ENDPOINTS=my-end',
      `WEBHOOK_MY_END_URL=${receiver.origin}/x?y=1`,
      ...lines,
      '',
    ].join('\n'),
  );
  expect(misconfigured).toEqual([]);
  expect(await notifiers[0]!.send(host, notices.success, never)).toMatchObject({ status: 'sent' });
  return receiver.requests[0]!;
}

test.each(['post', 'put', 'patch'])('%s sends JSON', async (method) => {
  const request = await requestWith({ METHOD: method });
  expect(request).toMatchObject({ method: method.toUpperCase(), url: '/x?y=1' });
  expect(request.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(request.headers['user-agent']).toMatch(/^proxsave\/\d/);
  expect(JSON.parse(request.body)).toMatchObject({ status: 'success', hostname: 'pve1' });
});

test.each(['get', 'head'])('%s sends no body', async (method) => {
  const request = await requestWith({ METHOD: method });
  expect(request).toMatchObject({ method: method.toUpperCase(), body: '' });
  expect(request.headers['content-type']).toBeUndefined();
});

describe('proof of the sender', () => {
  test('bearer', async () => {
    const { headers } = await requestWith({ AUTH_TYPE: 'bearer', AUTH_TOKEN: 'token123' });
    expect(headers.authorization).toBe('Bearer token123');
  });

  test('basic', async () => {
    const { headers } = await requestWith({ AUTH_TYPE: 'basic', AUTH_USER: 'me', AUTH_PASS: 'wörd' });
    expect(headers.authorization).toBe(`Basic ${Buffer.from('me:wörd').toString('base64')}`);
  });

  test('hmac signs time and body, and the body as the existing edition does', async () => {
    const { headers, body } = await requestWith({ AUTH_TYPE: 'hmac-sha256', AUTH_SECRET: 'key' });
    const sign = (text: string) => createHmac('sha256', 'key').update(text).digest('hex');
    const time = headers['x-proxsave-timestamp'] as string;
    expect(time).toMatch(/^\d{10}$/);
    expect(headers['x-proxsave-signature']).toBe(`sha256=${sign(`${time}.${body}`)}`);
    expect(headers['x-signature']).toBe(sign(body));
    expect(headers['x-signature-algorithm']).toBe('hmac-sha256');
  });
});

test('headers of the user are sent, and a comma may stand in a value', async () => {
  const { headers } = await requestWith({ HEADERS: 'X-One: 1,X-Two:a, b; c=d , X-Three:x:y' });
  expect(headers).toMatchObject({ 'x-one': '1', 'x-two': 'a, b; c=d', 'x-three': 'x:y' });
});

test.each([
  ['no colon', 'header 1'],
  [':value', 'header 1'],
  ['X-A:1,Content-Length:5', 'sets content-length'],
  ['X-A:bad\u0001secret', '(x-a)'],
])('headers such as %j are refused without showing a value', (text, problem) => {
  expect(parseCustomHeaders(text).problem).toContain(problem);
  expect(parseCustomHeaders(text).problem).not.toContain('secret');
});

test('each endpoint is a notifier of its own, with its own level', () => {
  const { notifiers } = setupFrom(`WEBHOOK_ENABLED=true
WEBHOOK_ENDPOINTS=one, two-b
WEBHOOK_NOTIFY_ON=failure
WEBHOOK_ONE_URL=https://example.net/
WEBHOOK_TWO_B_URL=https://example.org/
WEBHOOK_TWO_B_NOTIFY_ON=change
`);
  expect(notifiers.map(({ name, notifyOn }) => [name, notifyOn])).toEqual([
    ['webhook one', 'failure'],
    ['webhook two-b', 'change'],
  ]);
});

test('an endpoint that cannot work is told, and the others work', () => {
  const { notifiers, misconfigured } = setupFrom(`WEBHOOK_ENABLED=true
WEBHOOK_ENDPOINTS=none,ftp,auth,head,push,good
WEBHOOK_FTP_URL=ftp://example.net/secret
WEBHOOK_AUTH_URL=https://example.net/secret
WEBHOOK_AUTH_AUTH_TYPE=basic
WEBHOOK_AUTH_AUTH_USER=me
WEBHOOK_HEAD_URL=https://example.net/secret
WEBHOOK_HEAD_HEADERS=Host:secret
WEBHOOK_PUSH_URL=https://api.pushover.net/1/messages.json
WEBHOOK_PUSH_FORMAT=pushover
WEBHOOK_GOOD_URL=https://example.net/secret
`);
  expect(notifiers.map(({ name }) => name)).toEqual(['webhook good']);
  expect(misconfigured.map(({ name, message }) => `${name}: ${message}`)).toEqual([
    'webhook none: WEBHOOK_NONE_URL is empty',
    'webhook ftp: WEBHOOK_FTP_URL is no web address',
    'webhook auth: WEBHOOK_AUTH_AUTH_TYPE=basic needs WEBHOOK_AUTH_AUTH_PASS',
    'webhook head: header 1 of HEADERS sets host, which is set already',
    'webhook push: the format pushover needs AUTH_TOKEN and AUTH_USER',
  ]);
  expect(JSON.stringify(misconfigured)).not.toContain('secret');
});

test('a service that refuses in spite of its status is a failure', async () => {
  const receiver = await startReceiver([{ body: '{"ok":false,"msg":"Monitor not found"}' }]);
  const { notifiers } = setupFrom(
    `WEBHOOK_ENABLED=true\nWEBHOOK_ENDPOINTS=k\nWEBHOOK_K_FORMAT=uptime-kuma\nWEBHOOK_K_URL=${receiver.origin}/api/push/x\n`,
  );
  expect(await notifiers[0]!.send(host, notices.success, never)).toEqual({
    status: 'failed',
    detail: 'webhook k refused the message: Monitor not found',
    attempts: 1,
  });
});

test('WEBHOOK_TIMEOUT and WEBHOOK_MAX_RETRIES bound a service that never answers', async () => {
  const receiver = await startReceiver([{ fault: 'never' }]);
  const { notifiers } = setupFrom(`WEBHOOK_ENABLED=true
WEBHOOK_ENDPOINTS=k
WEBHOOK_TIMEOUT=1
WEBHOOK_MAX_RETRIES=1
WEBHOOK_RETRY_DELAY=0
WEBHOOK_K_URL=${receiver.origin}/
`);
  const delivery = await notifiers[0]!.send(host, notices.success, never);
  expect(delivery).toMatchObject({ status: 'failed', attempts: 2 });
  expect(delivery.detail).toContain('no answer within 1 s');
  expect(receiver.requests).toHaveLength(2);
});
