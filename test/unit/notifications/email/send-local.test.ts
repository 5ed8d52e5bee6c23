import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withoutWaiting } from '../../../support/test-clock.ts';
import { mailSetup, noticeWithLog, notifierOf, send } from './email-setup.ts';

const sendmail = {
  EMAIL_ENABLED: 'true',
  EMAIL_DELIVERY_METHOD: 'sendmail',
  EMAIL_RECIPIENT: 'admin@example.org',
};
/** Keeps what it gets beside itself; `$0.args` its arguments. */
const keeping = 'cat >"$0.mail"; echo "$*" >"$0.args"';

const header = '-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------';
const queued = (id: string, reason = '') =>
  `${id}      456 Wed Nov 25 10:31:27  root@pve1\\n${reason === '' ? '' : `(${reason})\\n`}          admin@example.org\\n`;
const queue = (...mails: string[]) =>
  `printf -- '${header}\\n${mails.join('\\n')}\\n-- 1 Kbytes in 1 Request.\\n'`;
const doneWithIt = 'the local mail program is done with it (a bounce would go to the sender)';
/** A queue that is empty until a mail was handed over. */
const afterwards = (script: string) =>
  `if [ -e "$(dirname "$0")/sendmail.mail" ]; then ${script}; else echo "Mail queue is empty"; fi`;

function kept(setup: ReturnType<typeof mailSetup>, name: string): string {
  return readFileSync(join(setup.host.env.PATH ?? '', name), 'utf8');
}

