// Encrypted archives that were altered or cut: they do not pass, and nothing of them is left as if it were good.

import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openArchive } from '../../src/archiver/read/open-archive.ts';
import { createHost } from '../../src/host/create-host.ts';
import { asRealPath } from '../../src/host/host.ts';
import { oldKeys } from '../support/old-archives/old-keys.ts';
import { createCliHost, runCli } from '../unit/cli/cli-host.ts';

const { identity, recipient } = oldKeys.v2;
/** Random, so that its size is not compressed away: several chunks of the encryption. */
const large = 'root/large.bin';

interface Made {
  base: string;
  root: string;
  bytes: Buffer;
  /** Where the encrypted archive lies in the bundle. */
  start: number;
  size: number;
}
let made: Made;

beforeAll(async () => {
  const host = createCliHost();
  const base = mkdtempSync(join(tmpdir(), 'proxsave-damage-'));
  mkdirSync(join(host.root, 'root'));
  writeFileSync(join(host.root, large), randomBytes(400_000));
  await host.backUp([], { env: { ENCRYPT_ARCHIVE: 'true', AGE_RECIPIENT: recipient } });
  const archive = join(host.backups, host.archives().find((name) => name.endsWith('.bundle.tar')) ?? '');
  const { offset, size } = await openArchive(createHost(), asRealPath(archive));
  made = { base, root: host.root, bytes: readFileSync(archive), start: offset, size };
  writeFileSync(join(base, 'key.txt'), `${identity}\n`);
  if (size < 4 * 65536) throw new Error('the archive has too few chunks to be cut between them');
  return () => {
    host.remove();
    rmSync(base, { recursive: true, force: true });
  };
});

const header = () => made.bytes.subarray(made.start).indexOf('\n---');
const places: [string, () => number][] = [
  ['the version line', () => 5],
  ['the key of the recipient', () => made.bytes.subarray(made.start).indexOf('X25519') + 12],
  ['the MAC of the header', () => header() + 10],
  ['the nonce', () => made.bytes.subarray(made.start).indexOf('\n', header() + 1) + 3],
  ['the first chunk', () => header() + 200],
  ['a chunk in the middle', () => Math.floor(made.size / 2)],
  ['the last byte', () => made.size - 1],
];
const flips = places.map(([what, at]): [string, () => Buffer] => [
  `one bit of ${what} flipped`,
  () => {
    const bytes = Buffer.from(made.bytes);
    const index = made.start + at();
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    return bytes;
  },
]);
const cuts = [0.1, 0.5, 0.99].map((part): [string, () => Buffer] => [
  `cut at ${part * 100} percent`,
  () => made.bytes.subarray(0, made.start + Math.floor(made.size * part)),
]);
const chunkCut: [string, () => Buffer] = [
  'cut behind a whole chunk',
  () => {
    const payload = made.start + made.bytes.subarray(made.start).indexOf('\n', header() + 1) + 1 + 16;
    return made.bytes.subarray(0, payload + 2 * (65536 + 16));
  },
];

describe.each([...flips, ...cuts, chunkCut])('%s', (_, damage) => {
  test('does not verify, and neither extract, cat nor decrypt leave anything that is not as it was', async () => {
    const place = mkdtempSync(join(made.base, 'case-'));
    const archive = join(place, 'pve1-backup-20260724-020000.tar.zst.age.bundle.tar');
    writeFileSync(archive, damage());
    const run = (...args: string[]) =>
      runCli([...args, '--identity', join(made.base, 'key.txt')], { env: { PATH: process.env.PATH ?? '' } });

    const verified = await run('verify', archive);
    expect(verified.code, verified.stderr).toBe(8);
    expect(verified.stdout).not.toContain('good');

    const to = join(place, 'out');
    expect((await run('extract', archive, '--to', to)).code).not.toBe(0);
    if (existsSync(to)) compareWithSource(to);

    const cat = await run('cat', `${archive}:/${large}`);
    if (cat.code === 0) expect(cat.stdout).toBe(readFileSync(join(made.root, large)).toString());

    const decrypted = await run('decrypt', archive, '-o', join(place, 'plain.bundle.tar'));
    expect(decrypted.code).not.toBe(0);
    expect(readdirSync(place).filter((name) => name.startsWith('plain'))).toEqual([]);
  });
});

/** Every file that is there has its whole content. */
function compareWithSource(to: string): void {
  for (const name of readdirSync(to, { recursive: true, encoding: 'buffer' }).map(String)) {
    const [copy, source] = [join(to, name), join(made.root, name)];
    if (!existsSync(source) || !existsSync(copy) || !statSync(copy).isFile()) continue;
    expect([name, readFileSync(copy).equals(readFileSync(source))]).toEqual([name, true]);
  }
}
