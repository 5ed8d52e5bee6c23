import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { DispatchResult } from '../../../src/notifications/dispatch.ts';
import { createHealthcheck, healthcheckProblems } from '../../../src/notifications/healthcheck/index.ts';
import { pingAddress } from '../../../src/notifications/healthcheck/ping.ts';
import { pingBody } from '../../../src/notifications/healthcheck/ping-body.ts';
import { startReceiver, unusedOrigin, type Answer } from '../../support/http-receiver.ts';
import { runRecords } from '../../support/run-records.ts';
import { withoutWaiting } from '../../support/test-clock.ts';
import { hostWith } from '../config/config-host.ts';

const { host } = withoutWaiting(createHost({ env: {} }));
const never = new AbortController().signal;
const runId = '5d3ef1f1-6ae7-4b9e-b8a5-2f2a4c1c7d10';
const noLog: readonly string[] = [];

function configOf(keys: Readonly<Record<string, string>>) {
  const lines = Object.entries({ HEALTHCHECK_ENABLED: 'true', HEALTHCHECK_MODE: 'self', ...keys });
  return loadConfig(hostWith(lines.map(([key, value]) => `${key}=${value}\n`).join('')));
}

async function checkWith(keys: Readonly<Record<string, string>>, answers?: readonly Answer[]) {
  const receiver = await startReceiver(answers);
  const config = configOf(
    Object.fromEntries(
      Object.entries(keys).map(([key, value]) => [key, value.replace('ORIGIN', receiver.origin)]),
    ),
  );
  const check = createHealthcheck(config, runId);
  if (check === undefined) throw new Error('nothing is pinged');
  return { check, receiver, config };
}

const backupUrl = { HEALTHCHECK_BACKUP_URL: 'ORIGIN/ping/secret-check-id' };

