// Mail by the notification system of Proxmox: proxmox-mail-forward takes a mail on stdin and sends it where the host's own
// notification settings say, whatever its recipient.

import type { Host } from '../../host/host.ts';
import { composeMail, withUnixLines } from '../../util/compose-mail.ts';
import type { MailAttempt, MailRequest } from './mail-attempt.ts';

const timeoutMs = 60_000;
/** On PATH first; Proxmox has it outside of PATH. */
const places = ['proxmox-mail-forward', '/usr/libexec/proxmox-mail-forward'] as const;

export async function sendMailByProxmox(
  host: Host,
  request: MailRequest,
  signal: AbortSignal,
): Promise<MailAttempt> {
  const program = places.map((place) => host.tools.find(place)).find((found) => found !== undefined);
  if (program === undefined) {
    const hint =
      'it comes with Proxmox VE 8 and Backup Server 3; else set EMAIL_DELIVERY_METHOD=smtp or sendmail';
    return { isSent: false, detail: 'this host has no proxmox-mail-forward', hint, attempts: 0 };
  }
  const result = await host.tools.run({
    argv: [program],
    input: withUnixLines(await composeMail(request)),
    timeoutMs,
    maxOutputBytes: 64 * 1024,
    signal,
  });
  if (result.status === 'ok') {
    return { isSent: true, detail: "handed to the host's notification system", attempts: 1 };
  }
  const words =
    result.stderr.trim() || (result.exitCode === null ? result.status : `exit code ${result.exitCode}`);
  const hint = 'test the notification targets in the web interface of this host';
  return { isSent: false, detail: `proxmox-mail-forward: ${words}`, hint, attempts: 1 };
}
