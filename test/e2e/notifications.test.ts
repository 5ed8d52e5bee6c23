// Whatever becomes of a run, each channel hears of it exactly once, from the program as its users start it.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startReceiver } from '../support/http-receiver.ts';
import { canMount } from '../support/needs.ts';
import { runBackup, startBackup, until } from '../support/run-program.ts';
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

test.each(['SIGINT', 'SIGTERM'] as const)('%s in the middle is told once by each channel', async (signal) => {
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

  test('is interrupted while it hangs: the run still ends, with its archive and record', async () => {
    const channels = await startChannels([{ fault: 'never' }]);
    const sandbox = createSandbox();
    const env = { ...channels.env, WEBHOOK_TIMEOUT: '3', WEBHOOK_MAX_RETRIES: '0' };
    const started = startBackup(sandbox, { env });
    await channels.webhook.waitFor(1);
    started.child.kill('SIGTERM');
    const { code, stderr } = await started.ended;
    expect([0, 1, 130], stderr).toContain(code);
    expect(lastRecord(sandbox).archive_path).not.toBe('');
  });

  test('answers 500 once and then takes it: one message, no warning', async () => {
    const channels = await startChannels([{ status: 500 }, {}]);
    const sandbox = createSandbox();
    const env = { ...channels.env, WEBHOOK_RETRY_DELAY: '0' };
    expect((await runBackup(sandbox, { env })).code).toBe(0);
    expect(channels.told().webhook).toEqual(['success', 'success']);
  });
});

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
