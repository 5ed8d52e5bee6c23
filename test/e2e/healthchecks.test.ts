// What a monitoring service hears of the program as its users start it: runs, verify, the age of the newest copies, and whether
// notifications went out.

import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startReceiver, type HttpReceiver } from '../support/http-receiver.ts';
import { hasPrograms } from '../support/needs.ts';
import { runBackup, runProgram, type Ended } from '../support/run-program.ts';
import { archivesIn, createSandbox, lastRecord, type Sandbox } from '../support/sandbox.ts';
import { startChannels } from '../support/told.ts';
import { createTierSandbox } from '../support/tiers.ts';

const names = ['BACKUP', 'VERIFY', 'AGE', 'ALIVE'];
const channelNames = ['EMAIL', 'TELEGRAM', 'GOTIFY', 'WEBHOOK'];

/** Every check by its id below the endpoint, behind the key of the project. */
function everyCheck({ origin }: HttpReceiver): Record<string, string> {
  const checks = [...names, ...channelNames.map((name) => `NOTIFY_${name}`)];
  return {
    HEALTHCHECK_ENABLED: 'true',
    HEALTHCHECK_MODE: 'self',
    HEALTHCHECK_PING_ENDPOINT: `${origin}/ping/`,
    HEALTHCHECK_PING_KEY: 'project-key',
    ...Object.fromEntries(checks.map((name) => [`HEALTHCHECK_${name}_ID`, name.toLowerCase()])),
  };
}

/** Addresses below the key, without the id of the run; sorted, as several go out at once. */
const told = ({ requests }: HttpReceiver): string[] =>
  requests.map(({ url }) => url.replace('/ping/project-key/', '').replace(/\?rid=[\da-f-]{36}$/, '')).sort();

const bodyAt = ({ requests }: HttpReceiver, end: string): string =>
  requests.find(({ url }) => url.replace(/\?.*/, '').endsWith(end))?.body ?? '';

function program(sandbox: Sandbox, args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return runProgram([...args, '--root', sandbox.root], { ...sandbox.env, ...env });
}

test('a good run: start, success with the same run id, sign of life, and each channel that was used', async () => {
  const [ping, channels] = await Promise.all([startReceiver(), startChannels()]);
  const sandbox = createSandbox();
  const { code, stderr } = await runBackup(sandbox, { env: { ...channels.env, ...everyCheck(ping) } });
  expect(code, stderr).toBe(0);
  expect(told(ping)).toEqual(
    ['alive', 'backup', 'backup/start', 'notify_email', 'notify_gotify', 'notify_webhook'].sort(),
  );
  const ids = ping.requests.flatMap(({ url }) => /rid=(.*)$/.exec(url)?.[1] ?? []);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
  expect(bodyAt(ping, '/backup')).toContain('Backup of node1 is complete');
  expect(bodyAt(ping, '/backup')).not.toContain('End of the log');
});

test('a run with warnings is told as good, with its warnings, the end of its log and the channel that failed', async () => {
  const [ping, channels] = await Promise.all([startReceiver(), startChannels([{ status: 403 }])]);
  const sandbox = createSandbox();
  const { code } = await runBackup(sandbox, { env: { ...channels.env, ...everyCheck(ping) } });
  expect(code).toBe(1);
  expect(told(ping)).toContain('backup');
  expect(told(ping)).toContain('notify_webhook/fail');
  expect(told(ping)).toContain('notify_email');
  expect(bodyAt(ping, '/backup')).toContain('was not delivered');
  expect(bodyAt(ping, '/backup')).toContain('End of the log');
});

test.each([
  ['true', true],
  ['false', false],
])(
  'a failed run is told by its exit code; HEALTHCHECK_SEND_LOG=%s decides on the log',
  async (keep, isSent) => {
    const ping = await startReceiver();
    const sandbox = createSandbox();
    const env = { ...everyCheck(ping), HEALTHCHECK_SEND_LOG: keep, MIN_DISK_SPACE_PRIMARY_GB: '90000000' };
    expect((await runBackup(sandbox, { env })).code).toBe(12);
    expect(told(ping)).toEqual(['alive', 'backup/12', 'backup/start']);
    expect(bodyAt(ping, '/backup/12')).toContain('MIN_DISK_SPACE_PRIMARY_GB');
    expect(bodyAt(ping, '/backup/12').includes('End of the log')).toBe(isSent);
  },
);

