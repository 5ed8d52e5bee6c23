// What is really used, from what the configuration asks for.

import { expect, test } from 'vitest';
import {
  type CompressionMode,
  type CompressionRequest,
  type CompressionType,
  compressionTypes,
} from '../../../src/archiver/codec.ts';
import { resolveCodec } from '../../../src/archiver/resolve-codec.ts';
import { UsageError } from '../../../src/errors.ts';
import type { Finding } from '../../../src/findings.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host } from '../../../src/host/host.ts';

const gibibyte = 1024 ** 3;

function hostWith(programs: readonly string[], memoryBytes = 16 * gibibyte): Host {
  const host = createHost();
  const find = (name: string) => (programs.includes(name) ? `/usr/bin/${name}` : undefined);
  return {
    ...host,
    tools: { ...host.tools, find },
    process: { ...host.process, cpuCount: 6, memoryBytes },
  };
}

const allPrograms = ['pigz', 'bzip2', 'pbzip2', 'xz', 'lzma'];

function resolve(request: Partial<CompressionRequest>, host = hostWith(allPrograms)) {
  const findings: Finding[] = [];
  const full: CompressionRequest = {
    type: 'zst',
    level: undefined,
    mode: 'standard',
    threads: 0,
    ...request,
  };
  const resolved = resolveCodec(host, full, (finding) => findings.push(finding));
  return { ...resolved, findings };
}

test.each<[CompressionMode, number, Record<CompressionType, number>]>([
  ['fast', 5, { none: 0, gz: 1, pigz: 1, bz2: 1, xz: 1, lzma: 1, zst: 1 }],
  ['standard', 5, { none: 0, gz: 5, pigz: 5, bz2: 5, xz: 5, lzma: 5, zst: 5 }],
  ['maximum', 5, { none: 0, gz: 9, pigz: 9, bz2: 9, xz: 9, lzma: 9, zst: 19 }],
  ['ultra', 5, { none: 0, gz: 9, pigz: 9, bz2: 9, xz: 9, lzma: 9, zst: 22 }],
])('mode %s with level %i decides the level of every type', (mode, level, expected) => {
  const levels = compressionTypes.map((type) => [type, resolve({ type, mode, level }).level]);
  expect(Object.fromEntries(levels)).toEqual(expected);
});

test('no level means the default of the codec', () => {
  expect(resolve({ type: 'zst' }).level).toBe(3);
  expect(resolve({ type: 'xz' }).level).toBe(6);
});

test.each<[CompressionType, number]>([
  ['gz', 0],
  ['gz', 10],
  ['bz2', 0],
  ['xz', 10],
  ['xz', -1],
  ['zst', 23],
  ['zst', 1.5],
])('%s refuses level %d and says which it takes', (type, level) => {
  expect(() => resolve({ type, level })).toThrow(UsageError);
  expect(() => resolve({ type, level })).toThrow(`COMPRESSION_LEVEL=${level}`);
});

test('threads: 0 is one a processor, others are kept, negative ones refused', () => {
  expect(resolve({ threads: 0 }).threads).toBe(6);
  expect(resolve({ threads: 2 }).threads).toBe(2);
  expect(() => resolve({ threads: -1 })).toThrow(UsageError);
});

test.each<[CompressionType, string]>([
  ['pigz', 'pigz'],
  ['xz', 'xz'],
  ['lzma', 'lzma or xz'],
  ['bz2', 'bzip2 or pbzip2'],
])('without a program for %s, gz is used with a warning that names %s', (type, programs) => {
  const { codec, level, findings, ...rest } = resolve({ type, level: 9 }, hostWith([]));
  expect([codec.type, rest.type, level]).toEqual(['gz', 'gz', 6]);
  expect(findings).toEqual([
    expect.objectContaining({
      severity: 'warning',
      code: 'compression-fallback',
      message: expect.stringContaining(programs) as string,
    }),
  ]);
});

test('one of two programs is enough', () => {
  expect(resolve({ type: 'bz2' }, hostWith(['pbzip2']))).toMatchObject({ type: 'bz2', findings: [] });
  expect(resolve({ type: 'lzma' }, hostWith(['xz']))).toMatchObject({ type: 'lzma', findings: [] });
});

test('memory is capped at a quarter of the host\u2019s, but never below what works', () => {
  expect(resolve({ type: 'xz' }).memoryLimitBytes).toBe(4 * gibibyte);
  expect(resolve({ type: 'xz' }, hostWith(['xz'], gibibyte / 2)).memoryLimitBytes).toBe(gibibyte / 4);
});

test('zstd ultra is lowered, and said to be, on a host with little memory', () => {
  const { level, findings } = resolve({ mode: 'ultra' }, hostWith([], 2 * gibibyte));
  expect(level).toBe(19);
  expect(findings.map((finding) => finding.code)).toEqual(['compression-level-lowered']);
});
