import { readdirSync, readFileSync, statSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { pairWithRelay } from '../../../src/notifications/relay-client/pair-with-relay.ts';
import {
  sendMailByRelay,
  sendTelegramByRelay,
} from '../../../src/notifications/relay-client/relay-client.ts';
import {
  readRelayCredentials,
  relaySecretFile,
} from '../../../src/notifications/relay-client/relay-credentials.ts';
import { createPairingCode, listRelayHosts, revokeRelayHost } from '../../../src/relay/manage-relay.ts';
import { newNonce, relayHeaders, relayPaths, signRequest } from '../../../src/util/relay-protocol.ts';
import { startSmtpReceiver } from '../../support/smtp-receiver.ts';
import {
  botToken,
  machine,
  neverAborts,
  pairedHost,
  rawRequest,
  startTestRelay,
  type PairedHost,
  type RunningRelay,
} from './relay-setup.ts';

const message = { text: 'Backup done', format: 'text', is_silent: false } as const;
const sendTelegram = ({ host, config }: PairedHost, text: string = message.text) =>
  sendTelegramByRelay(host, config, { ...message, text }, neverAborts);

interface Forged {
  secret?: Buffer;
  hostId?: string;
  time?: number;
  nonce?: string;
  path?: string;
  body?: string;
  /** What is sent in place of the signed body. */
  sentBody?: string;
}

/** A signed request, each part of which a test can make wrong. */
function signedRequest({ relay }: RunningRelay, from: PairedHost, forged: Forged = {}) {
  const credentials = readRelayCredentials(from.host, from.config);
  const path = forged.path ?? relayPaths.telegram;
  const body = forged.body ?? JSON.stringify({ message_id: randomUUID(), ...message });
  const hostId = forged.hostId ?? credentials.hostId;
  const time = String(forged.time ?? Math.floor(Date.now() / 1000));
  const nonce = forged.nonce ?? newNonce();
  const signature = signRequest(forged.secret ?? credentials.secret, {
    method: 'POST',
    path,
    hostId,
    time,
    nonce,
    body: Buffer.from(body),
  });
  const headers = {
    [relayHeaders.host]: hostId,
    [relayHeaders.time]: time,
    [relayHeaders.nonce]: nonce,
    [relayHeaders.signature]: signature,
  };
  return rawRequest(relay.address, path, { headers, body: forged.sentBody ?? body });
}

describe('two hosts on one relay', () => {
  test('each sends with its own secret through the one bot, to the chat that it was paired for', async () => {
    const running = await startTestRelay();
    const first = await pairedHost(running, 'pve1');
    const second = await pairedHost(running, 'pve2', {}, { chatId: '42' });
    expect(await sendTelegram(first, 'from the first')).toMatchObject({
      status: 'sent',
      attempts: 1,
      detail: 'the relay sent it: Telegram message 1',
    });
    expect(await sendTelegram(second, 'from the second')).toMatchObject({ status: 'sent' });
    expect(running.telegram.messages.map(({ path, body }) => [path, body.chat_id, body.text])).toEqual([
      [`/bot${botToken}/sendMessage`, '-1001', 'from the first'],
      [`/bot${botToken}/sendMessage`, '42', 'from the second'],
    ]);
    const hosts = await listRelayHosts(running.host, running.config);
    expect(hosts.map(({ hostname, hostId }) => [hostname, hostId])).toEqual([
      ['pve1', first.hostId],
      ['pve2', second.hostId],
    ]);
    expect(hosts.every(({ lastSeenAt }) => lastSeenAt !== undefined)).toBe(true);
  });

  test('mail goes out from the account of the relay, to the recipients of the host', async () => {
    const receiver = await startSmtpReceiver({ hideSTARTTLS: true });
    const running = await startTestRelay({
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: receiver.port,
      EMAIL_FROM: 'relay@example.net',
    });
    const paired = await pairedHost(running, 'pve1');
    const mail = { to: ['admin@example.org'], subject: 'Größe', text: 'text', html: '<p>html</p>' };
    const delivery = await sendMailByRelay(paired.host, paired.config, mail, neverAborts);
    expect(delivery).toMatchObject({ status: 'sent', attempts: 1 });
    expect(receiver.mails).toMatchObject([{ from: 'relay@example.net', to: ['admin@example.org'] }]);
    expect(receiver.mails[0]?.raw).toContain('multipart/alternative');
  });

  test('a relay without a mail account says so', async () => {
    const paired = await pairedHost(await startTestRelay(), 'pve1');
    const mail = { to: ['admin@example.org'], subject: 's', text: 't' };
    const delivery = await sendMailByRelay(paired.host, paired.config, mail, neverAborts);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
    expect(delivery.detail).toContain('no account for mail');
    expect(delivery.hint).toContain('SMTP_HOST');
  });

  test('mail goes only where RELAY_MAIL_RECIPIENTS allows', async () => {
    const receiver = await startSmtpReceiver({ hideSTARTTLS: true });
    const running = await startTestRelay({
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: receiver.port,
      RELAY_MAIL_RECIPIENTS: 'admin@example.org @example.net',
    });
    const { host, config } = await pairedHost(running, 'pve1');
    const mailTo = (to: string) =>
      sendMailByRelay(host, config, { to: [to], subject: 's', text: 't' }, neverAborts);
    expect(await mailTo('Admin@example.org')).toMatchObject({ status: 'sent' });
    expect(await mailTo('anybody@example.net')).toMatchObject({ status: 'sent' });
    const refused = await mailTo('other@example.org');
    expect(refused).toMatchObject({ status: 'failed' });
    expect(refused.hint).toContain('RELAY_MAIL_RECIPIENTS');
    expect(receiver.mails).toHaveLength(2);
  });
});

describe('a request that is not a paired host’s', () => {
  test('a wrong secret, an unknown host, a changed body and a changed path are refused alike', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    const answers = await Promise.all([
      signedRequest(running, paired, { secret: Buffer.alloc(32) }),
      signedRequest(running, paired, { hostId: 'AAAABBBBCCCC' }),
      signedRequest(running, paired, {
        sentBody: JSON.stringify({ message_id: randomUUID(), ...message, text: 'x' }),
      }),
      rawRequest(running.relay.address, relayPaths.telegram, { body: '{}' }),
    ]);
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(body).toMatchObject({ status: 'error', error: 'unauthenticated' });
    }
    expect(new Set(answers.map(({ body }) => body.message)).size).toBe(1);
    expect(running.telegram.messages).toEqual([]);
  });

  test('the secret of one host does not open the relay to another', async () => {
    const running = await startTestRelay();
    const [first, second] = [await pairedHost(running, 'pve1'), await pairedHost(running, 'pve2')];
    const { secret } = readRelayCredentials(second.host, second.config);
    expect((await signedRequest(running, first, { secret })).status).toBe(401);
  });

  test('a request that was overheard does nothing a second time', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    const nonce = newNonce();
    const body = JSON.stringify({ message_id: randomUUID(), ...message });
    const time = Math.floor(Date.now() / 1000);
    expect((await signedRequest(running, paired, { nonce, body, time })).status).toBe(200);
    const again = await signedRequest(running, paired, { nonce, body, time });
    expect(again).toMatchObject({ status: 409, body: { error: 'replayed' } });
    expect(running.telegram.messages).toHaveLength(1);
  });

  test('and none after a restart of the relay either', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    const forged = {
      nonce: newNonce(),
      body: JSON.stringify({ message_id: randomUUID(), ...message }),
      time: Math.floor(Date.now() / 1000),
    };
    await signedRequest(running, paired, forged);
    await running.relay.close();
    const { startRelay } = await import('../../../src/relay/start-relay.ts');
    const relay = await startRelay(running.host, running.config, neverAborts, {
      telegramApi: running.telegram.url,
    });
    const again = await signedRequest({ ...running, relay }, paired, forged);
    await relay.close();
    expect(again).toMatchObject({ status: 409 });
  });

  test('an old request is refused, with the difference of the clocks', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    for (const seconds of [-400, 400]) {
      const answer = await signedRequest(running, paired, { time: Math.floor(Date.now() / 1000) + seconds });
      expect(answer).toMatchObject({ status: 403, body: { error: 'clock' } });
      expect(answer.body.message).toMatch(/differ by (399|400|401) seconds/);
    }
  });

  test('a host that was removed is refused from its next message on', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    expect(await revokeRelayHost(running.host, running.config, 'pve1')).toMatchObject({
      hostId: paired.hostId,
    });
    const delivery = await sendTelegram(paired);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
    expect(delivery.detail).toContain('was removed from the relay');
    await expect(revokeRelayHost(running.host, running.config, 'pve1')).rejects.toThrow(
      'no host is paired as pve1',
    );
  });

  test('a host that was never paired is told what to do, without asking the relay', async () => {
    const running = await startTestRelay();
    const { host, config } = machine('pve9', { RELAY_URL: running.relay.address });
    const delivery = await sendTelegramByRelay(host, config, message, neverAborts);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 0 });
    expect(delivery.detail).toContain('not paired');
    expect(delivery.hint).toContain('proxsave notify pair');
  });

  test('many failures from one address are slowed down', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    for (let count = 0; count < 30; count++)
      await signedRequest(running, paired, { secret: Buffer.alloc(32) });
    const told = running.events.length;
    const wrong = await signedRequest(running, paired, { secret: Buffer.alloc(32) });
    const pairing = await rawRequest(running.relay.address, relayPaths.pair, { body: '{}' });
    for (const answer of [wrong, pairing]) {
      expect(answer).toMatchObject({ status: 429, body: { error: 'rate-limit' } });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    // Nor do they fill the log.
    expect(running.events).toHaveLength(told);
  });

  test('a state that somebody keeps locked is told in the log, and the host may try again', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    const { values } = running.config;
    const other = new DatabaseSync(join(running.host.resolve(values.RELAY_STATE), 'relay.db'));
    other.exec('BEGIN IMMEDIATE');
    const answer = await signedRequest(running, paired);
    expect(answer).toMatchObject({ status: 500, body: { error: 'internal' } });
    expect(answer.headers['retry-after']).toBe('5');
    const told = running.events.map(({ level, message: text }) => `${level} ${text}`).join('\n');
    expect(told).toMatch(/error cannot use the state of the relay, .*: database is locked \(.*try again/);
    other.exec('ROLLBACK');
    other.close();
    expect(await sendTelegram(paired)).toMatchObject({ status: 'sent' });
  }, 30_000);

  test('strangers behind the same proxy do not shut out a host that proves itself', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    for (let count = 0; count < 40; count++)
      await signedRequest(running, paired, { secret: Buffer.alloc(32) });
    expect(await sendTelegram(paired)).toMatchObject({ status: 'sent' });
    expect(running.telegram.messages).toHaveLength(1);
  });
});

