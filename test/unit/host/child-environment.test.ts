import { expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';

test('other programs get the environment without the secrets that are ours alone', async () => {
  const ours = {
    PROXSAVE_PASSPHRASE: 'hidden',
    TELEGRAM_BOT_TOKEN: 'hidden',
    WEBHOOK_CHAT_AUTH_TOKEN: 'hidden',
    SMTP_PASSWORD: 'hidden',
  };
  const theirs = { RCLONE_CONFIG_NAS_PASS: 'for rclone', HTTPS_PROXY: 'http://proxy', PROXSAVE_PROGRAM: 'x' };
  const { tools } = createHost({ env: { PATH: process.env.PATH, ...ours, ...theirs } });
  const { stdout } = await tools.run({ argv: ['env'], timeoutMs: 10_000, maxOutputBytes: 100_000 });
  const lines = stdout.toString('utf8').split('\n');
  expect(lines.filter((line) => line.includes('hidden'))).toEqual([]);
  expect(lines).toEqual(
    expect.arrayContaining(Object.entries(theirs).map(([key, value]) => `${key}=${value}`)),
  );
});
