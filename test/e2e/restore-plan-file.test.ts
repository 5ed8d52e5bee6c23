// A plan that was saved with --json or --save-plan and is given back with --plan: as it was shown, or not at all.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostFacts, restore, savedHost, wreck } from '../support/restore-host.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { runBackup } from '../support/run-program.ts';
import { lastRecord } from '../support/sandbox.ts';

interface SavedEntry {
  path: string;
  action: string;
  area: string;
  after?: Record<string, unknown>;
  before?: unknown;
}
interface SavedPlan {
  entries: SavedEntry[];
  host: { hostname: string };
  preflight: { verdict: string }[];
  services: unknown[];
}

/** A wrecked host and the plan for it, in a file. */
async function planned() {
  const sandbox = await savedHost();
  wreck(sandbox);
  const file = join(sandbox.base, 'plan.json');
  const { code, stdout, stderr } = await restore(sandbox, [
    '--from',
    sandbox.archive,
    '--with-review',
    '--dry-run',
    '--json',
  ]);
  expect(code, stderr).toBe(0);
  writeFileSync(file, stdout);
  const alter = (change: (plan: SavedPlan) => void) => {
    const plan = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as SavedPlan;
    change(plan);
    writeFileSync(file, JSON.stringify(plan));
  };
  const carryOut = (more: readonly string[] = []) =>
    restore(sandbox, ['--from', sandbox.archive, '--plan', file, '--yes', ...more]);
  return { sandbox, file, alter, carryOut, wrecked: hostFacts(sandbox) };
}

function entryFor(plan: SavedPlan, path: string): SavedEntry {
  const entry = plan.entries.find((one) => one.path === path);
  if (entry === undefined) throw new Error(`no ${path} in the plan`);
  return entry;
}

const job = 'etc/cron.d/job';
const alterations: readonly [string, (plan: SavedPlan) => void, string][] = [
  [
    'gives a file another mode',
    (plan) => {
      const { after } = entryFor(plan, job);
      if (after !== undefined) after.mode = 0o4755;
    },
    job,
  ],
  [
    'gives a file to another owner',
    (plan) => {
      const { after } = entryFor(plan, job);
      if (after !== undefined) after.uid = 4711;
    },
    job,
  ],
  [
    'points a link elsewhere',
    (plan) => {
      const { after } = entryFor(plan, 'etc/localtime');
      if (after !== undefined) after.linkTarget = '/etc/shadow';
    },
    'etc/localtime',
  ],
  [
    'writes where the archive has nothing',
    (plan) => {
      plan.entries.push({ ...entryFor(plan, job), path: 'etc/cron.d/../../escaped' });
    },
    'etc/cron.d/../../escaped',
  ],
  [
    'names a path twice',
    (plan) => {
      plan.entries.push(entryFor(plan, job));
    },
    job,
  ],
  [
    'replaces what is only merged',
    (plan) => {
      const from = entryFor(plan, job);
      const fstab = entryFor(plan, 'etc/fstab');
      Object.assign(fstab, { action: 'replace', after: from.after, before: from.before });
    },
    'etc/fstab',
  ],
];

test('a plan that was edited to do something else is refused, and nothing is changed', async () => {
  const { sandbox, alter, carryOut, wrecked } = await planned();
  for (const [what, change, path] of alterations) {
    alter(change);
    const { code, stderr } = await carryOut();
    expect([code, stderr], what).toEqual([4, expect.stringContaining(`/${path}`)]);
    expect(stderr, what).toContain('Make the plan again');
    expect(hostFacts(sandbox), what).toEqual(wrecked);
  }
});

test('a plan may be shortened: what was struck out stays as it is', async () => {
  const { sandbox, alter, carryOut } = await planned();
  alter((plan) => {
    plan.entries = plan.entries.filter(({ path }) => path.startsWith('etc/cron.d'));
  });
  const { code, stderr } = await carryOut();
  expect(code, stderr).toBeLessThanOrEqual(1);
  expect(readFileSync(join(sandbox.root, job), 'utf8')).toContain('root true');
  expect(readFileSync(join(sandbox.root, 'etc/ssh/sshd_config'), 'utf8')).toBe('wrecked\n');
});

test('checks that a plan claims to have passed are made again, and its services are counted anew', async () => {
  const { sandbox, alter, carryOut } = await planned();
  alter((plan) => {
    plan.preflight = [];
    plan.services = [{ unit: 'pwned.service', how: 'stop', areas: [] }];
  });
  const { code, stdout, stderr } = await carryOut(['--json']);
  expect(code, stderr).toBeLessThanOrEqual(1);
  expect(stdout).not.toContain('pwned');
  expect(readFileSync(join(sandbox.root, job), 'utf8')).toContain('root true');
});

test('a plan that was carried out already is refused', async () => {
  const { sandbox, carryOut } = await planned();
  expect((await carryOut()).code).toBeLessThanOrEqual(1);
  const restored = hostFacts(sandbox);
  const again = await carryOut();
  expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('Make the plan again')]);
  expect(hostFacts(sandbox)).toEqual(restored);
});

test('a plan of another host, and one for another archive, are refused by name', async () => {
  const { sandbox, alter, carryOut, wrecked, file } = await planned();
  alter((plan) => {
    plan.host.hostname = 'elsewhere';
  });
  const foreign = await carryOut();
  expect([foreign.code, foreign.stderr]).toEqual([2, expect.stringContaining('elsewhere')]);
  alter(() => undefined);
  await later(sandbox);
  const { archive_path: newer } = lastRecord(sandbox);
  const other = await restore(sandbox, ['--from', newer, '--plan', file, '--yes']);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('is a plan for the archive')]);
  expect(hostFacts(sandbox)).toEqual(wrecked);
});

/** Another backup, of a later second. */
async function later(sandbox: Sandbox): Promise<void> {
  const { code, stderr } = await runBackup(sandbox);
  if (code !== 0 && code !== 1) throw new Error(stderr);
}

const damages: readonly [string, (text: string) => string][] = [
  ['is cut off', (text) => text.slice(0, text.length / 2)],
  ['is no JSON', () => 'hello\n'],
  ['is of another version', (text) => text.replaceAll(/"schemaVersion":\s*1/gu, '"schemaVersion":9')],
  ['has a number that no mode has', (text) => text.replace(/"mode":\s*\d+/u, '"mode":99999')],
];

test('a file that is damaged, of another version or not there is no plan', async () => {
  const { sandbox, file, carryOut, wrecked } = await planned();
  const text = readFileSync(file, 'utf8');
  for (const [what, damage] of damages) {
    writeFileSync(file, damage(text));
    const { code, stderr } = await carryOut();
    expect([code, stderr], what).toEqual([2, expect.stringContaining('is no restore plan')]);
  }
  renameSync(file, `${file}.gone`);
  expect(await carryOut()).toMatchObject({ code: 2, stderr: expect.stringContaining(file) as string });
  expect(hostFacts(sandbox)).toEqual(wrecked);
});