describe('limits', () => {
  test('a body over the bound is refused without being read, announced or not', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    const { hostId } = readRelayCredentials(paired.host, paired.config);
    const body = 'x'.repeat(1024 * 1024 + 1);
    const announced = await signedRequest(running, paired, { body });
    expect(announced).toMatchObject({ status: 413, body: { error: 'too-large' } });
    const headers = {
      [relayHeaders.host]: hostId,
      [relayHeaders.time]: '1',
      [relayHeaders.nonce]: newNonce(),
      'transfer-encoding': 'chunked',
    };
    const chunked = await rawRequest(running.relay.address, relayPaths.telegram, { headers, body });
    expect(chunked).toMatchObject({ status: 413, body: { error: 'too-large' } });
    const pairing = await rawRequest(running.relay.address, relayPaths.pair, { body: 'x'.repeat(5000) });
    expect(pairing.status).toBe(413);
    expect(await sendTelegram(paired)).toMatchObject({ status: 'sent' });
  });

  test('a client that sends its headers, or its body, too slowly is put out', async () => {
    const running = await startTestRelay({}, { headersTimeoutMs: 200, requestTimeoutMs: 400 });
    const { port, hostname } = new URL(running.relay.address);
    const { hostId } = await pairedHost(running, 'pve1');
    const known = `${relayHeaders.host}: ${hostId}\r\n${relayHeaders.time}: 1\r\n${relayHeaders.nonce}: ${newNonce()}\r\n`;
    for (const start of [
      'POST /v1/pair HTTP/1.1\r\nHost: x\r\n',
      'POST /v1/pair HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{',
      `POST /v1/message/telegram HTTP/1.1\r\nHost: x\r\n${known}Content-Length: 100\r\n\r\n{`,
    ]) {
      const answer = await new Promise<string>((resolve, reject) => {
        let text = '';
        const socket = connect(Number(port), hostname, () => socket.write(start));
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('error', reject);
        socket.on('close', () => resolve(text));
      });
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    }
  });

  test('one host may send so many messages an hour, all together so many', async () => {
    const running = await startTestRelay({ RELAY_HOURLY_LIMIT_PER_HOST: 2, RELAY_HOURLY_LIMIT: 3 });
    const [first, second] = [await pairedHost(running, 'pve1'), await pairedHost(running, 'pve2')];
    expect(await sendTelegram(first)).toMatchObject({ status: 'sent' });
    expect(await sendTelegram(first)).toMatchObject({ status: 'sent' });
    const third = await sendTelegram(first);
    // Told at once: nobody waits an hour for a message.
    expect(third).toMatchObject({ status: 'failed', attempts: 1 });
    expect(third.hint).toContain('RELAY_HOURLY_LIMIT_PER_HOST');
    expect(await sendTelegram(second)).toMatchObject({ status: 'sent' });
    expect((await sendTelegram(second)).detail).toContain('3 messages were sent of this hour');
    expect(running.telegram.messages).toHaveLength(3);
  });

  test.each([
    ['no JSON', '{', 400, 'bad-request'],
    [
      'an unknown key',
      JSON.stringify({ message_id: randomUUID(), ...message, chat_id: '1' }),
      422,
      'invalid-message',
    ],
    ['no text', JSON.stringify({ message_id: randomUUID(), ...message, text: '' }), 422, 'invalid-message'],
  ])('a message with %s is refused', async (_what, body, status, error) => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    expect(await signedRequest(running, paired, { body })).toMatchObject({ status, body: { error } });
  });
});

