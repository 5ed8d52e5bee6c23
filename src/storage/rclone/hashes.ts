// Hashes of the file here, to compare with those that the remote gives. Node computes the usual ones; the special ones of
// providers (OneDrive, Dropbox, ...) come from rclone itself, which is fed the same bytes.

import { createHash } from 'node:crypto';
import { StorageError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';
import type { FilterProcess } from '../../host/programs.ts';

/** The strongest first; names as rclone has them. */
const byStrength = [
  'sha256',
  'sha512',
  'blake3',
  'dropbox',
  'whirlpool',
  'sha1',
  'hidrive',
  'mailru',
  'md5',
  'quickxor',
  'xxh128',
  'xxh3',
  'crc32',
] as const;
const nodeHashes: readonly string[] = ['sha256', 'sha512', 'sha1', 'md5'];

/** The best of the hashes that a remote offers; undefined when none is known to us. */
export function bestHash(offered: readonly string[]): string | undefined {
  return byStrength.find((name) => offered.includes(name));
}

export interface LocalDigest {
  sizeBytes: number;
  /** Lower-case hex by name of the hash. */
  hashes: ReadonlyMap<string, string>;
}

/** Reads a file once for all these hashes. Throws the system's errors, and StorageError when rclone cannot compute one. */
export async function digestLocal(
  host: Host,
  path: RealPath,
  names: readonly string[],
  signal: AbortSignal,
): Promise<LocalDigest> {
  const wanted = [...new Set(names)];
  const fd = host.fs.openFollowing(path);
  const digests = wanted.map((name) =>
    nodeHashes.includes(name) ? nodeDigest(name) : rcloneDigest(host, name),
  );
  const stopAll = () => {
    for (const digest of digests) digest.stop();
  };
  signal.addEventListener('abort', stopAll, { once: true });
  try {
    const sizeBytes = await readAll(host, fd, signal, async (piece) => {
      for (const digest of digests) await digest.update(piece);
    });
    const values = await Promise.all(digests.map((digest) => digest.end()));
    return { sizeBytes, hashes: new Map(wanted.map((name, index) => [name, values[index] ?? ''])) };
  } finally {
    host.fs.close(fd);
    signal.removeEventListener('abort', stopAll);
    stopAll();
  }
}

/** Calls with each piece, which is only valid until the call settles. Gives the size. */
async function readAll(
  host: Host,
  fd: number,
  signal: AbortSignal,
  onPiece: (piece: Buffer) => Promise<void>,
): Promise<number> {
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  let position = 0;
  for (;;) {
    signal.throwIfAborted();
    const count = await host.fs.readAsync(fd, buffer, 0, buffer.length, position);
    if (count === 0) return position;
    await onPiece(buffer.subarray(0, count));
    position += count;
  }
}

interface Digest {
  update(piece: Buffer): Promise<void>;
  end(): Promise<string>;
  stop(): void;
}

function nodeDigest(name: string): Digest {
  const hash = createHash(name);
  return {
    update: (piece) => {
      hash.update(piece);
      return Promise.resolve();
    },
    end: () => Promise.resolve(hash.digest('hex')),
    stop: () => undefined,
  };
}

/** `rclone hashsum NAME` without a path hashes its stdin; only rclone's own failure can stop it. */
function rcloneDigest(host: Host, name: string): Digest {
  const filter = host.tools.startFilter({
    argv: ['rclone', 'hashsum', name, '--config=', '--log-file=', '--ask-password=false'],
  });
  const output = collect(filter);
  let isEnded = false;
  filter.stdin.on('error', () => undefined);
  void filter.ended.then(() => {
    isEnded = true;
    filter.stdin.destroy();
  });
  return {
    update: (piece) =>
      new Promise((resolve) => {
        if (isEnded || filter.stdin.destroyed) resolve();
        // A write that fails means that rclone is gone: `end` tells.
        else filter.stdin.write(Buffer.from(piece), () => resolve());
      }),
    end: async () => {
      filter.stdin.end();
      const { exitCode } = await filter.ended;
      const value = /^[0-9a-f]+(?=\s)/.exec(await output)?.[0];
      if (exitCode === 0 && value !== undefined) return value;
      throw new StorageError(`rclone cannot compute the hash ${name} of a file of this machine`, {
        hint: `try \`rclone hashsum ${name} FILE\` by hand, or set CLOUD_VERIFY_CHECKSUM=false`,
      });
    },
    stop: () => {
      if (!isEnded) filter.kill();
    },
  };
}

async function collect(filter: FilterProcess): Promise<string> {
  let text = '';
  try {
    for await (const chunk of filter.stdout as AsyncIterable<Buffer>) text += chunk.toString('latin1');
  } catch {
    // Killed: nobody waits for the text any more.
  }
  return text;
}
