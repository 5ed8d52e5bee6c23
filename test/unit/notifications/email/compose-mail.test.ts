import { describe, expect, test } from 'vitest';
import { composeMail, withUnixLines, type MailMessage } from '../../../../src/util/compose-mail.ts';
import { isLocalMailbox, isMailAddress, isPublicMailAddress } from '../../../../src/util/mail-address.ts';
import { parseMail } from '../../../support/mail-parts.ts';
import { hasPrograms } from '../../../support/needs.ts';

const message: MailMessage = {
  from: 'root@pve1.example.net',
  to: ['a@example.net', 'b@example.org'],
  subject:
    '⚠ Backup of pve1: 2 Warnungen über Größe, and a subject that is longer than one line of a header may be',
  text: `Zeile äöü\n${'x'.repeat(1200)}\n.\nend\n`,
  html: '<p>äöü</p>',
  date: new Date('2026-07-24T02:00:00Z'),
  attachments: [{ name: 'größe.log', text: 'first line\nzweite Zeile äöü\n' }],
};

describe.skipIf(!hasPrograms('python3'))('a mail, read by another parser (needs python3)', () => {
  test('keeps subject, texts, recipients and attachment as they were', async () => {
    const mail = parseMail(await composeMail(message));
    expect(mail.defects).toEqual([]);
    expect(mail.subject).toBe(message.subject);
    expect(mail.to).toBe('a@example.net, b@example.org');
    expect(mail.parts.map(({ type }) => type)).toEqual(['text/plain', 'text/html', 'text/plain']);
    expect(mail.parts[0]?.text.replaceAll('\r\n', '\n').trimEnd()).toBe(message.text.trimEnd());
    expect(mail.parts[1]?.text.trimEnd()).toBe(message.html);
    expect(mail.parts[2]?.text).toBe(message.attachments?.[0]?.text);
    expect(mail.parts[2]?.name).toBe('größe.log');
  });

  test('a line break in the subject adds no header', async () => {
    const mail = parseMail(await composeMail({ ...message, subject: 'x\r\nBcc: evil@example.com\u2028y' }));
    expect(mail.headers.bcc).toBeUndefined();
    expect(mail.subject).toBe('x Bcc: evil@example.com y');
  });
});

test('a mail says that a program sent it, when, and has an id below the domain of the sender', async () => {
  const text = (await composeMail(message)).toString('latin1');
  const headers = text.slice(0, text.indexOf('\r\n\r\n'));
  expect(headers).toMatch(/^Auto-Submitted: auto-generated$/m);
  expect(headers).toMatch(/^Date: Fri, 24 Jul 2026 02:00:00 \+0000$/m);
  expect(headers).toMatch(/^Message-ID: <[0-9a-f-]{36}@pve1\.example\.net>$/m);
  expect(headers).toMatch(/^MIME-Version: 1\.0$/m);
  expect(headers).toMatch(/^[\x20-\x7e\r\n\t]*$/);
});

test('no line is longer than 998 bytes, every line ends with CRLF, and without CR for local programs', async () => {
  const mail = await composeMail(message);
  const text = mail.toString('latin1');
  expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(withUnixLines(mail).toString('latin1')).toBe(text.replaceAll('\r\n', '\n'));
});

test('two mails never have the same id', async () => {
  const ids = await Promise.all(
    [1, 2].map(async () => /^Message-ID: (.*)$/m.exec((await composeMail(message)).toString())?.[1]),
  );
  expect(new Set(ids).size).toBe(2);
});

test.each(['a@b.example', 'first.last+tag@mail.example.net', 'root@pve1', "o'neil@example.net"])(
  '%s is an address',
  (text) => expect(isMailAddress(text)).toBe(true),
);

test.each([
  'root',
  'a b@example.net',
  'a@example.net\nBcc: c@example.net',
  '<a@example.net>',
  'A <a@example.net>',
  'a@@b.example',
  'a@-b.example',
  'a@b..example',
  '.a@example.net',
  '',
  `${'a'.repeat(250)}@b.example`,
])('%j is no address', (text) => expect(isMailAddress(text)).toBe(false));

test('a local mailbox is a name alone, and an address for other machines has a domain with a dot', () => {
  expect([isLocalMailbox('root'), isLocalMailbox('root@pve1'), isLocalMailbox('a b')]).toEqual([
    true,
    false,
    false,
  ]);
  expect([isPublicMailAddress('root@pve1'), isPublicMailAddress('a@b.example')]).toEqual([false, true]);
});
