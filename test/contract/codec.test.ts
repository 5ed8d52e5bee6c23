// One suite for every codec, against the host's own programs in both directions.

import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CompressionSettings,
  type CompressionType,
  compressionTypes,
} from '../../src/archiver/codec.ts';
import { codecFor, codecForExtension } from '../../src/archiver/codecs/index.ts';
import { createProgramStage } from '../../src/archiver/codecs/program-stage.ts';
import { CompressionError } from '../../src/errors.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';

const host = createHost();
const peers: Record<CompressionType, string> = {
  none: 'cat',
  gz: 'gzip',
  pigz: 'pigz',
  bz2: 'bzip2',
  xz: 'xz',
  lzma: 'lzma',
  zst: 'zstd',
};
const external: CompressionType[] = compressionTypes.filter((type) => codecFor(type).programs.length > 0);

/** Half of it compressible; more than the buffers on the way to a program hold. */
const sample = Buffer.concat([randomBytes(300_000), Buffer.from(textOfLines(10_000)), randomBytes(3000)]);

function textOfLines(count: number): string {
  return Array.from({ length: count }, (_, line) => `option-${line} = value\n`).join('');
}

let stubs: string;
beforeAll(() => {
  stubs = mkdtempSync(join(tmpdir(), 'codec-'));
});
afterAll(() => {
  rmSync(stubs, { recursive: true });
});

function settingsFor(type: CompressionType, more: Partial<CompressionSettings> = {}): CompressionSettings {
  return { type, level: codecFor(type).levels?.min ?? 0, mode: 'standard', threads: 2, ...more };
}

async function pass(input: Buffer, stage: Duplex, pieceBytes = 100_000): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < input.length; at += pieceBytes) pieces.push(input.subarray(at, at + pieceBytes));
  const output: Buffer[] = [];
  await pipeline(Readable.from(pieces), stage, async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) output.push(chunk);
  });
  return Buffer.concat(output);
}

const compress = (type: CompressionType, input: Buffer, more: Partial<CompressionSettings> = {}) =>
  pass(input, codecFor(type).compress(host, settingsFor(type, more)));
const decompress = (type: CompressionType, input: Buffer) => pass(input, codecFor(type).decompress(host));

function runPeer(type: CompressionType, options: readonly string[], input: Buffer): Buffer {
  return execFileSync(peers[type], type === 'none' ? [] : options, { input, maxBuffer: 64 * 1024 * 1024 });
}

/** A host on which `name` is a shell script of ours. */
function hostWithStub(name: string, script: string): Host {
  const directory = mkdtempSync(join(stubs, 'bin-'));
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, name), 0o755);
  return createHost({ env: { ...process.env, PATH: `${directory}:${process.env.PATH ?? ''}` } });
}

function hostWithout(...names: string[]): Host {
  const find = (name: string) => (names.includes(name) ? undefined : host.tools.find(name));
  return { ...host, tools: { ...host.tools, find } };
}

const isMissing = (program: string) => spawnSync(program, ['--version']).error !== undefined;

describe.each(compressionTypes)('codec %s', (type) => {
  const peerIsMissing = isMissing(peers[type]);
  const { levels } = codecFor(type);

  test.skipIf(peerIsMissing)(
    'what it writes the host\u2019s program reads (skipped without the program)',
    async () => {
      expect(runPeer(type, ['-d', '-c'], await compress(type, sample)).equals(sample)).toBe(true);
    },
  );

  test.skipIf(peerIsMissing)(
    'it reads what the host\u2019s program writes (skipped without the program)',
    async () => {
      expect((await decompress(type, runPeer(type, ['-c'], sample))).equals(sample)).toBe(true);
    },
  );

  test.skipIf(peerIsMissing)('an empty stream stays empty (skipped without the program)', async () => {
    const packed = await compress(type, Buffer.alloc(0));
    expect(runPeer(type, ['-d', '-c'], packed)).toHaveLength(0);
    expect(await decompress(type, packed)).toHaveLength(0);
  });

  test.skipIf(peerIsMissing || levels === null)(
    'its highest level in mode ultra is read back (skipped without the program)',
    async () => {
      const input = sample.subarray(250_000, 400_000);
      const packed = await compress(type, input, { level: levels?.max ?? 0, mode: 'ultra' });
      expect(runPeer(type, ['-d', '-c'], packed).equals(input)).toBe(true);
    },
  );

  test.skipIf(peerIsMissing || type === 'none')('one thread makes a stream as good as several', async () => {
    const packed = await compress(type, sample, { threads: 1 });
    expect(runPeer(type, ['-d', '-c'], packed).equals(sample)).toBe(true);
  });

  test.skipIf(peerIsMissing || type === 'none')(
    'a stream that is cut short is a CompressionError, not a short content',
    async () => {
      const packed = await compress(type, sample);
      for (const keptBytes of [0, 1, packed.length >> 1, packed.length - 1]) {
        await expect(decompress(type, packed.subarray(0, keptBytes))).rejects.toThrow(CompressionError);
      }
    },
  );

  // .lzma has no checksum.
  test.skipIf(peerIsMissing || type === 'none' || type === 'lzma')(
    'a changed byte is a CompressionError',
    async () => {
      const packed = Buffer.from(await compress(type, sample));
      const middle = packed.length >> 1;
      packed[middle] = (packed[middle] ?? 0) ^ 0xff;
      await expect(decompress(type, packed)).rejects.toThrow(CompressionError);
    },
  );

  test('its extension leads back to a codec that reads it', async () => {
    const reader = codecForExtension(codecFor(type).extension)!;
    const packed = await compress(type, sample.subarray(0, 100_000));
    expect((await pass(packed, reader.decompress(host))).equals(sample.subarray(0, 100_000))).toBe(true);
  });
});