describe('delivery', () => {
  test('a message whose answer got lost is not sent a second time', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    const body = JSON.stringify({ message_id: randomUUID(), ...message });
    const [first, second] = [
      await signedRequest(running, paired, { body }),
      await signedRequest(running, paired, { body }),
    ];
    expect(second.body).toEqual(first.body);
    expect(running.telegram.messages).toHaveLength(1);
  });

  test('a Telegram that is overloaded is asked again, one that refuses is not', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    running.telegram.answers.push(
      { status: 502, body: '<html>bad gateway</html>' },
      { status: 429, body: { ok: false, description: 'Too Many Requests', parameters: { retry_after: 1 } } },
    );
    expect(await sendTelegram(paired)).toMatchObject({ status: 'sent' });
    expect(running.telegram.messages).toHaveLength(3);
    running.telegram.answers.push({
      status: 400,
      body: { ok: false, description: 'Bad Request: chat not found' },
    });
    const refused = await sendTelegram(paired);
    expect(refused).toMatchObject({ status: 'failed', attempts: 1 });
    expect(refused.detail).toContain('chat not found');
    expect(running.telegram.messages).toHaveLength(4);
  });

  test('an answer that somebody else gave is not believed', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    const { createServer } = await import('node:http');
    const impostor = createServer((request, response) => {
      request.resume();
      response.end(JSON.stringify({ status: 'sent', detail: 'Telegram message 1' }));
    });
    await new Promise<void>((resolve) => void impostor.listen(0, '127.0.0.1', resolve));
    const { port } = impostor.address() as { port: number };
    const values = { ...paired.config.values, RELAY_URL: `http://127.0.0.1:${port}` };
    const delivery = await sendTelegramByRelay(
      paired.host,
      { ...paired.config, values },
      message,
      neverAborts,
    );
    impostor.closeAllConnections();
    impostor.close();
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
    expect(delivery.detail).toContain('signature');
  });

  test('when the relay is not there, the host says so after three attempts', async () => {
    const running = await startTestRelay();
    const paired = await pairedHost(running, 'pve1');
    await running.relay.close();
    const delivery = await sendTelegram(paired);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 3 });
    expect(delivery.hint).toContain('RELAY_URL');
  });
});

