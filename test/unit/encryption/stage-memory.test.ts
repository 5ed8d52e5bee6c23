import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const isSlow = process.env.PROXSAVE_SLOW_TESTS === '1';

test.skipIf(!isSlow)(
  '512 MiB pass through encryption and decryption in less than 200 MiB of memory (PROXSAVE_SLOW_TESTS=1)',
  () => {
    const child = join(import.meta.dirname, 'stage-memory-child.ts');
    const output = execFileSync(process.execPath, [child, String(512 * 1024 * 1024)], { encoding: 'utf8' });
    const result = JSON.parse(output) as { isEqual: boolean; bytes: number; peakKib: number };
    expect(result.isEqual).toBe(true);
    expect(result.bytes).toBe(512 * 1024 * 1024);
    expect(result.peakKib).toBeLessThan(200 * 1024);
  },
  120_000,
);