describe.each(external)('the program of codec %s', (type) => {
  const program = codecFor(type).programs.includes('pbzip2') ? 'pbzip2' : peers[type];
  const compressOn = (stubHost: Host) => pass(sample, codecFor(type).compress(stubHost, settingsFor(type)));

  test('that is killed half-way fails the stream and is named with its signal', async () => {
    const work = compressOn(hostWithStub(program, 'head -c 1000; kill -KILL $$'));
    await expect(work).rejects.toThrow(CompressionError);
    await expect(work).rejects.toThrow(`${program} failed to compress: it was killed by SIGKILL`);
    await expect(work).rejects.toHaveProperty('hint', expect.stringContaining('memory'));
  });

  test('that exits with an error is quoted, even when it has read and written everything', async () => {
    const work = compressOn(
      hostWithStub(program, 'cat; echo "some detail" >&2; echo "no room left" >&2; exit 2'),
    );
    await expect(work).rejects.toThrow(CompressionError);
    await expect(work).rejects.toThrow(/ended with exit code 2: some detail; no room left/);
  });

  test('that ends well without reading its input is an error all the same', async () => {
    const work = compressOn(hostWithStub(program, 'head -c 10; exit 0'));
    await expect(work).rejects.toThrow(`${program} stopped reading before the end of its input`);
  });
});

test('a program that is not there is a CompressionError with what to install', async () => {
  const work = pass(sample, createProgramStage(host, ['/nonexistent/xz', '-c'], 'compress'));
  await expect(work).rejects.toThrow(CompressionError);
  await expect(work).rejects.toHaveProperty('hint', expect.stringContaining('apt install'));
});

test('a destroyed stage takes the whole process group with it', async () => {
  const pidFile = join(stubs, 'pid');
  const stubHost = hostWithStub('xz', `sleep 1000 & echo $! > ${pidFile}; echo started; wait`);
  const stage = codecFor('xz').compress(stubHost, settingsFor('xz'));
  await new Promise((resolve) => stage.once('data', resolve));
  const closed = new Promise((resolve) => stage.once('close', resolve));
  stage.destroy();
  await closed;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await expect.poll(() => isRunning(pid)).toBe(false);
});

describe('a program that hangs', () => {
  const onStub = (script: string, action: 'compress' | 'decompress') =>
    createProgramStage(hostWithStub('xz', script), ['xz'], action, { inactivityMs: 500 });

  test.each([
    ['reading nothing', 'exec sleep 1000', sample],
    ['reading nothing of an input that fits in the pipe', 'exec sleep 1000', Buffer.from('x')],
    ['half-way', 'head -c 200000; exec sleep 1000', sample],
    ['after all was read and written', 'cat; exec sleep 1000', sample],
  ])('%s is killed and named', async (_title, script, input) => {
    for (const action of ['compress', 'decompress'] as const) {
      const work = pass(input, onStub(script, action));
      await expect(work).rejects.toThrow(CompressionError);
      await expect(work).rejects.toThrow(new RegExp(`^xz failed to ${action}: it hangs`));
    }
  });

  test('is not one that waits for us: for input that is late, or for its output to be taken', async () => {
    const lateInput = async function* () {
      yield Buffer.from('early ');
      await setTimeout(1200);
      yield Buffer.from('late');
    };
    const output: Buffer[] = [];
    await pipeline(lateInput, onStub('exec cat', 'compress'), async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) output.push(chunk);
    });
    expect(Buffer.concat(output).toString()).toBe('early late');

    const stage = onStub('exec cat', 'decompress');
    stage.end(sample);
    await setTimeout(1200);
    let received = 0;
    for await (const chunk of stage) received += (chunk as Buffer).length;
    expect(received).toBe(sample.length);
  });

  test('is not one that is slow', async () => {
    const slow = 'for i in 1 2 3 4 5 6; do sleep 0.25; head -c 10; done; exec cat';
    const output = await pass(sample, onStub(slow, 'compress'));
    expect(output.equals(sample)).toBe(true);
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a slow reader holds the writer back', async () => {
  const stage = createProgramStage(host, ['cat'], 'compress');
  const piece = Buffer.alloc(256 * 1024);
  let accepted = 0;
  const feed = async () => {
    for (let count = 0; count < 200; count += 1) {
      await new Promise<void>((resolve) => stage.write(piece, () => resolve()));
      accepted += piece.length;
    }
    stage.end();
  };
  const feeding = feed();
  await setTimeout(200);
  expect(accepted).toBeLessThan(2 * 1024 * 1024);
  let received = 0;
  for await (const chunk of stage) received += (chunk as Buffer).length;
  await feeding;
  expect(received).toBe(200 * piece.length);
});

