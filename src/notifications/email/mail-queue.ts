// The queue of a local mail program, read through `mailq`. Its exit status 0 for a new mail says only that the mail is in
// there; whether it gets out, and why not, is seen here. Forms: Postfix (what Proxmox installs), Exim (what
// Debian installs) and dma.

import type { Host } from '../../host/host.ts';

export interface QueuedMail {
  id: string;
  recipients: readonly string[];
  /** Why it could not be delivered so far; undefined: nobody said. */
  reason?: string;
}

const commandTimeoutMs = 10_000;
const maxOutputBytes = 4 * 1024 * 1024;

/** Undefined: there is no mailq, it failed, or its output has a form that we do not know. */
export async function readMailQueue(
  host: Host,
  signal: AbortSignal,
): Promise<readonly QueuedMail[] | undefined> {
  const result = await host.tools.run({
    argv: ['mailq'],
    timeoutMs: commandTimeoutMs,
    maxOutputBytes,
    signal,
  });
  if (result.status !== 'ok') return undefined;
  const queue = parseMailQueue(result.stdout.toString('utf8'));
  // Postfix then lists its files; what is in them goes nowhere.
  const isDown = /mail system is down/i.test(result.stderr);
  return isDown ? queue?.map((mail) => ({ reason: 'the mail system is down', ...mail })) : queue;
}

export function parseMailQueue(text: string): QueuedMail[] | undefined {
  const content = text.trim();
  if (content === '' || /^Mail queue is empty/m.test(content)) return [];
  if (/^-+Queue ID-+/m.test(content)) return parsePostfix(content);
  if (/^ID\s*: /m.test(content)) return parseDma(content);
  return eximHead.test(content) ? parseExim(content) : undefined;
}

/** ` 25m  2.9K 0t5C6f-0000c8-00 <sender>`: age, size, id. https://www.exim.org/exim-html-current/doc/html/spec_html/ch-the_exim_command_line.html */
const eximHead = /^\s*\d+[mhdw]\s+[\d.]+[KM]?\s+([0-9A-Za-z]+-[0-9A-Za-z]+-[0-9A-Za-z]+)\s+<.*>(.*)$/m;

/** Recipients stand below; a `D` marks those who have it. A frozen mail is not tried again. */
function parseExim(content: string): QueuedMail[] {
  return content.split(/\n\s*\n/).flatMap((block) => {
    const [head = '', ...rest] = block.split('\n');
    const [, id, more = ''] = eximHead.exec(head) ?? [];
    if (id === undefined) return [];
    const recipients = rest.map((line) => line.trim()).filter((line) => line !== '' && !/^D\s/.test(line));
    return [{ id, recipients, ...(more.includes('frozen') ? { reason: 'frozen by Exim' } : {}) }];
  });
}

/** Blocks behind a header line, with empty lines between; a reason in brackets stands before the recipients it is about. */
function parsePostfix(content: string): QueuedMail[] {
  return content.split(/\n\s*\n/).flatMap((block) => {
    const lines = block.split('\n').filter((line) => !line.startsWith('-'));
    const id = /^([0-9A-Za-z]+)[*!#]?\s+\d+\s/.exec(lines[0] ?? '')?.[1];
    if (id === undefined) return [];
    const rest = lines.slice(1).map((line) => line.trim());
    const reason = rest.find((line) => line.startsWith('('))?.replace(/^\(|\)$/g, '');
    const recipients = rest.filter((line) => line !== '' && !line.startsWith('('));
    return [{ id, recipients, ...(reason === undefined ? {} : { reason }) }];
  });
}

/** `ID`, `From` and `To` lines, a line `--` between two mails. One mail has one recipient. */
function parseDma(content: string): QueuedMail[] {
  return content.split(/^--\s*$/m).flatMap((block) => {
    const id = /^ID\s*: (\S+)/m.exec(block)?.[1];
    const to = /^To\s*: (.+)$/m.exec(block)?.[1]?.trim();
    return id === undefined ? [] : [{ id, recipients: to === undefined ? [] : [to] }];
  });
}
