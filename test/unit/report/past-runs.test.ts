import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath, joinReal } from '../../../src/host/host.ts';
import { findPastRun } from '../../../src/report/past-runs.ts';

function directoryWith(records: Readonly<Record<string, object | string>>) {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-past-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  for (const [stamp, record] of Object.entries(records)) {
    const text = typeof record === 'string' ? record : JSON.stringify({ hostname: 'pve', ...record });
    writeFileSync(join(directory, `backup-stats-${stamp}.json`), text);
  }
  return asRealPath(directory);
}

const host = createHost({ env: {} });
const found = (directory: ReturnType<typeof directoryWith>, except?: string) =>
  findPastRun(host, directory, () => true, except === undefined ? undefined : joinReal(directory, except))
    ?.start_time;

const may = { start_time: '2026-05-01T02:00:00Z' };
const june = { start_time: '2026-06-01T02:00:00Z' };
const far = { start_time: '2099-01-01T02:00:00Z' };

test('the newest record counts, whatever else lies there', () => {
  expect(found(directoryWith({ '20260501-020000': may, '20260601-020000': june }))).toBe(june.start_time);
  expect(found(directoryWith({ '20260501-020000': may, '20260601-020000': '{ cut' }))).toBe(may.start_time);
  expect(found(directoryWith({}))).toBeUndefined();
});

test('a run from the future, made while the clock was wrong, hides no real one', () => {
  expect(found(directoryWith({ '20260501-020000': may, '20990101-020000': far }))).toBe(may.start_time);
  expect(found(directoryWith({ '20990101-020000': far }))).toBeUndefined();
});

test('the record of the run that asks is no past one', () => {
  const directory = directoryWith({ '20260501-020000': may, '20260601-020000': june });
  expect(found(directory, 'backup-stats-20260601-020000.json')).toBe(may.start_time);
});