describe('a run', () => {
  test('start and end carry the same run id', async () => {
    const { check, receiver } = await checkWith(backupUrl);
    expect(await check.start(host, never)).toEqual([]);
    expect(await check.finish(host, { record: runRecords.success, logTail: noLog }, never)).toEqual([]);
    expect(receiver.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST /ping/secret-check-id/start?rid=${runId}`,
      `POST /ping/secret-check-id?rid=${runId}`,
    ]);
  });

  test.each([
    ['success', ''],
    ['warning', ''],
    ['copyFailed', ''],
    ['holes', '/9'],
    ['failed', `/${runRecords.failed.exit_code}`],
    ['interrupted', '/130'],
    ['skipped', '/log'],
  ] as const)('%s is told as "%s"', async (name, suffix) => {
    const { check, receiver } = await checkWith(backupUrl);
    await check.finish(host, { record: runRecords[name], logTail: noLog }, never);
    expect(receiver.requests.map(({ url }) => url)).toEqual([`/ping/secret-check-id${suffix}?rid=${runId}`]);
  });

  test('warnings are text and leave the check up', async () => {
    const { check, receiver } = await checkWith(backupUrl);
    await check.finish(host, { record: runRecords.warning, logTail: ['the log'] }, never);
    expect(receiver.requests[0]!.body).toMatch(/^\S+ Backup of pve1 is complete, with 6 warnings\n/);
    expect(receiver.requests[0]!.body).toContain('/var/log/journal/system.journal changed while it was read');
    expect(receiver.requests[0]!.body).toContain('the log');
  });

  test('the end of the log goes along with a bad run only, and only if it is wanted', async () => {
    const bodyOf = async (name: 'success' | 'failed', sendLog: string) => {
      const { check, receiver } = await checkWith({ ...backupUrl, HEALTHCHECK_SEND_LOG: sendLog });
      await check.finish(host, { record: runRecords[name], logTail: ['last line'] }, never);
      return receiver.requests[0]!.body;
    };
    expect(await bodyOf('failed', 'true')).toContain('\nlast line');
    expect(await bodyOf('failed', 'false')).not.toContain('last line');
    expect(await bodyOf('success', 'true')).not.toContain('last line');
  });

  test('the body has at most 8 KiB and keeps the last lines of the log', () => {
    const logTail = Array.from({ length: 500 }, (_, index) => `line ${index} ${'ä'.repeat(40)}`);
    const body = pingBody(
      { record: { ...runRecords.failed, error: 'x'.repeat(50_000) }, logTail },
      (text) => text,
    );
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(8192);
    expect(Buffer.byteLength(body)).toBeGreaterThan(7000);
    expect(body).toContain('line 499 ');
    expect(body).toMatch(/^\S+ Backup of pve1 failed/);
  });
});

describe('addresses', () => {
  test('an id goes below the endpoint, behind the project key', async () => {
    const { check, receiver } = await checkWith({
      HEALTHCHECK_PING_ENDPOINT: 'ORIGIN/ping/',
      HEALTHCHECK_PING_KEY: 'project-key',
      HEALTHCHECK_BACKUP_ID: 'my-host',
    });
    await check.start(host, never);
    expect(receiver.requests[0]!.url).toBe(`/ping/project-key/my-host/start?rid=${runId}`);
  });

  test('a query of the user stays', () => {
    const address = pingAddress('https://hc.example.net/ping/id?create=1', '7', 'abc');
    expect(address).toBe('https://hc.example.net/ping/id/7?create=1&rid=abc');
  });

  test('signs of life come with every end, good or bad', async () => {
    const { check, receiver } = await checkWith({ ...backupUrl, HEALTHCHECK_ALIVE_URL: 'ORIGIN/alive' });
    await check.finish(host, { record: runRecords.failed, logTail: noLog }, never);
    expect(receiver.requests.map(({ url }) => url)).toContain('/alive');
  });

  test.each([
    ['verify', true, '/v', 'HEALTHCHECK_VERIFY_URL'],
    ['verify', false, '/v/fail', 'HEALTHCHECK_VERIFY_URL'],
    ['age', true, '/v', 'HEALTHCHECK_AGE_URL'],
    ['age', false, '/v/fail', 'HEALTHCHECK_AGE_URL'],
  ] as const)('%s, good: %s, pings %s', async (name, isGood, url, key) => {
    const { check, receiver } = await checkWith({ [key]: 'ORIGIN/v' });
    expect(await check.report(host, name, { isGood, text: 'what was found' }, never)).toEqual([]);
    expect(receiver.requests).toMatchObject([{ url, body: 'what was found' }]);
  });

  test('a channel with a check is told as good only when all its messages went out', async () => {
    const { check, receiver } = await checkWith({
      HEALTHCHECK_NOTIFY_WEBHOOK_URL: 'ORIGIN/hook',
      HEALTHCHECK_NOTIFY_EMAIL_URL: 'ORIGIN/mail',
    });
    const result = (channel: 'webhook' | 'email' | 'gotify', status: 'sent' | 'failed') =>
      ({ notifier: { channel, name: channel }, delivery: { status, attempts: 1 } }) as DispatchResult;
    const results = [
      result('webhook', 'sent'),
      result('webhook', 'failed'),
      result('email', 'sent'),
      result('gotify', 'sent'),
    ];
    expect(await check.notified(host, results, never)).toEqual([]);
    expect(receiver.requests.map(({ url }) => url).sort()).toEqual(['/hook/fail', '/mail']);
  });
});

describe('a service that does not take a ping', () => {
  test('is asked again, and then a warning', async () => {
    const { check, receiver } = await checkWith(backupUrl, [{ status: 502 }]);
    const findings = await check.finish(host, { record: runRecords.success, logTail: noLog }, never);
    expect(receiver.requests).toHaveLength(3);
    expect(findings).toMatchObject([{ severity: 'warning', code: 'healthcheck-failed' }]);
    expect(findings[0]!.message).toContain('3 attempts');
  });

  test('one that recovers is no finding', async () => {
    const { check } = await checkWith(backupUrl, [
      { status: 500 },
      { fault: 'reset' },
      { status: 200, body: 'OK' },
    ]);
    expect(await check.finish(host, { record: runRecords.success, logTail: noLog }, never)).toEqual([]);
  });

  test('200 for a check that it does not know is no success, and the key to look at is named', async () => {
    const { check, receiver } = await checkWith(backupUrl, [{ status: 200, body: 'OK (not found)' }]);
    const findings = await check.start(host, never);
    expect(receiver.requests).toHaveLength(1);
    expect(findings).toMatchObject([{ code: 'healthcheck-failed', hint: 'check HEALTHCHECK_BACKUP_URL' }]);
  });

  test('one that is not there delays nothing for long and names no secret', async () => {
    const origin = await unusedOrigin();
    const config = configOf({ HEALTHCHECK_BACKUP_URL: `${origin}/ping/secret-check-id` });
    const [finding] = await createHealthcheck(config)!.start(host, never);
    expect(finding?.message).toContain('refuses the connection');
    expect(JSON.stringify(finding)).not.toContain('secret-check-id');
  });

  test('an answer that quotes the address does not carry it into the finding', async () => {
    const { check } = await checkWith(backupUrl, [
      { status: 403, body: 'no access to /ping/secret-check-id' },
    ]);
    const findings = await check.start(host, never);
    expect(findings).toHaveLength(1);
    expect(JSON.stringify(findings)).not.toContain('secret-check-id');
  });

  test('a signal that is used up ends it at once', async () => {
    const { check, receiver } = await checkWith(backupUrl);
    const findings = await check.start(host, AbortSignal.abort());
    expect(findings).toHaveLength(1);
    expect(receiver.requests).toEqual([]);
  });

  test('secrets of the configuration in record and log are masked', async () => {
    const checkId = 'c0ffee00-6ae7-4b9e-b8a5-2f2a4c1c7d10';
    const { check, receiver } = await checkWith({
      HEALTHCHECK_BACKUP_URL: `ORIGIN/ping/${checkId}`,
      GOTIFY_TOKEN: 'planted-token',
    });
    const record = { ...runRecords.failed, error: 'token planted-token was refused' };
    await check.finish(host, { record, logTail: ['GET /?t=planted-token', `/ping/${checkId}`] }, never);
    expect(receiver.requests[0]!.body).toContain('was refused');
    expect(receiver.requests[0]!.body).not.toMatch(/planted-token/);
    expect(receiver.requests[0]!.body).not.toContain(checkId);
  });
});

describe('what is missing is said', () => {
  const problemsOf = (keys: Readonly<Record<string, string>>) => healthcheckProblems(configOf(keys));

  test('centralized: no server is built in, nothing is pinged, and the way out is named', () => {
    const config = configOf({
      HEALTHCHECK_MODE: 'centralized',
      HEALTHCHECK_BACKUP_URL: 'https://x.example/1',
    });
    expect(createHealthcheck(config)).toBeUndefined();
    expect(healthcheckProblems(config)).toMatchObject([
      {
        severity: 'warning',
        code: 'healthcheck-not-set-up',
        hint: expect.stringContaining('HEALTHCHECK_MODE=self') as string,
      },
    ]);
  });

  test.each([
    ['off is a decision', { HEALTHCHECK_MODE: 'off' }, 0],
    ['disabled is a decision', { HEALTHCHECK_ENABLED: 'false' }, 0],
    ['an address is enough', { HEALTHCHECK_BACKUP_URL: 'https://x.example/1' }, 0],
    ['an id is enough', { HEALTHCHECK_BACKUP_ID: 'abc' }, 0],
    ['no address at all', {}, 1],
    ['no address for backups', { HEALTHCHECK_ALIVE_ID: 'abc' }, 1],
    ['no web address', { HEALTHCHECK_BACKUP_URL: 'ftp://x.example/1' }, 1],
    [
      'an endpoint that is none',
      { HEALTHCHECK_PING_ENDPOINT: 'hc-ping.com', HEALTHCHECK_BACKUP_ID: 'abc' },
      1,
    ],
  ] as const)('%s', (_title, keys, count) => {
    const problems = problemsOf(keys);
    expect(problems).toHaveLength(count);
    expect(problems.every(({ hint }) => hint !== undefined)).toBe(true);
  });

  test('an address that is wrong is named by its key, not quoted', () => {
    const [problem] = problemsOf({ HEALTHCHECK_BACKUP_URL: 'hc-ping.com/my-secret-id' });
    expect(problem?.message).toContain('HEALTHCHECK_BACKUP_URL');
    expect(JSON.stringify(problem)).not.toContain('my-secret-id');
  });
});
