import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { createEmailNotifier } from '../../../src/notifications/email/email-notifier.ts';
import type { Delivery } from '../../../src/notifications/notifier.ts';
import { createCentralizedTelegram } from '../../../src/notifications/relay-client/centralized-telegram.ts';
import { sendTelegramByRelay } from '../../../src/notifications/relay-client/relay-client.ts';
import { startSmtpReceiver } from '../../support/smtp-receiver.ts';
import { hostWith } from '../config/config-host.ts';
import { content, noticeWithLog } from '../notifications/email/email-setup.ts';
import { neverAborts, pairedHost, startTestRelay, type PairedHost } from './relay-setup.ts';

const emailKeys = {
  EMAIL_ENABLED: 'true',
  EMAIL_DELIVERY_METHOD: 'relay',
  EMAIL_RECIPIENT: 'admin@example.org',
};

function sendEmail({ host, config }: PairedHost): Promise<Delivery> {
  const made = createEmailNotifier(config, () => content);
  if (!('send' in made)) throw new Error(made.message);
  return made.send(host, noticeWithLog('', ['end of the log']), neverAborts);
}

test('a mail of the email channel goes out by the relay, with the log when it was asked for', async () => {
  const receiver = await startSmtpReceiver({ hideSTARTTLS: true });
  const running = await startTestRelay({ SMTP_HOST: '127.0.0.1', SMTP_PORT: receiver.port });
  const paired = await pairedHost(running, 'pve1', { ...emailKeys, EMAIL_ATTACH_LOG: 'true' });
  expect(await sendEmail(paired)).toMatchObject({ status: 'sent', via: 'relay', attempts: 1 });
  expect(receiver.mails).toMatchObject([{ from: 'root@relay', to: ['admin@example.org'] }]);
  expect(receiver.mails[0]?.raw).toContain(Buffer.from('end of the log').toString('base64'));
});

test('when the relay is gone sendmail is tried, and both failures are told', async () => {
  const running = await startTestRelay({ SMTP_HOST: '127.0.0.1' });
  const paired = await pairedHost(running, 'pve1', emailKeys);
  await running.relay.close();
  const delivery = await sendEmail(paired);
  expect(delivery).toMatchObject({ status: 'failed', via: 'relay, sendmail' });
  expect(delivery.detail).toMatch(
    /^relay: .*refuses the connection.*; sendmail: this host has no sendmail program$/,
  );
});

test('a mailbox without a domain is nothing for a relay: sendmail is next', async () => {
  const running = await startTestRelay({ SMTP_HOST: '127.0.0.1' });
  const paired = await pairedHost(running, 'pve1', { ...emailKeys, EMAIL_RECIPIENT: 'root@pve1' });
  const delivery = await sendEmail(paired);
  expect(delivery.detail).toMatch(/^relay: root@pve1 is no address that a relay can deliver to; sendmail: /);
});

test('centralized Telegram without a relay says how to set one up, and names no server of anybody else', () => {
  const config = loadConfig(hostWith('TELEGRAM_ENABLED=true\nBOT_TELEGRAM_TYPE=centralized\n'));
  const { notifiers, misconfigured } = createCentralizedTelegram(config);
  expect(notifiers).toEqual([]);
  expect(misconfigured).toMatchObject([
    { channel: 'telegram', message: 'BOT_TELEGRAM_TYPE is centralized and RELAY_URL is empty' },
  ]);
  expect(misconfigured[0]?.hint).toMatch(/proxsave relay.*RELAY_URL.*proxsave notify pair/);
  expect(JSON.stringify(misconfigured)).not.toMatch(/https?:/);
});

test('a relay that is stopped while it sends ends at once and tells the host', async () => {
  const silent = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => running.abort());
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const running = await startTestRelay({}, { telegramApi: `http://127.0.0.1:${port}` });
  const paired = await pairedHost(running, 'pve1');
  const message = { text: 'x', format: 'text', is_silent: false } as const;
  const delivery = await sendTelegramByRelay(paired.host, paired.config, message, neverAborts);
  await running.relay.closed;
  expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
  expect(running.events.at(-1)?.message).toContain('not sent');
});
