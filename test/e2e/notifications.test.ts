// Whatever becomes of a run, each channel hears of it exactly once, from the program as its users start it.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startReceiver } from '../support/http-receiver.ts';
import { canMount, isRoot } from '../support/needs.ts';
import { runBackup, runProgram, startBackup, startProgram, until } from '../support/run-program.ts';
import {
  addStub,
  createSandbox,
  lastRecord,
  recordsOf,
  writeHost,
  type Sandbox,
} from '../support/sandbox.ts';
import { outcomesAt, startChannels, type Channels } from '../support/told.ts';

/** Each channel has heard of one run, and of this outcome. */
function expectToldOnce({ told }: Channels, outcome: string): void {
  const { webhook, gotify, email } = told();
  expect(webhook).toEqual([outcome]);
  expect(gotify).toHaveLength(1);
  expect(email).toHaveLength(1);
}

const expectSilence = ({ told }: Channels) => expect(told()).toEqual({ webhook: [], gotify: [], email: [] });

interface Case {
  title: string;
  /** Prepares the host; gives keys to set. */
  given?: (sandbox: Sandbox) => Record<string, string>;
  args?: string[];
  code: number;
  outcome: string;
  /** In the message. */
  says?: string;
}

const liveHolder = (time: string) => {
  const startTime = readFileSync(`/proc/${process.pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19] ?? '';
  return `pid=${process.pid}\nhost=node1\ntime=${time}\nstarttime=${startTime}\n`;
};

function holdLock(sandbox: Sandbox, hoursAgo: number): Record<string, string> {
  mkdirSync(sandbox.lock);
  const since = new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  writeFileSync(join(sandbox.lock, '.backup.lock'), liveHolder(since));
  return {};
}

function configure(sandbox: Sandbox, text: string): Record<string, string> {
  writeHost(sandbox, { '/etc/proxsave/backup.env': text });
  execFileSync('chmod', ['600', join(sandbox.root, 'etc/proxsave/backup.env')]);
  return {};
}

const told: Case[] = [
  { title: 'a good run', code: 0, outcome: 'success' },
  {
    title: 'a run of some areas only',
    args: ['--only', 'network,ssh'],
    code: 0,
    outcome: 'success',
  },
  {
    title: 'a warning',
    given: (sandbox) => configure(sandbox, 'MAX_LOCAL_BACKUP=3\n'),
    code: 1,
    outcome: 'warning',
    says: 'MAX_LOCAL_BACKUP is not a known key',
  },
  {
    title: 'a tier that fails',
    given: (sandbox) => ({ SECONDARY_ENABLED: 'true', SECONDARY_PATH: `${sandbox.root}/etc/hostname/x` }),
    code: 1,
    outcome: 'warning',
    says: 'secondary',
  },
  {
    title: 'a configuration that is wrong',
    given: (sandbox) => configure(sandbox, 'COMPRESSION_TYPE=zipp\n'),
    code: 2,
    outcome: 'failed',
    says: 'COMPRESSION_TYPE=zipp',
  },
  {
    title: 'an area that does not exist',
    args: ['--only', 'nonsense'],
    code: 2,
    outcome: 'failed',
    says: 'nonsense',
  },
  {
    title: 'encryption without a recipient',
    given: () => ({ ENCRYPT_ARCHIVE: 'true' }),
    code: 15,
    outcome: 'failed',
    says: 'recipient',
  },
  {
    title: 'too little room',
    given: () => ({ MIN_DISK_SPACE_PRIMARY_GB: '90000000' }),
    code: 12,
    outcome: 'failed',
    says: 'MIN_DISK_SPACE_PRIMARY_GB',
  },
  {
    title: 'a run that has held the lock for more than a day',
    given: (sandbox) => holdLock(sandbox, 25),
    code: 16,
    outcome: 'skipped',
    says: `process ${process.pid}`,
  },
];

test.each(told)('$title is told once by each channel', async ({ given, args = [], code, outcome, says }) => {
  const channels = await startChannels();
  const sandbox = createSandbox();
  const env = { ...channels.env, ...given?.(sandbox) };
  const result = await runBackup(sandbox, { env, args });
  expect(result.code, result.stderr).toBe(code);
  expectToldOnce(channels, outcome);
  if (says !== undefined) expect(channels.webhook.requests[0]?.body).toContain(says);
  expect(lastRecord(sandbox).findings.filter(({ code: id }) => id.startsWith('notification'))).toEqual([]);
});

test.skipIf(!canMount)('a disk that is full in the middle is told once by each (needs mount)', async () => {
  const channels = await startChannels();
  const sandbox = createSandbox();
  const image = `${sandbox.base}/image`;
  mkdirSync(sandbox.backups);
  execFileSync('truncate', ['-s', '8M', image]);
  execFileSync('mkfs.ext4', ['-q', '-m', '0', image]);
  execFileSync('mount', ['-o', 'loop', image, sandbox.backups]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', sandbox.backups]);
  });
  writeFileSync(join(sandbox.root, 'root/big.bin'), randomBytes(16 * 1024 * 1024));
  const env = { ...channels.env, MIN_DISK_SPACE_PRIMARY_GB: '0' };
  expect((await runBackup(sandbox, { env })).code).toBe(12);
  expectToldOnce(channels, 'failed');
  expect(channels.webhook.requests[0]?.body).toContain('no space left on the device');
});

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

test.each(interrupts)('%s in the middle is told once by each channel', async (signal) => {
  const channels = await startChannels();
  const sandbox = createSandbox();
  const mark = join(sandbox.base, 'half-way');
  addStub(sandbox, 'lsmod', `: > ${mark}; exec sleep 30`);
  const started = startBackup(sandbox, { env: channels.env });
  await until('the command runs', () => existsSync(mark));
  started.child.kill(signal);
  expect((await started.ended).code).toBe(130);
  expectToldOnce(channels, 'interrupted');
});

test.each<[string, string[], (sandbox: Sandbox) => Record<string, string>, number]>([
  ['a dry run', ['--dry-run'], () => ({}), 0],
  ['a run that finds another one at work', [], (sandbox) => holdLock(sandbox, 1), 16],
  ['backups that are switched off', [], () => ({ BACKUP_ENABLED: 'false' }), 16],
])('%s is told to nobody', async (_title, args, given, code) => {
  const channels = await startChannels();
  const sandbox = createSandbox();
  const result = await runBackup(sandbox, { env: { ...channels.env, ...given(sandbox) }, args });
  expect(result.code, result.stderr).toBe(code);
  expectSilence(channels);
});

describe('a channel that does not work', () => {
  test('never answers: bounded by its timeout, the others are served, the run has a warning', async () => {
    const channels = await startChannels([{ fault: 'never' }]);
    const sandbox = createSandbox();
    const env = { ...channels.env, WEBHOOK_TIMEOUT: '1', WEBHOOK_MAX_RETRIES: '0' };
    const result = await runBackup(sandbox, { env });
    expect(result.code, result.stderr).toBe(1);
    expectToldOnce(channels, 'success');
    expect(lastRecord(sandbox).findings).toMatchObject([
      { code: 'notification-failed', message: expect.stringContaining('webhook chat') },
    ]);
  });

  test.each(interrupts)(
    'hangs, and %s comes: nobody waits for its timeout, and the run has its archive and a record that says so',
    async (signal) => {
      const channels = await startChannels([{ fault: 'never' }]);
      const sandbox = createSandbox();
      const started = startBackup(sandbox, { env: { ...channels.env, WEBHOOK_TIMEOUT: '170' } });
      await channels.webhook.waitFor(1);
      started.child.kill(signal);
      const { code, stderr } = await started.ended;
      expect(code, stderr).toBe(1);
      expectToldOnce(channels, 'success');
      expect(lastRecord(sandbox).archive_path).not.toBe('');
      expect(lastRecord(sandbox).findings).toMatchObject([
        { code: 'notification-failed', message: expect.stringMatching(/webhook chat .* was stopped/) },
      ]);
    },
  );

  test('hangs when an interrupted run is told: that ends too', async () => {
    const channels = await startChannels([{ fault: 'never' }]);
    const sandbox = createSandbox();
    const mark = join(sandbox.base, 'half-way');
    addStub(sandbox, 'lsmod', `: > ${mark}; exec sleep 30`);
    const started = startBackup(sandbox, { env: { ...channels.env, WEBHOOK_TIMEOUT: '170' } });
    await until('the command runs', () => existsSync(mark));
    started.child.kill('SIGTERM');
    expect((await started.ended).code).toBe(130);
    expectToldOnce(channels, 'interrupted');
  });

  test('is a monitoring service that hangs, and SIGTERM comes: nobody waits for its attempts', async () => {
    const ping = await startReceiver([{}, { fault: 'never' }]);
    const sandbox = createSandbox();
    const env = {
      HEALTHCHECK_ENABLED: 'true',
      HEALTHCHECK_MODE: 'self',
      HEALTHCHECK_BACKUP_URL: `${ping.origin}/check`,
    };
    const started = startBackup(sandbox, { env });
    await ping.waitFor(2);
    started.child.kill('SIGTERM');
    expect((await started.ended).code).toBe(1);
    // One start, one end: no further attempt.
    expect(ping.requests.map(({ url }) => url.replace(/\?.*/, ''))).toEqual(['/check/start', '/check']);
  });

  test('answers 500 once and then takes it: one message, no warning', async () => {
    const channels = await startChannels([{ status: 500 }, {}]);
    const sandbox = createSandbox();
    const env = { ...channels.env, WEBHOOK_RETRY_DELAY: '0' };
    expect((await runBackup(sandbox, { env })).code).toBe(0);
    expect(channels.told().webhook).toEqual(['success', 'success']);
  });
});

interface WrongSetting {
  keys: Record<string, string>;
  /** Outcomes that the webhook heard; gotify and mail hear the warning. */
  webhook?: string[];
  email?: number;
}

const wrongSettings: WrongSetting[] = [
  { keys: { GOTIFY_PRIORITY_FAILURE: 'abc' } },
  { keys: { GOTIFY_NOTIFY_ON: 'sometimes' } },
  { keys: { TELEGRAM_ENABLED: 'treu' } },
  { keys: { BOT_TELEGRAM_TYPE: 'private' } },
  { keys: { TELEGRAM_BOT_TOKEN_FILE: '/nowhere/token' } },
  { keys: { EMAIL_DELIVERY_METHOD: 'pigeon' }, email: 0 },
  { keys: { WEBHOOK_TIMEOUT: 'long' } },
  { keys: { WEBHOOK_CHAT_NOTIFY_ON: 'sometimes' } },
  { keys: { WEBHOOK_NOTIFY_ON: 'sometimes' } },
  { keys: { WEBHOOK_CHAT_PRIORITY: '99' } },
  { keys: { WEBHOOK_CHAT_FORMAT: 'smoke' }, webhook: [] },
  { keys: { WEBHOOK_FORMAT: 'smoke' }, webhook: [] },
  { keys: { WEBHOOK_CHAT_METHOD: 'shout' }, webhook: [] },
  { keys: { WEBHOOK_CHAT_AUTH_TYPE: 'trust' }, webhook: [] },
  {
    keys: { WEBHOOK_CHAT_AUTH_TOKEN_FILE: '/nowhere/token', WEBHOOK_CHAT_AUTH_TYPE: 'bearer' },
    webhook: [],
  },
  { keys: { RELAY_HOURLY_LIMIT: 'x' } },
  { keys: { HEALTHCHECK_MODE: 'other' } },
  { keys: { HEALTHCHECK_SEND_LOG: 'mayby' } },
  { keys: { METRICS_ENABLED: 'mayby' } },
];

test.each(wrongSettings)(
  'a channel that is set up wrong stops no backup and is told by the others: $keys',
  async ({ keys, webhook = ['warning'], email = 1 }) => {
    const channels = await startChannels();
    const sandbox = createSandbox();
    const result = await runBackup(sandbox, { env: { ...channels.env, ...keys } });
    expect(result.code, result.stderr).toBe(1);
    expect(lastRecord(sandbox).archive_path).not.toBe('');
    const { findings } = lastRecord(sandbox);
    const [key = ''] = Object.keys(keys);
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'config-wrong-value', message: expect.stringContaining(key) }),
    );
    const told = channels.told();
    expect(told).toMatchObject({ webhook, gotify: [expect.any(String)] });
    expect(told.email).toHaveLength(email);
    expect(channels.gotify.requests[0]?.body).toContain(key.replaceAll('_', '\\\\_'));
  },
);

test('config check ends with 2 for a wrong value of a channel, and says that backups run all the same', async () => {
  const sandbox = createSandbox();
  const check = (keys: Record<string, string>) =>
    runProgram(['config', 'check', '--root', sandbox.root], { ...sandbox.env, ...keys });
  const ofChannel = await check({ GOTIFY_PRIORITY_FAILURE: 'abc' });
  expect(ofChannel.code).toBe(2);
  expect(ofChannel.stdout).toContain('GOTIFY_PRIORITY_FAILURE=abc');
  expect(ofChannel.stdout).toContain('1 error: backups run, with a warning');
  const more = await check({ GOTIFY_PRIORITY_FAILURE: 'abc', COMPRESSION_TYPE: 'zipp' });
  expect(more.code).toBe(2);
  expect(more.stdout).toContain('2 errors: backups will not run');
});

test('notify test that is interrupted ends at once, with 130', async () => {
  const channels = await startChannels([{ fault: 'never' }]);
  const sandbox = createSandbox();
  const env = { ...sandbox.env, ...channels.env, WEBHOOK_TIMEOUT: '170' };
  const started = startProgram(['notify', 'test', 'chat', '--root', sandbox.root], env);
  await channels.webhook.waitFor(1);
  started.child.kill('SIGINT');
  const { code, stdout } = await started.ended;
  expect([code, stdout]).toEqual([130, expect.stringContaining('failed  webhook chat')]);
});

test('what is wrong with the backup itself is told through an endpoint that has a wrong value too', async () => {
  const channels = await startChannels();
  const sandbox = createSandbox();
  const env = { ...channels.env, COMPRESSION_TYPE: 'zipp', WEBHOOK_CHAT_FORMAT: 'smoke' };
  const { code, stderr } = await runBackup(sandbox, { env });
  expect(code, stderr).toBe(2);
  expect(stderr).toContain('COMPRESSION_TYPE=zipp');
  expect(stderr).toContain('WEBHOOK_CHAT_FORMAT=smoke');
  expect(channels.told()).toMatchObject({ webhook: [], gotify: [expect.stringContaining('failed')] });
});

test('a name that stands twice in WEBHOOK_ENDPOINTS is one endpoint: told once, and that is said', async () => {
  const channels = await startChannels();
  const sandbox = createSandbox();
  const env = { ...channels.env, WEBHOOK_ENDPOINTS: 'chat,CHAT,chat' };
  const { code, stderr } = await runBackup(sandbox, { env });
  expect(code, stderr).toBe(1);
  expect(channels.told().webhook).toEqual(['warning']);
  expect(lastRecord(sandbox).findings).toMatchObject([{ code: 'config-repeated-endpoint' }]);
});

test.skipIf(!isRoot)(
  'a security stop is told once by each channel, with the way out (needs root)',
  async () => {
    const channels = await startChannels();
    const sandbox = createSandbox();
    configure(sandbox, 'MAX_LOCAL_BACKUPS=3\n');
    const file = join(sandbox.root, 'etc/proxsave/backup.env');
    chownSync(file, 1234, 1234);
    const { code, stderr } = await runBackup(sandbox, { env: channels.env });
    expect(code, stderr).toBe(14);
    expect(existsSync(sandbox.backups)).toBe(false);
    expect(lastRecord(sandbox)).toMatchObject({ status: 'failed', exit_code: 14, exit_name: 'security' });
    expectToldOnce(channels, 'failed');
    expect(JSON.parse(channels.webhook.requests[0]!.body)).toMatchObject({
      exit_code: 14,
      error: `${file} belongs to user 1234, who can change it`,
      next_step: expect.stringContaining(`chown root ${file}`),
    });
  },
);

test('each level hears of the runs that it is for, over a row of runs', async () => {
  const levels = ['always', 'warning', 'failure', 'change'];
  const receiver = await startReceiver();
  const sandbox = createSandbox();
  const perLevel = levels.map((level) => ({
    [`WEBHOOK_${level.toUpperCase()}_URL`]: `${receiver.origin}/${level}`,
    [`WEBHOOK_${level.toUpperCase()}_NOTIFY_ON`]: level,
  }));
  const env = Object.assign(
    { WEBHOOK_ENABLED: 'true', WEBHOOK_ENDPOINTS: levels.join(',') },
    ...perLevel,
  ) as Record<string, string>;
  const warning = { SECONDARY_ENABLED: 'true', SECONDARY_PATH: `${sandbox.root}/etc/hostname/x` };
  const failure = { ENCRYPT_ARCHIVE: 'true' };
  const off = { BACKUP_ENABLED: 'false' };
  for (const keys of [{}, {}, warning, warning, failure, off, failure, {}])
    await runBackup(sandbox, { env: { ...env, ...keys } });
  expect(recordsOf(sandbox).map(({ status }) => status)).toEqual([
    ...['success', 'success', 'warning', 'warning'],
    ...['failed', 'skipped', 'failed', 'success'],
  ]);
  expect(outcomesAt(receiver, '/always')).toEqual([
    ...['success', 'success', 'warning', 'warning', 'failed', 'failed', 'success'],
  ]);
  expect(outcomesAt(receiver, '/warning')).toEqual(['warning', 'warning', 'failed', 'failed']);
  expect(outcomesAt(receiver, '/failure')).toEqual(['failed', 'failed']);
  expect(outcomesAt(receiver, '/change')).toEqual(['success', 'warning', 'failed', 'success']);
});
