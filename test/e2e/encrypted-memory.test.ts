import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createEncryptedHost } from '../support/encrypted-host.ts';
import { hasPrograms } from '../support/needs.ts';
import { runBackup } from '../support/run-program.ts';
import { lastRecord } from '../support/sandbox.ts';
import { plainArchive } from '../support/unpack.ts';

const isSlow = process.env.PROXSAVE_SLOW_TESTS === '1' && hasPrograms('age', 'age-keygen', 'sha256sum');
const main = join(import.meta.dirname, '../../src/main.ts');
const mebibyte = 1024 ** 2;

test.skipIf(!isSlow)(
  'a file of 512 MiB is backed up encrypted, and read back, in less than 260 MiB with one thread (PROXSAVE_SLOW_TESTS=1, age)',
  { timeout: 300_000 },
  async () => {
    const host = createEncryptedHost({
      env: { MAX_FILE_SIZE: '0', COMPRESSION_TYPE: 'zst', COMPRESSION_THREADS: '1' },
    });
    const large = join(host.root, 'root/large.bin');
    const fd = openSync(large, 'w');
    for (let count = 0; count < 512; count += 1) writeSync(fd, randomBytes(mebibyte));
    closeSync(fd);
    const peak = join(host.base, 'peak');
    const preload = join(host.base, 'report-peak.cjs');
    const report = `require('node:fs').writeFileSync('${peak}', String(process.resourceUsage().maxRSS))`;
    writeFileSync(preload, `process.on('exit', () => ${report});`);
    const { code, stderr } = await runBackup(host, {
      // The launcher drops NODE_OPTIONS, so the program is started without it, and without the options it gives to Node.
      wrapper: ['sh', '-c', `shift; exec ${process.execPath} --require=${preload} ${main} "$@"`, 'sh'],
    });
    expect(code, stderr).toBe(0);
    expect(Number(readFileSync(peak, 'utf8')) / 1024).toBeLessThan(260);
    const { archive_path: archive, verified } = lastRecord(host);
    expect(verified).toBe(true);
    const script = 'age -d -i "$1" "$2" | zstd -dc | tar -xO ./root/large.bin | sha256sum';
    const theirs = execFileSync('sh', ['-c', script, 'sh', host.key.path, plainArchive(archive)], {
      encoding: 'utf8',
    });
    const ours = execFileSync('sha256sum', [large], { encoding: 'utf8' });
    expect(theirs.slice(0, 64)).toBe(ours.slice(0, 64));
  },
);
