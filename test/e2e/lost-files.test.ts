// Ways in which a file or an archive could be lost in silence: each was found once.

import { linkSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { runBackup, runProgram } from '../support/run-program.ts';
import { lastRecord } from '../support/sandbox.ts';
import { createSandbox, plainHost } from '../support/sandbox.ts';
import { memberNames } from '../support/unpack.ts';

test('each name of a file that is too large has its own warning, and none is saved as a link to nothing', async () => {
  const sandbox = createSandbox({ files: plainHost });
  const first = join(sandbox.root, 'etc/big1');
  writeFileSync(first, Buffer.alloc(2_000_000, 'x'));
  linkSync(first, join(sandbox.root, 'etc/big2'));
  const { code } = await runBackup(sandbox, { env: { MAX_FILE_SIZE: '1M' } });
  expect(code).toBe(1);
  const record = lastRecord(sandbox);
  const tooLarge = record.findings.filter((finding) => finding.code === 'file-too-large');
  expect(tooLarge.map((finding) => finding.path)).toEqual(['/etc/big1', '/etc/big2']);
  const names = memberNames(record.archive_path);
  expect(names).not.toContain('etc/big1');
  expect(names).not.toContain('etc/big2');
});

test('sidecars that a crash left without their archive are swept, those of others are not', async () => {
  const sandbox = createSandbox({ files: plainHost });
  const first = await runBackup(sandbox, { env: { BUNDLE_ASSOCIATED_FILES: 'false' } });
  expect(first.code).toBe(0);
  const { archive_path } = lastRecord(sandbox);
  const hostname = basename(archive_path).split('-backup-')[0] ?? '';
  const directory = join(archive_path, '..');
  const orphan = `${hostname}-backup-20250101-000000.tar.zst`;
  for (const ending of ['.sha256', '.metadata', '.manifest.json']) {
    writeFileSync(join(directory, orphan + ending), 'x');
    writeFileSync(join(directory, `other-backup-20250101-000000.tar.zst${ending}`), 'x');
  }
  expect((await runBackup(sandbox)).code).toBe(0);
  const names = readdirSync(directory);
  expect(names.filter((name) => name.startsWith(orphan))).toEqual([]);
  expect(names.filter((name) => name.startsWith('other-'))).toHaveLength(3);
  // The finished archive keeps its own.
  expect(
    names.filter((name) => archive_path.endsWith(name.replace(/\.(?:sha256|metadata|manifest\.json)$/u, ''))),
  ).toHaveLength(4);
});

test('a host name that is too long for a file name does not cost the backup', async () => {
  const sandbox = createSandbox({ files: { ...plainHost, '/etc/hostname': `${'n'.repeat(300)}\n` } });
  const { code, stderr } = await runBackup(sandbox);
  expect(code, stderr).toBe(0);
  expect(lastRecord(sandbox).verified).toBe(true);
});

test('extract does not overwrite a live system', async () => {
  const sandbox = createSandbox({ files: plainHost });
  expect((await runBackup(sandbox)).code).toBe(0);
  const archive = lastRecord(sandbox).archive_path;
  for (const target of ['/', '/etc', '/usr/local/x', sandbox.root]) {
    const { code, stderr } = await runProgram(['extract', archive, '--to', target, '--root', sandbox.root]);
    expect([target, code]).toEqual([target, 14]);
    expect(stderr).toContain('live system');
  }
});
