// A configuration and a notice for tests of the mail channel.

import { loadConfig, type LoadedConfig } from '../../../../src/config/load-config.ts';
import type { Clock, Host } from '../../../../src/host/host.ts';
import { createEmailNotifier } from '../../../../src/notifications/email/email-notifier.ts';
import type { MailContent } from '../../../../src/notifications/email/mail-attempt.ts';
import type { Notice } from '../../../../src/notifications/notice.ts';
import type { Delivery, Notifier } from '../../../../src/notifications/notifier.ts';
import { fhsFile } from '../../config/config-host.ts';
import { fakeHost } from '../../host/fake-root.ts';

export interface Setup {
  host: Host;
  config: LoadedConfig;
}

/** A host with this configuration, these files and stub commands; waits take no time. */
export function mailSetup(
  keys: Readonly<Record<string, string | number>>,
  files: Record<string, string> = {},
  commands: Record<string, string> = {},
): Setup {
  const text = Object.entries(keys).map(([key, value]) => `${key}=${value}\n`);
  const made = fakeHost({
    files: { '/etc/hostname': 'pve1\n', [fhsFile]: text.join(''), ...files },
    commands,
  });
  // Stubs alone: no mail program of the machine that runs the tests is ever used.
  const host: Host = { ...made, tools: made.commands, clock: hastyClock(made.clock) };
  return { host, config: loadConfig(host) };
}

/** Waits take no time, but have been waited for all the same. */
export function hastyClock(clock: Clock): Clock {
  let skippedMs = 0;
  return {
    now: () => new Date(clock.now().getTime() + skippedMs),
    monotonicMs: () => clock.monotonicMs() + skippedMs,
    sleep: (ms) => {
      skippedMs += ms;
      return Promise.resolve();
    },
  };
}

export const content: MailContent = {
  subject: '⚠ Backup of pve1: 2 Warnungen über Größe',
  text: 'Backup of pve1 done.\nZeile mit Umlaut: äöü\n',
  html: '<p>Backup of <b>pve1</b> done. äöü</p>',
};

/** Only what the channel itself reads. */
export function noticeWithLog(logPath = '', logTail: readonly string[] = []): Notice {
  return { status: 'warning', logTail, record: { log_path: logPath } } as unknown as Notice;
}

export function notifierOf({ config }: Setup, mail: MailContent = content): Notifier {
  const made = createEmailNotifier(config, () => mail);
  if (!('send' in made)) throw new Error(`${made.message} (${made.hint})`);
  return made;
}

export function send(setup: Setup, notice: Notice = noticeWithLog()): Promise<Delivery> {
  return notifierOf(setup).send(setup.host, notice, new AbortController().signal);
}