describe('sendmail', () => {
  test('gets the mail on stdin with LF line ends, and nothing but switches as arguments', async () => {
    const setup = mailSetup(sendmail, {}, { sendmail: keeping, mailq: 'echo "Mail queue is empty"' });
    expect(await send(setup)).toMatchObject({ status: 'sent', via: 'sendmail', attempts: 1 });
    expect(kept(setup, 'sendmail.args')).toBe('-t -oi\n');
    const mail = kept(setup, 'sendmail.mail');
    expect(mail).not.toContain('\r');
    expect(mail).toMatch(/^To: admin@example\.org$/m);
    expect(mail).toMatch(/^From: ProxSave <root@pve1>$/m);
  });

  test('a mail that leaves the queue is delivered or passed on; an unreadable queue is told', async () => {
    const setup = mailSetup(sendmail, {}, { sendmail: keeping, mailq: 'echo "Mail queue is empty"' });
    expect((await send(setup)).detail).toBe(doneWithIt);
    const blind = mailSetup(sendmail, {}, { sendmail: keeping });
    expect(await send(blind)).toMatchObject({
      status: 'sent',
      detail: expect.stringContaining('could not be read') as string,
    });
  });

  test('a mail that stays in the queue with a reason was not delivered', async () => {
    const mailq = afterwards(queue(queued('4F1A2C0B3D', 'Host or domain name not found')));
    const delivery = await send(mailSetup(sendmail, {}, { sendmail: keeping, mailq }));
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1 });
    expect(delivery.detail).toContain('Host or domain name not found');
    expect(delivery.hint).toContain('mailq');
  });

  test('a Postfix that was stopped keeps the mail, and that is a failure', async () => {
    const down = 'echo "postqueue: warning: Mail system is down -- accessing queue directly" >&2';
    const mailq = `${down}; ${afterwards(queue(queued('4F1A2C0B3D')))}`;
    const delivery = await send(mailSetup(sendmail, {}, { sendmail: keeping, mailq }));
    expect(delivery).toMatchObject({ status: 'failed' });
    expect(delivery.detail).toContain('the mail system is down');
  });

  test('a mail that is still on its way is told to be in the queue', async () => {
    const mailq = afterwards(queue(queued('4F1A2C0B3D*')));
    const delivery = await send(mailSetup(sendmail, {}, { sendmail: keeping, mailq }));
    expect(delivery).toMatchObject({ status: 'sent', detail: 'the mail is still in the local mail queue' });
  });

  test('a stop while it is watched in the queue does not make it undelivered', async () => {
    const mailq = afterwards(queue(queued('4F1A2C0B3D*')));
    const setup = mailSetup(sendmail, {}, { sendmail: keeping, mailq });
    const stop = new AbortController();
    const { host } = withoutWaiting(setup.host, () => {
      queueMicrotask(() => {
        stop.abort();
      });
      return false;
    });
    const delivery = await notifierOf(setup).send(host, noticeWithLog(), stop.signal);
    expect(delivery).toMatchObject({ status: 'sent', detail: 'the mail is still in the local mail queue' });
  });

  test('words of a talkative program are cut, behind the redaction', async () => {
    const keys = { ...sendmail, SMTP_PASSWORD: 'planted-password-of-the-account' };
    const chatter = `printf 'x%.0s' $(seq 480) >&2; echo ' planted-password-of-the-account' >&2; seq 9999 >&2; exit 1`;
    const { detail = '' } = await send(mailSetup(keys, {}, { sendmail: chatter }));
    expect(detail.length).toBeLessThan(600);
    expect(detail).not.toMatch(/planted|\n/);
  });

  test('mails of others in the queue do not count', async () => {
    const other = queued('4F1A2C0B3D', 'refused').replace('admin@', 'other@');
    const delivery = await send(mailSetup(sendmail, {}, { sendmail: keeping, mailq: queue(other) }));
    expect(delivery).toMatchObject({
      status: 'sent',
      detail: doneWithIt,
    });
  });

  test('a queue full of undelivered mails to the same recipient gets no further one', async () => {
    const stuck = ['A1', 'A2', 'A3', 'A4', 'A5'].map((id) => queued(id, 'refused by the provider'));
    const delivery = await send(
      mailSetup(sendmail, {}, { sendmail: 'touch "$0.mail"', mailq: queue(...stuck) }),
    );
    expect(delivery).toMatchObject({ status: 'failed', attempts: 0 });
    expect(delivery.detail).toMatch(
      /holds 5 undelivered mails to admin@example\.org \(refused by the provider\)/,
    );
  });

  test('its words are told when it fails, and so is its absence', async () => {
    const failing = mailSetup(sendmail, {}, { sendmail: 'echo "no such recipient" >&2; exit 67' });
    expect(await send(failing)).toMatchObject({
      status: 'failed',
      detail: 'sendmail: sendmail: no such recipient',
    });
    const absent = await send(mailSetup(sendmail));
    expect(absent).toMatchObject({ status: 'failed', attempts: 0 });
    expect(absent.detail).toContain('no sendmail program');
  });

  test('without any address the mail goes to root of this host', async () => {
    const setup = mailSetup({ ...sendmail, EMAIL_RECIPIENT: '' }, {}, { sendmail: keeping });
    expect(await send(setup)).toMatchObject({ status: 'sent' });
    expect(kept(setup, 'sendmail.mail')).toMatch(/^To: <root>$/m);
  });

  test("the sender is EMAIL_FROM, else root at the host's mail name", async () => {
    const files = { '/etc/mailname': 'mail.example.net\n' };
    const plain = mailSetup(sendmail, files, { sendmail: keeping });
    await send(plain);
    expect(kept(plain, 'sendmail.mail')).toContain('From: ProxSave <root@mail.example.net>');
    const chosen = mailSetup({ ...sendmail, EMAIL_FROM: 'backup@example.org' }, files, { sendmail: keeping });
    await send(chosen);
    expect(kept(chosen, 'sendmail.mail')).toContain('From: ProxSave <backup@example.org>');
  });
});