test.each<[string, Record<string, string>, number, string]>([
  ['a wrong configuration', { COMPRESSION_TYPE: 'zipp' }, 2, 'backup/2'],
  ['backups that are switched off', { BACKUP_ENABLED: 'false' }, 16, 'backup/log'],
])('%s is told without a start', async (_title, keys, code, expected) => {
  const ping = await startReceiver();
  expect((await runBackup(createSandbox(), { env: { ...everyCheck(ping), ...keys } })).code).toBe(code);
  expect(told(ping)).toEqual(['alive', expected]);
});

test('verify tells of a good archive, a damaged one, one that is no archive any more, and of none at all', async () => {
  const ping = await startReceiver();
  const sandbox = createSandbox();
  await runBackup(sandbox);
  const [name = ''] = archivesIn(sandbox.backups);
  const path = join(sandbox.backups, name);
  const verify = async (what: string) => {
    ping.requests.length = 0;
    const { code } = await program(sandbox, ['verify', what], everyCheck(ping));
    return [code, ...told(ping)];
  };
  expect(await verify('latest')).toEqual([0, 'alive', 'verify']);
  truncateSync(path, 20_000);
  expect(await verify(path)).toEqual([8, 'alive', 'verify/fail']);
  writeFileSync(path, 'no archive');
  expect(await verify(path)).toEqual([8, 'alive', 'verify/fail']);
  expect(bodyAt(ping, '/fail')).toContain('was not verified');
  rmSync(path);
  expect(await verify('latest')).toEqual([2, 'alive', 'verify/fail']);
  // A name that somebody mistyped is no news about the archives.
  expect(await verify('nonsense')).toEqual([2]);
});

test.skipIf(!hasPrograms('rclone'))(
  'verify of a copy on the cloud tier tells too (needs rclone)',
  async () => {
    const ping = await startReceiver();
    const sandbox = createTierSandbox();
    await runBackup(sandbox);
    const { code, stderr } = await program(
      sandbox,
      ['verify', 'latest', '--tier', 'cloud'],
      everyCheck(ping),
    );
    expect([0, 1], stderr).toContain(code);
    expect(told(ping)).toEqual(['alive', 'verify']);
    expect(bodyAt(ping, '/verify')).toContain('nothing wrong was found');
  },
);

test('status tells the age of the newest copy: warnings of the last run do not turn it down', async () => {
  const ping = await startReceiver();
  const sandbox = createSandbox();
  const age = async (keys: Record<string, string> = {}) => {
    ping.requests.length = 0;
    await program(sandbox, ['status'], { ...everyCheck(ping), ...keys });
    return told(ping);
  };
  expect(await age()).toEqual(['age/fail', 'alive']);
  await runBackup(sandbox, { env: { CUSTOM_BACKUP_PATHS: '/srv/gone' } });
  expect(await age()).toEqual(['age', 'alive']);
  expect(bodyAt(ping, '/age')).toContain('the last run had warnings');
});

test.each([
  { HEALTHCHECK_BACKUP_ID: 'backup' },
  { HEALTHCHECK_BACKUP_ID: 'node1-backup' },
  { HEALTHCHECK_BACKUP_URL: 'ORIGIN/ping/ProjectKey1234567/node1-backup' },
])('a check that is named like archives does not mask their names anywhere: %o', async (keys) => {
  const ping = await startReceiver();
  const sandbox = createSandbox();
  const named = Object.entries(keys).map(([key, value]) => [key, value.replace('ORIGIN', ping.origin)]);
  const env = { ...everyCheck(ping), ...(Object.fromEntries(named) as Record<string, string>) };
  const { code, stdout, stderr } = await runBackup(sandbox, { env });
  expect(code, stderr).toBe(0);
  const [name = ''] = archivesIn(sandbox.backups);
  expect(stdout).toContain(name);
  expect(lastRecord(sandbox).archive_path).toContain(name);
  expect(ping.requests.map(({ body }) => body).join('\n')).toContain(name);
});