describe('pairing', () => {
  const pairWith = (running: RunningRelay, code: string) => {
    const { host, config } = machine('pve1', {});
    return pairWithRelay(host, { url: running.relay.address, code, secretFile: relaySecretFile(config) });
  };

  test('the secret of the host is in a file that only its owner can read', async () => {
    const paired = await pairedHost(await startTestRelay(), 'pve1');
    const file = relaySecretFile(paired.config);
    expect(file).toBe(paired.host.resolve('/etc/proxsave/relay.secret'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('a code works once, however it is typed', async () => {
    const running = await startTestRelay();
    const { code } = await createPairingCode(running.host, running.config);
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
    const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
    expect(await pairWith(running, typed)).toMatchObject({ channels: ['telegram'] });
    await expect(pairWith(running, code)).rejects.toThrow('was used');
  });

  test('a code that is over, or wrong in one letter, pairs nobody', async () => {
    const running = await startTestRelay();
    const { code } = await createPairingCode(running.host, running.config, { minutes: 1 });
    const wrong = `${code.slice(0, -1)}${code.endsWith('2') ? '3' : '2'}`;
    await expect(pairWith(running, wrong)).rejects.toThrow('the pairing code is wrong');
    await running.host.clock.sleep(61_000);
    await expect(pairWith(running, code)).rejects.toThrow('is over');
    expect(await listRelayHosts(running.host, running.config)).toEqual([]);
  });

  test('what goes over the network holds neither the code nor the secret', async () => {
    const running = await startTestRelay();
    const seen: Buffer[] = [];
    const { createServer } = await import('node:net');
    const { port } = new URL(running.relay.address);
    const tap = createServer((client) => {
      const upstream = connect(Number(port), '127.0.0.1');
      client.on('data', (chunk) => (seen.push(chunk), upstream.write(chunk)));
      upstream.on('data', (chunk) => (seen.push(chunk), client.write(chunk)));
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        one.on('error', () => undefined);
        one.on('close', () => other.destroy());
      }
    });
    await new Promise<void>((resolve) => void tap.listen(0, '127.0.0.1', resolve));
    const { code } = await createPairingCode(running.host, running.config);
    const { host, config } = machine('pve1', {});
    const url = `http://127.0.0.1:${(tap.address() as { port: number }).port}`;
    await pairWithRelay(host, { url, code, secretFile: relaySecretFile(config) });
    tap.close();
    const text = Buffer.concat(seen).toString('latin1');
    const { secret } = readRelayCredentials(host, config);
    expect(text).toContain('"sealed"');
    for (const part of [
      code.slice(5),
      code.slice(5).replaceAll('-', ''),
      secret.toString('base64'),
      secret.toString('hex'),
    ])
      expect(text).not.toContain(part);
  });

  test('a relay that does not know the code cannot give a host its secret', async () => {
    const running = await startTestRelay();
    const { code } = await createPairingCode(running.host, running.config);
    const { createServer } = await import('node:http');
    const impostor = createServer((request, response) => {
      request.resume();
      response.end(JSON.stringify({ status: 'paired', sealed: Buffer.alloc(100).toString('base64') }));
    });
    await new Promise<void>((resolve) => void impostor.listen(0, '127.0.0.1', resolve));
    const { host, config } = machine('pve1', {});
    const url = `http://127.0.0.1:${(impostor.address() as { port: number }).port}`;
    const pairing = pairWithRelay(host, { url, code, secretFile: relaySecretFile(config) });
    await expect(pairing).rejects.toThrow('unexpected answer');
    impostor.closeAllConnections();
    impostor.close();
    expect(() => statSync(relaySecretFile(config))).toThrow('ENOENT');
  });

  test.each(['', 'ABCD-EFGH', 'ABCD-EFGH-JKMN-PQRS-TVW!'])(
    '%j is refused as a code before anybody is asked',
    async (code) => {
      const { host, config } = machine('pve1', {});
      const request = { url: 'http://127.0.0.1:1', code, secretFile: relaySecretFile(config) };
      await expect(pairWithRelay(host, request)).rejects.toThrow('not complete or holds a wrong letter');
    },
  );
});

test('no secret is in the database, its log, an event or an answer, in no spelling', async () => {
  const password = 'PLANTED-smtp-password-4711';
  const receiver = await startSmtpReceiver({
    account: { user: 'u', password: 'other' },
    hideSTARTTLS: true,
    allowInsecureAuth: true,
  });
  const running = await startTestRelay({
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: receiver.port,
    SMTP_TLS: 'none',
    SMTP_USER: 'u',
    SMTP_PASSWORD: password,
  });
  const { code } = await createPairingCode(running.host, running.config);
  const paired = await pairedHost(running, 'pve1');
  running.telegram.answers.push({ status: 400, body: { ok: false, description: `no bot ${botToken}` } });
  const outputs = [
    await sendTelegram(paired, 'PLANTED-text-of-a-message'),
    await sendMailByRelay(
      paired.host,
      paired.config,
      { to: ['a@example.org'], subject: 's', text: 't' },
      neverAborts,
    ),
    ...running.events,
  ];
  expect(outputs.map((output) => JSON.stringify(output)).join()).toContain('********');
  const state = running.host.resolve(running.config.values.RELAY_STATE);
  const names = readdirSync(state).filter((name) => name !== 'relay.key');
  expect(names).toContain('relay.db');
  const database = names.map((name) => readFileSync(join(state, name)).toString('latin1'));
  const everything = [JSON.stringify(outputs), ...database].join('\n');
  const { secret } = readRelayCredentials(paired.host, paired.config);
  const letters = code.replaceAll('-', '').slice(4);
  const master = Buffer.from(readFileSync(join(state, 'relay.key'), 'utf8').trim(), 'base64');
  for (const key of [secret, master, Buffer.from(botToken), Buffer.from(password), Buffer.from(letters)]) {
    for (const encoding of ['latin1', 'base64', 'base64url', 'hex'] as const) {
      expect(everything).not.toContain(key.toString(encoding));
    }
  }
  // Texts of messages are not kept either.
  expect(database.join()).not.toContain('PLANTED-text-of-a-message');
  for (const name of readdirSync(state)) expect(statSync(join(state, name)).mode & 0o077, name).toBe(0);
});
