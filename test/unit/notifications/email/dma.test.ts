// A real mail program: Debian's dma, which delivers to a mailbox of this machine without a service. It reads the system's
// own files, so the mail goes to root's mailbox; what was in there is kept.

import { existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { createHost } from '../../../../src/host/create-host.ts';
import { createEmailNotifier } from '../../../../src/notifications/email/email-notifier.ts';
import { isRoot } from '../../../support/needs.ts';
import { hostWith } from '../../config/config-host.ts';
import { content, noticeWithLog } from './email-setup.ts';

const mailbox = '/var/mail/root';
const isDma = existsSync('/usr/sbin/sendmail') && readsAsDma('/usr/sbin/sendmail');

function readsAsDma(path: string): boolean {
  try {
    return (
      readlinkSync(path).includes('dma') || readlinkSync('/etc/alternatives/mta-sendmail').includes('dma')
    );
  } catch {
    return false;
  }
}

describe.skipIf(!isRoot || !isDma)('mail through dma (needs root and the package dma)', () => {
  const before = existsSync(mailbox) ? readFileSync(mailbox) : undefined;
  afterAll(() => {
    if (before === undefined) rmSync(mailbox, { force: true });
    else writeFileSync(mailbox, before);
  });

  test('arrives in the mailbox of root, and is said to have left the queue', async () => {
    const fake = hostWith('EMAIL_ENABLED=true\nEMAIL_DELIVERY_METHOD=sendmail\nEMAIL_RECIPIENT=root\n');
    // The configuration of the fake host, the mail program of this machine.
    const host = { ...fake, tools: createHost().tools };
    const marker = randomUUID();
    const made = createEmailNotifier(loadConfig(fake), () => ({
      ...content,
      text: `marker ${marker}\n`,
    }));
    if (!('send' in made)) throw new Error(made.message);
    const delivery = await made.send(host, noticeWithLog(), new AbortController().signal);
    expect(delivery).toMatchObject({
      status: 'sent',
      via: 'sendmail',
      detail: 'the local mail program is done with it (a bounce would go to the sender)',
    });
    const text = readFileSync(mailbox, 'utf8');
    const mail = text.slice(text.lastIndexOf('\nFrom ') + 1);
    expect(mail).toContain(marker);
    expect(mail).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(mail).toContain('multipart/alternative');
  });

  test('a recipient that does not exist is a failure with the words of dma', async () => {
    const fake = hostWith(
      'EMAIL_ENABLED=true\nEMAIL_DELIVERY_METHOD=sendmail\nEMAIL_RECIPIENT=nobody-of-this-name\n',
    );
    const made = createEmailNotifier(loadConfig(fake), () => content);
    if (!('send' in made)) throw new Error(made.message);
    const host = { ...fake, tools: createHost().tools };
    const delivery = await made.send(host, noticeWithLog(), new AbortController().signal);
    expect(delivery).toMatchObject({ status: 'failed' });
    expect(delivery.detail).toContain('invalid recipient');
  });
});
