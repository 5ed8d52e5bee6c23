// `proxsave relay unit`: the unit names this program and this configuration, and what it cannot work with is told.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCliHost, type CliHost } from './cli-host.ts';

let host: CliHost;
let file: string;
beforeAll(() => {
  host = createCliHost();
  mkdirSync(join(host.root, 'etc/proxsave'));
  file = join(host.root, 'etc/proxsave/backup.env');
  writeFileSync(file, 'TELEGRAM_CHAT_ID=1\n', { mode: 0o600 });
  writeFileSync(join(host.base, 'password'), 'hidden-password\n', { mode: 0o600 });
});
afterAll(() => {
  host.remove();
});

const unit = (env: Record<string, string> = {}) =>
  host.run(['relay', 'unit'], { env: { PROXSAVE_PROGRAM: '/usr/bin/proxsave', ...env } });

test('names program and configuration by their whole paths, without a warning', async () => {
  const { code, stdout, stderr } = await unit();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('ExecStart=/usr/bin/proxsave relay --config %d/backup.env\n');
  expect(stdout).toContain(`LoadCredential=backup.env:${file}\n`);
});

test.each<[string, Record<string, string>, string]>([
  ['a program in a home', { PROXSAVE_PROGRAM: '/root/clone/proxsave' }, 'ProtectHome='],
  ['another state directory', { RELAY_STATE: '/srv/relay' }, 'leave the key away'],
  ['a password from a file', { SMTP_PASSWORD_FILE: 'PASSWORD' }, 'LoadCredential=SMTP_PASSWORD:FILE'],
])('%s is told of', async (_title, env, says) => {
  const { code, stderr } = await unit(
    Object.fromEntries(
      Object.entries(env).map(([key, value]) => [
        key,
        value === 'PASSWORD' ? join(host.base, 'password') : value,
      ]),
    ),
  );
  expect([code, stderr]).toEqual([0, expect.stringContaining(says)]);
});
