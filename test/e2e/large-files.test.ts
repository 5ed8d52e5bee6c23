// Files above the limit, and files so large that the tar header needs its larger number format.

import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBackup } from '../support/run-program.ts';
import { createSandbox, findingsAbout, lastRecord, type Sandbox } from '../support/sandbox.ts';
import { plainArchive } from '../support/unpack.ts';

const gibibyte = 1024 ** 3;

function sparseFile({ root }: Sandbox, path: string, bytes: number): void {
  writeFileSync(join(root, path), 'start');
  truncateSync(join(root, path), bytes);
}

test('a 9 GiB file is skipped with a warning that names path and size, and its key', async () => {
  const sandbox = createSandbox();
  sparseFile(sandbox, 'root/image.iso', 9 * gibibyte);
  const { code } = await runBackup(sandbox);
  expect(code).toBe(1);
  const [finding] = findingsAbout(sandbox, '/root/image.iso');
  expect(finding).toMatchObject({ severity: 'warning', code: 'file-too-large', area: 'root-home' });
  expect(finding?.message).toContain('/root/image.iso has 9663676416 bytes, more than MAX_FILE_SIZE');
});

const main = join(import.meta.dirname, '../../src/main.ts');

/** Runs a backup and gives its peak memory, which it writes down itself when it ends. */
async function peakMebibytesOf(sandbox: Sandbox, env: Record<string, string>): Promise<number> {
  const peak = join(sandbox.base, 'peak');
  const preload = join(sandbox.base, 'report-peak.cjs');
  const report = `require('node:fs').writeFileSync('${peak}', String(process.resourceUsage().maxRSS))`;
  writeFileSync(preload, `process.on('exit', () => ${report});`);
  const { code, stderr } = await runBackup(sandbox, {
    env,
    // The launcher drops NODE_OPTIONS, so the program is started without it.
    wrapper: ['sh', '-c', `shift; exec ${process.execPath} --require=${preload} ${main} "$@"`, 'sh'],
  });
  expect(code, stderr).toBe(0);
  return Number(readFileSync(peak, 'utf8')) / 1024;
}

// 9 GiB take about a minute.
const isSlowWanted = process.env.PROXSAVE_SLOW_TESTS === '1';
const cases = [
  { size: '100 MiB', bytes: 100 * 1024 ** 2 },
  ...(isSlowWanted ? [{ size: '9 GiB', bytes: 9 * gibibyte }] : []),
];

test.each(cases)(
  'a file of $size is saved when MAX_FILE_SIZE is 0, in memory that does not depend on its size',
  { timeout: 300_000 },
  async ({ bytes }) => {
    const sandbox = createSandbox();
    sparseFile(sandbox, 'root/image.iso', bytes);
    const env = { MAX_FILE_SIZE: '0', COMPRESSION_TYPE: 'zst', COMPRESSION_THREADS: '1' };
    expect(await peakMebibytesOf(sandbox, env)).toBeLessThan(250);
    const { archive_path: path, verified, findings } = lastRecord(sandbox);
    expect({ verified, findings }).toEqual({ verified: true, findings: [] });
    const listing = execFileSync('tar', ['-tvf', plainArchive(path), './root/image.iso'], {
      encoding: 'utf8',
    });
    expect(listing).toContain(` ${bytes} `);
    expect(statSync(path).size).toBeLessThan(bytes / 100);
  },
);
