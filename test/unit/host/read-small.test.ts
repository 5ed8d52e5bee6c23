// Small files, and what may stand in their place: no wait and no memory without a bound.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { InterruptedError } from '../../../src/errors.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { readSmall } from '../../../src/host/read-small.ts';

const { fs } = createHost();

function place(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-small-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, name);
}

function fifo(): string {
  const path = place('fifo');
  execFileSync('mkfifo', [path]);
  return path;
}

const tooLarge = expect.objectContaining({ code: 'EFBIG' }) as unknown;

test('a FIFO that nobody writes to is empty, and an own file is not waited for at all', () => {
  const path = fifo();
  expect(readSmall(path, { writerWaitMs: 40 })).toEqual(Buffer.alloc(0));
  expect(fs.readTextIfExists(asRealPath(path))).toBe('');
});

test('what a writer brings late and in pieces is all there', async () => {
  const path = fifo();
  const writer = spawn('sh', ['-c', 'sleep 0.2; { printf one; sleep 0.2; printf two; } >"$1"', 'sh', path]);
  onTestFinished(() => {
    writer.kill('SIGKILL');
  });
  expect((await fs.readBytesAsync(asRealPath(path), { maxBytes: 100 })).toString()).toBe('onetwo');
});

test('an interrupt ends the wait for a writer that says nothing', async () => {
  const path = fifo();
  const writer = spawn('sh', ['-c', 'exec sleep 60 >"$1"', 'sh', path]);
  onTestFinished(() => {
    writer.kill('SIGKILL');
  });
  const controller = new AbortController();
  const reading = fs.readBytesAsync(asRealPath(path), { maxBytes: 100, signal: controller.signal });
  controller.abort();
  await expect(reading).rejects.toThrow(InterruptedError);
});

test('an endless device and a file beyond the limit are refused, not read', async () => {
  const [device, large] = [place('device'), place('large')];
  symlinkSync('/dev/zero', device);
  writeFileSync(large, '');
  truncateSync(large, 3 * 1024 ** 3);
  for (const path of [device, large].map((name) => asRealPath(name))) {
    await expect(fs.readBytesAsync(path, { maxBytes: 1000 })).rejects.toEqual(tooLarge);
    expect(() => fs.readTextIfExists(path, 1000)).toThrow(tooLarge);
  }
});
