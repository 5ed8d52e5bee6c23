// `config check` and a run say of a channel that cannot work what to set: once each.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../../src/findings.ts';
import { createCliHost, type CliHost } from './cli-host.ts';

let host: CliHost;
beforeAll(() => {
  host = createCliHost();
  mkdirSync(join(host.root, 'etc/proxsave'), { recursive: true });
});
afterAll(() => {
  host.remove();
});

const configure = (text: string) =>
  writeFileSync(join(host.root, 'etc/proxsave/backup.env'), text, { mode: 0o600 });

async function findingsOf(args: readonly string[]): Promise<{ code: number; findings: Finding[] }> {
  const result = await host.run([...args, '--json']);
  const last = result.json().at(-1) as { findings: Finding[] };
  return {
    code: result.code,
    findings: last.findings.filter(({ code }) => code === 'notification-not-set-up'),
  };
}

const everyFault = `TELEGRAM_ENABLED=true
BOT_TELEGRAM_TYPE=personal
GOTIFY_ENABLED=true
WEBHOOK_ENABLED=true
WEBHOOK_ENDPOINTS=chat, pager
WEBHOOK_PAGER_URL=https://example.invalid/hook
WEBHOOK_PAGER_AUTH_TYPE=bearer
EMAIL_ENABLED=true
EMAIL_DELIVERY_METHOD=smtp
EMAIL_FALLBACK_SENDMAIL=false
`;
const names = ['email', 'telegram', 'gotify', 'webhook chat', 'webhook pager'];

test.each([['config', 'check'], ['backup']])('%s %s names each of them once', async (...args) => {
  configure(everyFault);
  const { code, findings } = await findingsOf(args);
  expect(code).toBe(1);
  expect(findings.map(({ message }) => message.split(':')[0])).toEqual(names);
  for (const { message, hint } of findings) {
    expect(message).toMatch(/[A-Z]+_[A-Z_]+/);
    expect(hint).toMatch(/^(set|name) /);
  }
});

test('a relay is set and this host has not joined it: the next command is named', async () => {
  configure('TELEGRAM_ENABLED=true\nRELAY_URL=https://relay.example.invalid:8765\n');
  const { code, findings } = await findingsOf(['config', 'check']);
  expect(code).toBe(1);
  expect(findings).toMatchObject([
    { message: expect.stringContaining('not paired'), hint: expect.stringContaining('proxsave notify pair') },
  ]);
});

test('no channel is on: nothing is said', async () => {
  configure('GOTIFY_TOKEN=\n');
  expect(await findingsOf(['config', 'check'])).toEqual({ code: 0, findings: [] });
});
