// A run that is killed, or ends with the power, can tell nobody. The next one does.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processesNaming, runBackup, runProgram, startBackup, until } from '../support/run-program.ts';
import { addStub, createSandbox, lastRecord, namesIn, recordsOf, type Sandbox } from '../support/sandbox.ts';
import { outcomesAt } from '../support/told.ts';
import { startReceiver } from '../support/http-receiver.ts';

const stateOf = ({ root }: Sandbox) => namesIn(join(root, 'var/lib/proxsave'));
const codesOf = (sandbox: Sandbox) => lastRecord(sandbox).findings.map(({ code }) => code);

/** In the middle of the collection. */
async function killRun(sandbox: Sandbox, env: Record<string, string> = {}): Promise<void> {
  const mark = join(sandbox.base, 'half-way');
  addStub(sandbox, 'lsmod', `: > ${mark}; exec sleep 60`);
  const { child, ended } = startBackup(sandbox, { env });
  await until('the command runs', () => existsSync(mark));
  child.kill('SIGKILL');
  await ended;
  for (const pid of processesNaming(join(sandbox.stubs, 'lsmod'))) process.kill(pid, 'SIGKILL');
  addStub(sandbox, 'lsmod', 'exit 0');
}

test('the next run warns of it, keeps its record, and the one after is good again', async () => {
  const sandbox = createSandbox();
  await killRun(sandbox);
  expect(recordsOf(sandbox)).toEqual([]);
  const next = await runBackup(sandbox);
  expect(next.code, next.stderr).toBe(1);
  expect(next.stderr).toMatch(/the backup that began .* never ended/);
  expect(codesOf(sandbox)).toEqual(['earlier-run-died', 'leftovers-removed']);
  expect(recordsOf(sandbox)).toMatchObject([
    {
      status: 'interrupted',
      exit_code: 130,
      archive_path: '',
      error: expect.stringContaining('never ended'),
    },
    { status: 'warning' },
  ]);
  const [dead] = recordsOf(sandbox);
  expect(existsSync(dead?.log_path ?? '')).toBe(true);
  expect((await runBackup(sandbox)).code).toBe(0);
  expect(recordsOf(sandbox)).toHaveLength(3);
});

test('status says so meanwhile, but not of a run that is at work', async () => {
  const sandbox = createSandbox();
  await runBackup(sandbox);
  const status = () => runProgram(['status', '--root', sandbox.root], sandbox.env);
  const mark = join(sandbox.base, 'at-work');
  addStub(sandbox, 'lsmod', `: > ${mark}; exec sleep 60`);
  const running = startBackup(sandbox);
  await until('the command runs', () => existsSync(mark));
  expect((await status()).stdout).not.toMatch(/never ended/);
  running.child.kill('SIGKILL');
  await running.ended;
  const after = await status();
  expect(after.code).toBe(1);
  expect(after.stdout).toMatch(/never ended/);
});

test('whoever wants to hear of changes only hears of the run after it', async () => {
  const receiver = await startReceiver();
  const sandbox = createSandbox();
  const env = {
    WEBHOOK_ENABLED: 'true',
    WEBHOOK_ENDPOINTS: 'chat',
    WEBHOOK_CHAT_URL: `${receiver.origin}/hook`,
    WEBHOOK_CHAT_NOTIFY_ON: 'warning',
  };
  await runBackup(sandbox, { env });
  await killRun(sandbox, env);
  await runBackup(sandbox, { env });
  expect(outcomesAt(receiver, '/hook')).toEqual(['warning']);
  expect(receiver.requests[0]?.body).toMatch(/never ended/);
});

test.each(['SIGTERM', 'SIGINT'] as const)('a run that ends by %s is none of these', async (signal) => {
  const sandbox = createSandbox();
  const mark = join(sandbox.base, 'half-way');
  addStub(sandbox, 'lsmod', `: > ${mark}; exec sleep 60`);
  const { child, ended } = startBackup(sandbox);
  await until('the command runs', () => existsSync(mark));
  child.kill(signal);
  await ended;
  expect(stateOf(sandbox)).not.toContain('open-run.json');
  addStub(sandbox, 'lsmod', 'exit 0');
  const next = await runBackup(sandbox);
  expect(next.code, next.stderr).toBe(0);
});

test('a run whose record cannot be written has ended all the same', async () => {
  const sandbox = createSandbox({ env: { LOG_PATH: '/proc/nothing' } });
  await runBackup(sandbox);
  expect(readdirSync(join(sandbox.root, 'var/lib/proxsave'))).not.toContain('open-run.json');
});
