import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasPrograms } from '../../../support/needs.ts';
import {
  makeCertificate,
  startSmtpReceiver,
  type Certificate,
  type SmtpReceiver,
} from '../../../support/smtp-receiver.ts';
import { mailSetup, send, type Setup } from './email-setup.ts';

const password = 'PLANTED-smtp-password-4711';
const account = { user: 'backup@example.net', password };

function smtpSetup(
  receiver: Pick<SmtpReceiver, 'port'>,
  keys: Record<string, string> = {},
  files: Record<string, string> = {},
): Setup {
  const all = {
    EMAIL_ENABLED: 'true',
    EMAIL_DELIVERY_METHOD: 'smtp',
    EMAIL_FALLBACK_SENDMAIL: 'false',
    EMAIL_RECIPIENT: 'admin@example.org,second@example.org',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: receiver.port,
    ...keys,
  };
  return mailSetup(all, files);
}

/** Trusts exactly this certificate. */
const trusting = ({ cert }: Certificate) => ({ '/etc/mail-ca.pem': cert });

describe.skipIf(!hasPrograms('openssl'))('with encryption (needs openssl)', () => {
  test('STARTTLS and login: every recipient gets the mail, the password goes over TLS only', async () => {
    const certificate = makeCertificate();
    const receiver = await startSmtpReceiver({ account, cert: certificate.cert, key: certificate.key });
    const delivery = await send(
      smtpSetup(
        receiver,
        {
          SMTP_TLS: 'starttls',
          SMTP_USER: account.user,
          SMTP_PASSWORD: password,
          SMTP_CA_FILE: '/etc/mail-ca.pem',
        },
        trusting(certificate),
      ),
    );
    expect(delivery).toMatchObject({ status: 'sent', via: 'smtp', attempts: 1 });
    expect(delivery.detail).toContain('TEST42');
    expect(receiver.mails).toMatchObject([
      { to: ['admin@example.org', 'second@example.org'], isEncrypted: true, user: account.user },
    ]);
    // No EMAIL_FROM: the account's own address.
    expect(receiver.mails[0]?.from).toBe(account.user);
    expect(receiver.mails[0]?.raw).toMatch(/^From: ProxSave <backup@example\.net>/m);
  });

  test('TLS from the first byte', async () => {
    const certificate = makeCertificate();
    const receiver = await startSmtpReceiver({ secure: true, cert: certificate.cert, key: certificate.key });
    const keys = { SMTP_TLS: 'tls', SMTP_CA_FILE: '/etc/mail-ca.pem' };
    expect(await send(smtpSetup(receiver, keys, trusting(certificate)))).toMatchObject({ status: 'sent' });
    expect(receiver.mails).toMatchObject([{ isEncrypted: true }]);
  });

  test('a certificate that nobody vouches for ends the attempt, and is not asked again', async () => {
    const certificate = makeCertificate();
    const receiver = await startSmtpReceiver({ account, cert: certificate.cert, key: certificate.key });
    const keys = { SMTP_USER: account.user, SMTP_PASSWORD: password };
    const delivery = await send(smtpSetup(receiver, keys));
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
    expect(delivery.detail).toMatch(/certificate/i);
    expect(receiver.mails).toEqual([]);
  });

  test('a wrong password is told with what to check, without the password in any spelling', async () => {
    const certificate = makeCertificate();
    const receiver = await startSmtpReceiver({ account, cert: certificate.cert, key: certificate.key });
    const wrong = 'PLANTED-wrong-password-0815';
    const delivery = await send(
      smtpSetup(
        receiver,
        {
          SMTP_USER: account.user,
          SMTP_PASSWORD: wrong,
          SMTP_CA_FILE: '/etc/mail-ca.pem',
        },
        trusting(certificate),
      ),
    );
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
    expect(delivery.hint).toContain('SMTP_PASSWORD');
    // The server quotes it, plain and in Base64.
    expect(delivery.detail).toContain('refused ********');
    expect(JSON.stringify(delivery)).not.toContain(wrong);
    expect(JSON.stringify(delivery)).not.toContain(Buffer.from(wrong).toString('base64'));
  });
});

test('a certificate file that cannot be read is named', async () => {
  const delivery = await send(smtpSetup({ port: 1 }, { SMTP_CA_FILE: '/etc/none.pem' }));
  expect(delivery).toMatchObject({ status: 'failed', attempts: 0 });
  expect(delivery.detail).toMatch(/cannot read SMTP_CA_FILE=.*\/etc\/none\.pem: no such file or directory/);
});

test('a password is not sent to a server without encryption unless SMTP_TLS=none says so', async () => {
  const receiver = await startSmtpReceiver({ account, hideSTARTTLS: true, allowInsecureAuth: true });
  const keys = { SMTP_USER: account.user, SMTP_PASSWORD: password };
  expect(await send(smtpSetup(receiver, keys))).toMatchObject({ status: 'failed' });
  expect(receiver.mails).toEqual([]);
  expect(await send(smtpSetup(receiver, { ...keys, SMTP_TLS: 'none' }))).toMatchObject({ status: 'sent' });
  expect(receiver.mails).toMatchObject([{ isEncrypted: false, user: account.user }]);
});

test('a server that is busy is asked again', async () => {
  const receiver = await startSmtpReceiver({ busyFor: 2, hideSTARTTLS: true });
  expect(await send(smtpSetup(receiver))).toMatchObject({ status: 'sent', attempts: 3 });
  expect(receiver.mails).toHaveLength(1);
});

test('a refused recipient is told, and the others have the mail once, also with a fallback', async () => {
  const receiver = await startSmtpReceiver({
    hideSTARTTLS: true,
    refuse: (to) => (to.startsWith('second') ? { code: 550, text: 'no such user here' } : undefined),
  });
  const delivery = await send(smtpSetup(receiver, { EMAIL_FALLBACK_SENDMAIL: 'true' }));
  expect(delivery).toMatchObject({ status: 'failed', attempts: 1, hint: 'correct EMAIL_RECIPIENT' });
  expect(delivery.detail).toMatch(/1 of 2 recipients.*no such user here/);
  expect(delivery.detail).not.toContain('sendmail');
  expect(receiver.mails).toMatchObject([{ to: ['admin@example.org'] }]);
});

test('when every recipient is refused for good, the same is not tried again', async () => {
  const receiver = await startSmtpReceiver({
    hideSTARTTLS: true,
    refuse: () => ({ code: 550, text: 'nobody' }),
  });
  expect(await send(smtpSetup(receiver))).toMatchObject({ status: 'failed', attempts: 1 });
});

test('a port where nobody listens is tried three times and named', async () => {
  const closed = await portOfNobody();
  const delivery = await send(smtpSetup({ port: closed }));
  expect(delivery).toMatchObject({ status: 'failed', attempts: 3 });
  expect(delivery.detail).toContain(`127.0.0.1:${closed}`);
});

test('an interrupt ends a conversation with a server that says nothing', async () => {
  const silent = createServer(() => controller.abort());
  const controller = new AbortController();
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const setup = smtpSetup({ port: (silent.address() as AddressInfo).port });
  const { createEmailNotifier } = await import('../../../../src/notifications/email/email-notifier.ts');
  const made = createEmailNotifier(setup.config, () => ({ subject: 's', text: 't' }));
  if (!('send' in made)) throw new Error(made.message);
  const { noticeWithLog } = await import('./email-setup.ts');
  const delivery = await made.send(setup.host, noticeWithLog(), controller.signal);
  expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
  expect(delivery.detail).toContain('interrupted');
});

async function portOfNobody(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}