describe('the notification system of Proxmox', () => {
  const pmf = { EMAIL_ENABLED: 'true', EMAIL_DELIVERY_METHOD: 'pmf' };

  test('gets the mail on stdin, to root when nobody has an address', async () => {
    const setup = mailSetup(pmf, {}, { 'proxmox-mail-forward': keeping });
    expect(await send(setup)).toMatchObject({ status: 'sent', via: 'pmf' });
    expect(kept(setup, 'proxmox-mail-forward.args')).toBe('\n');
    expect(kept(setup, 'proxmox-mail-forward.mail')).toMatch(/^To: <root>$/m);
  });

  test('when it fails sendmail stands in, and the delivery says what failed before', async () => {
    const commands = { 'proxmox-mail-forward': 'echo "no target" >&2; exit 1', sendmail: keeping };
    const delivery = await send(mailSetup(pmf, {}, commands));
    expect(delivery).toMatchObject({ status: 'sent', attempts: 2 });
    expect(delivery.via).toBe('sendmail (pmf: proxmox-mail-forward: no target)');
    expect(delivery.hint).toContain('notification targets');
  });

  test('when nothing may stand in, the mail has failed', async () => {
    const keys = { ...pmf, EMAIL_FALLBACK_SENDMAIL: 'false' };
    expect(await send(mailSetup(keys, {}, { sendmail: keeping }))).toMatchObject({
      status: 'failed',
      via: 'pmf',
    });
  });
});

test('a mail meant for a relay that is not set up goes by sendmail and says how to set one up', async () => {
  const setup = mailSetup(
    { EMAIL_ENABLED: 'true', EMAIL_RECIPIENT: 'a@example.org' },
    {},
    { sendmail: keeping },
  );
  const delivery = await send(setup);
  expect(delivery.via).toBe('sendmail (EMAIL_DELIVERY_METHOD is relay and RELAY_URL is empty)');
  expect(delivery.hint).toContain('proxsave relay');
});

describe('the log', () => {
  const planted = 'PLANTED-secret-of-a-log-4711';
  const keys = { ...sendmail, GOTIFY_TOKEN: planted };

  test('is attached only when it was asked for', async () => {
    const files = { '/log/run.log': 'first line of the log\n' };
    for (const [asked, count] of [
      ['false', 0],
      ['true', 1],
    ] as const) {
      const setup = mailSetup({ ...keys, EMAIL_ATTACH_LOG: asked }, files, { sendmail: keeping });
      await send(setup, noticeWithLog(setup.host.resolve('/log/run.log')));
      const attachment = Buffer.from('first line of the log\n').toString('base64');
      expect(kept(setup, 'sendmail.mail').split(attachment).length - 1).toBe(count);
    }
  });

  test('is redacted, cut to its end when it is long, and replaced by its last lines when it is gone', async () => {
    const files = { '/log/run.log': `begin\n${'filler line\n'.repeat(30_000)}token ${planted}\n` };
    const setup = mailSetup({ ...keys, EMAIL_ATTACH_LOG: 'true' }, files, { sendmail: keeping });
    await send(setup, noticeWithLog(setup.host.resolve('/log/run.log')));
    const log = decodeAttachment(kept(setup, 'sendmail.mail'));
    expect(log.length).toBeLessThan(300_000);
    expect(log).toMatch(/^filler line\n/);
    expect(log).toMatch(/token \*{8}\n$/);
    await send(setup, noticeWithLog(setup.host.resolve('/log/gone.log'), ['last', 'lines']));
    expect(decodeAttachment(kept(setup, 'sendmail.mail'))).toBe('last\nlines');
  });
});

function decodeAttachment(mail: string): string {
  const part = mail.split(/^--\S+$/m).find((text) => text.includes('Content-Disposition: attachment')) ?? '';
  return Buffer.from(part.slice(part.indexOf('\n\n')), 'base64').toString('utf8');
}

test('the preview shows ways, recipient and text, and no secret', () => {
  const setup = mailSetup({ ...sendmail, SMTP_PASSWORD: 'PLANTED-4711' });
  const notifier = notifierOf(setup, { subject: 'S', text: 'the password is PLANTED-4711' });
  expect(notifier.preview(noticeWithLog())).toBe(
    'By: sendmail\nFrom: (the mail account, or root at this host)\nTo: admin@example.org\nSubject: S\n\nthe password is ********',
  );
});