describe('zstd frames', () => {
  test.skipIf(isMissing('zstd'))('made on several threads are one stream for zstd', async () => {
    const large = Buffer.concat([randomBytes(5_000_000), Buffer.alloc(20_000_000, sample)]);
    const packed = await compress('zst', large);
    expect(runPeer('zst', ['-d', '-c'], packed).equals(large)).toBe(true);
    expect((await decompress('zst', packed)).equals(large)).toBe(true);
  });

  const zstd = (input: string) => runPeer('zst', ['-c'], Buffer.from(input));
  const skippable = Buffer.concat([Buffer.from('582a4d18' + '05000000', 'hex'), Buffer.from('skip!')]);

  test.skipIf(isMissing('zstd'))('that follow each other are all read, whatever the pieces', async () => {
    const packed = Buffer.concat([zstd('one '), skippable, zstd('two '), zstd(''), zstd('three')]);
    for (const pieceBytes of [1, 2, 3, 7, 1000]) {
      const content = await pass(packed, codecFor('zst').decompress(host), pieceBytes);
      expect(content.toString()).toBe('one two three');
    }
  });

  test.skipIf(isMissing('zstd'))('followed by something else, or by half a frame, are an error', async () => {
    for (const rest of [Buffer.from('something else'), zstd('two').subarray(0, 5)]) {
      await expect(decompress('zst', Buffer.concat([zstd('one'), rest]))).rejects.toThrow(CompressionError);
    }
  });
});

test('bzip2 and pbzip2, lzma and xz stand in for each other', async () => {
  for (const [type, missing] of [
    ['bz2', 'bzip2'],
    ['bz2', 'pbzip2'],
    ['lzma', 'lzma'],
  ] as const) {
    const poorHost = hostWithout(missing);
    const codec = codecFor(type);
    for (const threads of [1, 2]) {
      const packed = await pass(sample, codec.compress(poorHost, settingsFor(type, { threads })));
      expect((await pass(packed, codec.decompress(poorHost))).equals(sample)).toBe(true);
    }
  }
});

test('xz and lzma keep to their memory limit and still work', async () => {
  for (const type of ['xz', 'lzma'] as const) {
    const packed = await compress(type, sample, { level: 9, memoryLimitBytes: 64 * 1024 * 1024 });
    expect((await decompress(type, packed)).equals(sample)).toBe(true);
  }
  await expect(compress('xz', sample, { level: 9, memoryLimitBytes: 1024 * 1024 })).rejects.toThrow(
    /[Mm]emory/,
  );
});

test.each<[CompressionType, Partial<CompressionSettings>, string]>([
  ['pigz', { level: 3, threads: 4 }, '-p4 -3 -c'],
  ['pigz', { level: 9, mode: 'maximum', threads: 0 }, '-9 --best -c'],
  ['xz', { level: 9, mode: 'ultra', threads: 3 }, '-9 -T3 --extreme -c'],
  ['xz', { level: 1, threads: 0, memoryLimitBytes: 5 }, '-1 -T0 --memlimit-compress=5 -c'],
  ['bz2', { level: 7, threads: 4 }, '-7 -p4 -c'],
  ['lzma', { level: 9, mode: 'ultra' }, '-9e -c'],
  ['lzma', { level: 2 }, '-2 -c'],
])('%s with %o is called as %s', async (type, more, commandLine) => {
  const program = type === 'bz2' ? 'pbzip2' : peers[type];
  const stubHost = hostWithStub(program, 'cat > /dev/null; echo "$@"');
  const output = await pass(Buffer.from('x'), codecFor(type).compress(stubHost, settingsFor(type, more)));
  expect(output.toString()).toBe(`${commandLine}\n`);
});
