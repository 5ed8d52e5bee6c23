// What a run tells of the files that changed, also of archives that nobody on this host can read, and what stays of a run that is
// killed while it tells.

import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ageKey } from '../support/encrypted-host.ts';
import { startReceiver, type HttpReceiver } from '../support/http-receiver.ts';
import { hasPrograms } from '../support/needs.ts';
import { runBackup, startBackup, type Ended } from '../support/run-program.ts';
import {
  createSandbox,
  lastRecord,
  namesIn,
  recordsOf,
  writeHost,
  type Sandbox,
} from '../support/sandbox.ts';

const hasAge = hasPrograms('age-keygen');
const keptIndex = ({ root }: Sandbox) => join(root, 'var/lib/proxsave/last-index.json.gz');

async function startHost(keys: Record<string, string> = {}, files: Record<string, string> = {}) {
  const receiver = await startReceiver();
  const sandbox = createSandbox();
  writeHost(sandbox, files);
  const env = {
    WEBHOOK_ENABLED: 'true',
    WEBHOOK_ENDPOINTS: 'chat',
    WEBHOOK_CHAT_URL: `${receiver.origin}/hook`,
    ...keys,
  };
  const run = (args: string[] = []): Promise<Ended> => runBackup(sandbox, { env, args });
  return { receiver, sandbox, env, run };
}

interface Told {
  first_backup: boolean;
  /** null: not compared. */
  changes: object[] | null;
}

const toldBy = ({ requests }: HttpReceiver) => requests.map(({ body }) => JSON.parse(body) as Told);
const lastTold = (receiver: HttpReceiver) => toldBy(receiver).at(-1);
/** By the record; without areas, and without what ProxSave itself changes after a first run. */
function changedFiles(sandbox: Sandbox, kind: 'added' | 'removed' | 'changed'): string[] {
  const { changes = [] } = lastRecord(sandbox) as { changes?: Record<typeof kind, string[]>[] };
  return changes.flatMap((area) => area[kind]).filter((path) => !path.startsWith('/var/lib/proxsave/'));
}

test.skipIf(!hasAge)('changes between encrypted archives are told, names only (needs age)', async () => {
  const base = createSandbox().base;
  const { recipient } = ageKey(base);
  const { receiver, sandbox, run } = await startHost({ ENCRYPT_ARCHIVE: 'true', AGE_RECIPIENT: recipient });
  expect((await run()).code).toBe(0);
  expect(lastTold(receiver)?.changes).toBeNull();
  writeHost(sandbox, { '/root/notes.txt': 'geheim-1234\n', '/root/new.txt': 'geheim-1234\n' });
  expect((await run()).code).toBe(0);
  expect(changedFiles(sandbox, 'added')).toEqual(['/root/new.txt']);
  expect(changedFiles(sandbox, 'changed')).toEqual(['/root/notes.txt']);
  expect(receiver.requests.at(-1)?.body).toContain('/root/new.txt');
  expect(receiver.requests.at(-1)?.body).not.toContain('geheim-1234');
});

test('a run of some areas is not compared, and is not what the next one is compared with', async () => {
  const { receiver, sandbox, run } = await startHost();
  await run();
  const before = readFileSync(keptIndex(sandbox));
  expect((await run(['--only', 'network'])).code).toBe(0);
  expect(lastTold(receiver)?.changes).toBeNull();
  expect(readFileSync(keptIndex(sandbox))).toEqual(before);
  writeHost(sandbox, { '/root/new.txt': 'x\n' });
  await run();
  expect(changedFiles(sandbox, 'added')).toEqual(['/root/new.txt']);
  expect(changedFiles(sandbox, 'removed')).toEqual([]);
});

test.each<[string, (path: string) => void]>([
  ['damaged from its start', (path) => writeFileSync(path, 'no gzip')],
  ['cut short', (path) => writeFileSync(path, readFileSync(path).subarray(0, 200))],
  ['empty', (path) => writeFileSync(path, '')],
  [
    'of another archive',
    (path) => {
      const text = gunzipSync(readFileSync(path)).toString('utf8');
      expect(text).toMatch(/"createdAt":"20\d\d/);
      writeFileSync(
        path,
        gzipSync(text.replace(/"createdAt":"20\d\d/, '"createdAt":"1999').replaceAll('notes', 'other')),
      );
    },
  ],
])('a kept index that is %s costs no run', async (_what, spoil) => {
  const { receiver, sandbox, run } = await startHost();
  await run();
  spoil(keptIndex(sandbox));
  writeHost(sandbox, { '/root/new.txt': 'x\n' });
  expect((await run()).code).toBe(0);
  expect(changedFiles(sandbox, 'added')).toEqual(['/root/new.txt']);
  await run();
  expect(lastTold(receiver)?.changes).toEqual([]);
});

test('a run that is killed while it tells people has its record', async () => {
  const receiver = await startReceiver([{ fault: 'never' }]);
  const sandbox = createSandbox();
  const env = {
    WEBHOOK_ENABLED: 'true',
    WEBHOOK_ENDPOINTS: 'chat',
    WEBHOOK_CHAT_URL: `${receiver.origin}/hook`,
  };
  const started = startBackup(sandbox, { env });
  await receiver.waitFor(1);
  process.kill(started.pid, 'SIGKILL');
  await started.ended;
  expect(recordsOf(sandbox)).toHaveLength(1);
  expect(lastRecord(sandbox)).toMatchObject({ status: 'success', exit_code: 0 });
  expect(lastRecord(sandbox).archive_path).not.toBe('');
});

test('a record that cannot be written is told, and the run of a full record directory leaves no half one', async () => {
  const { receiver, sandbox, run } = await startHost({ LOG_PATH: '/proc/nothing' });
  expect((await run()).code).toBe(1);
  const { findings } = JSON.parse(receiver.requests[0]?.body ?? '{}') as { findings: unknown };
  expect(JSON.stringify(findings)).toContain('/proc/nothing');
  expect(namesIn(sandbox.log)).toEqual([]);
});

test('the first run is told as the first, the second not, although each has its record before', async () => {
  const { receiver, run } = await startHost();
  await run();
  await run();
  expect(toldBy(receiver).map((told) => told.first_backup)).toEqual([true, false]);
});
