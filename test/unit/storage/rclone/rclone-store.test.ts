// What the contract suite does not know: proofs, settings, configuration, damage on the remote, killed runs.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { InterruptedError, VerificationError } from '../../../../src/errors.ts';
import { createHost } from '../../../../src/host/create-host.ts';
import { asRealPath } from '../../../../src/host/host.ts';
import { findConfigFile } from '../../../../src/storage/rclone/config-file.ts';
import { bestHash, digestLocal } from '../../../../src/storage/rclone/hashes.ts';
import { problemIn } from '../../../../src/storage/rclone/rclone-error.ts';
import { hasPrograms } from '../../../support/needs.ts';
import { serveRemote, writeRcloneConfig } from '../../../support/rclone-remotes.ts';
import { hostWithoutPauses, rcloneStore, type TestStoreOptions } from '../../../support/rclone-store.ts';
import { addRcloneScript, addRcloneThatCannotMove } from '../../../support/rclone-stub.ts';
import { putRequest, scratchDirectory } from '../../../support/store-suite.ts';

const never = new AbortController().signal;
const name = 'node1-backup-20260724-020000.tar.zst.bundle.tar';
const small = Buffer.from('a small archive\n');
const sha1Of = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex');

/** A store on a local directory, with a script in place of rclone when there is one. */
function localStore(options: Partial<TestStoreOptions> = {}, script?: (base: string) => string) {
  const base = scratchDirectory();
  const directory = join(base, 'place');
  const stubs = script === undefined ? '' : `${addRcloneScript(base, script(base))}:`;
  const { host, pauses } = hostWithoutPauses({ PATH: `${stubs}${process.env.PATH ?? ''}` });
  const store = rcloneStore(host, { remote: directory, ...options });
  const names = () => readdirSync(directory).sort();
  return { base, directory, host, store, pauses, names };
}

async function rejection(promise: Promise<unknown>): Promise<Error & { hint?: string }> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error('it did not fail');
}

describe.skipIf(!hasPrograms('rclone'))('the cloud tier', () => {
  describe('proof', () => {
    test.each([
      [
        'sftp',
        { checksum: true, download: false },
        { proof: 'remote-hash', hash: 'sha1', hashValue: sha1Of(small) },
      ],
      ['sftp', { checksum: false, download: true }, { proof: 'size-only' }],
      ['webdav', { checksum: true, download: false }, { proof: 'size-only' }],
      ['webdav', { checksum: true, download: true }, { proof: 'read-back' }],
    ] as const)('on %s with %j is %j', async (kind, proof, expected) => {
      const server = await serveRemote(kind);
      try {
        const configFile = join(scratchDirectory(), 'rclone.conf');
        writeRcloneConfig(configFile, { nas: { kind, port: server.port } });
        const store = rcloneStore(hostWithoutPauses().host, { remote: 'nas', path: 'x', configFile, proof });
        await store.prepare(never);
        expect(await store.put(putRequest(small, name))).toEqual({ status: 'stored', ...expected });
        expect(await store.put(putRequest(small, name))).toEqual({ status: 'already-there', ...expected });
      } finally {
        server.stop();
      }
    });

    test.each([
      ['cut short', 'truncate -s 5 "$file"'],
      ['altered', 'printf X | dd of="$file" conv=notrunc status=none'],
      ['not there', 'rm "$file"'],
    ])('a copy that is %s on the remote is never accepted', async (_, damage) => {
      const { store, names, pauses } = localStore(
        {},
        () => `[ "$1" = copyto ] || exec "$RCLONE_REAL" "$@"
"$RCLONE_REAL" "$@" || exit
for file; do :; done
${damage}`,
      );
      await store.prepare(never);
      expect(await rejection(store.put(putRequest(small, name)))).toBeInstanceOf(VerificationError);
      expect(pauses).toEqual([2000, 4000]);
      expect(names()).toEqual([]);
    });

    test.each([
      ['a directory of this machine', (directory: string) => ({ remote: directory })],
      ['a remote that leads back here', (directory: string) => ({ remote: `:alias,remote="${directory}":` })],
    ])('%s that is the directory of the source holds no copy of it', async (_, remoteAt) => {
      const directory = scratchDirectory();
      const { store } = localStore(remoteAt(directory));
      writeFileSync(join(directory, name), small);
      const request = { ...putRequest(small, name), source: asRealPath(join(directory, name)) };
      await store.prepare(never);
      expect((await rejection(store.put(request))).message).toMatch(/is no copy: it is .* itself/);
      expect(readdirSync(directory)).toEqual([name]);
    });

    test('a copy that was damaged once is sent again', async () => {
      const { store, names } = localStore(
        {},
        (base) => `[ "$1" = copyto ] || exec "$RCLONE_REAL" "$@"
"$RCLONE_REAL" "$@" || exit
mkdir '${base}/once' 2>/dev/null || exit 0
for file; do :; done
truncate -s 5 "$file"`,
      );
      await store.prepare(never);
      expect((await store.put(putRequest(small, name))).status).toBe('stored');
      expect(names()).toEqual([name]);
    });

    test('hashes of providers come from rclone and are those of the file', async () => {
      const file = asRealPath(join(scratchDirectory(), 'file'));
      writeFileSync(file, randomBytes(2_500_000));
      const digest = await digestLocal(createHost(), file, ['sha256', 'quickxor', 'dropbox', 'md5'], never);
      for (const [hash, value] of digest.hashes) {
        const said = execFileSync('rclone', ['hashsum', hash, '--config=', file], { encoding: 'utf8' });
        expect(said.split(' ')[0]).toBe(value);
      }
      expect(digest.sizeBytes).toBe(2_500_000);
    });

    test('the strongest hash that both sides know is taken', () => {
      expect(bestHash(['md5', 'sha1', 'crc32'])).toBe('sha1');
      expect(bestHash(['quickxor'])).toBe('quickxor');
      expect(bestHash(['unheard-of'])).toBeUndefined();
      expect(bestHash([])).toBeUndefined();
    });
  });

  describe('settings', () => {
    test('reach rclone; secrets are in no argument', async () => {
      const { base, store } = localStore(
        {
          remote: ':alias,remote="/":' + scratchDirectory(),
          flags: ['--checkers', '3', '--sftp-pass', 'hidden', '--log-file', '/nonexistent/log', '--stats=0'],
          bandwidthLimit: '10M',
          transfers: 7,
        },
        (stub) =>
          `printf '%s\\n' "$@" "pass: $RCLONE_SFTP_PASS" >> '${stub}/calls'; exec "$RCLONE_REAL" "$@"`,
      );
      await store.prepare(never);
      expect((await store.put(putRequest(small, name))).status).toBe('stored');
      const calls = readFileSync(join(base, 'calls'), 'utf8').split('\n');
      for (const each of ['3', '--bwlimit=10M', '--transfers=7', '--config=', 'pass: hidden']) {
        expect(calls).toContain(each);
      }
      expect(calls.filter((line) => line.includes('hidden') && !line.startsWith('pass: '))).toEqual([]);
      expect(calls.filter((line) => line.includes('alias'))).toEqual([]);
    });

    test('files are removed in batches with pauses between them', async () => {
      const { store, directory, pauses, names } = localStore({ batchSize: 2, batchPauseMs: 700 });
      await store.prepare(never);
      const all = ['a.tar', 'b.tar', 'c.tar', 'd.tar', 'e.tar'];
      for (const each of all) writeFileSync(join(directory, each), small);
      expect(await store.remove(all, never)).toEqual([]);
      expect(pauses).toEqual([700, 700]);
      expect(names()).toEqual([]);
    });

    test('files in directories below do not belong to the place', async () => {
      const { store, directory } = localStore();
      await store.prepare(never);
      mkdirSync(join(directory, 'below'));
      writeFileSync(join(directory, 'below', name), small);
      expect(await store.list(never)).toEqual([]);
    });
  });

  describe('what is missing is named', () => {
    test('the program', async () => {
      const { host } = hostWithoutPauses();
      const tools = { ...host.tools, find: () => undefined, run: () => host.tools.run(missingProgram) };
      const without = { ...host, tools };
      const error = await rejection(rcloneStore(without, { remote: '/tmp' }).prepare(never));
      expect(error.message).toContain('rclone is not installed');
      expect(error.hint).toContain('apt install rclone');
    });

    test('the configuration file', async () => {
      const store = rcloneStore(hostWithoutPauses().host, {
        remote: 'nas',
        configFile: '/nonexistent/rclone.conf',
      });
      const error = await rejection(store.prepare(never));
      expect(problemIn(error)).toBe('remote');
      expect(error.message).toContain('/nonexistent/rclone.conf');
      expect(error.hint).toContain('rclone config');
    });

    test('the remote, with those that there are', async () => {
      const configFile = join(scratchDirectory(), 'rclone.conf');
      writeRcloneConfig(configFile, { nas: 'type = local', 'my drive': 'type = local' });
      const store = rcloneStore(hostWithoutPauses().host, { remote: 'nos:x', configFile });
      for (const error of [await rejection(store.prepare(never)), await rejection(store.list(never))]) {
        expect(problemIn(error)).toBe('remote');
        expect(error.hint).toMatch(/my drive: nas:/);
      }
    });

    test('the right password', async () => {
      for (const kind of ['webdav', 'sftp'] as const) {
        const server = await serveRemote(kind);
        try {
          const configFile = join(scratchDirectory(), 'rclone.conf');
          writeRcloneConfig(configFile, { nas: { kind, port: server.port, password: 'wrong' } });
          const store = rcloneStore(hostWithoutPauses().host, { remote: 'nas', configFile });
          const error = await rejection(store.prepare(never));
          expect(problemIn(error)).toBe('auth');
          expect(error.hint).toContain('rclone config');
        } finally {
          server.stop();
        }
      }
    });

    test('a server that does not run is a network failure, after all attempts', async () => {
      const configFile = join(scratchDirectory(), 'rclone.conf');
      writeRcloneConfig(configFile, { nas: { kind: 'webdav', port: 1 } });
      const { host, pauses } = hostWithoutPauses();
      const error = await rejection(rcloneStore(host, { remote: 'nas', configFile }).prepare(never));
      expect(problemIn(error)).toBe('network');
      expect(pauses).toEqual([2000, 4000]);
    });
  });

  describe('an unfinished upload', () => {
    test('of a run that was killed is not accepted, is swept, and the next run stores the file', async () => {
      const { directory, names, store } = localStore();
      await store.prepare(never);
      const content = randomBytes(16 * 1024 * 1024);
      const request = putRequest(content, name);
      const options = JSON.stringify({ remote: directory, bandwidthLimit: '1M' });
      const script = join(import.meta.dirname, '../../../support/put-once.ts');
      const child = spawn(process.execPath, [script, options, request.source, name, String(content.length)], {
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => child.once('close', resolve));
      while (!names().some((each) => statSync(join(directory, each)).size > 0)) await sleep(20);
      expect(isRunning(directory)).toBe(true);
      child.kill('SIGKILL');
      await ended;
      // rclone itself ends with the pipe of its log.
      while (isRunning(directory)) await sleep(50);
      expect(names()).toHaveLength(1);
      expect(await store.list(never)).toEqual([]);
      expect(await store.sweep(never)).toHaveLength(1);
      expect((await store.put(request)).status).toBe('stored');
      expect(names()).toEqual([name]);
    });

    test('ends with an abort: within seconds, without a child, without a trace', async () => {
      const { directory, names, store } = localStore({ bandwidthLimit: '1M' });
      await store.prepare(never);
      const controller = new AbortController();
      const onBytes = () => controller.abort();
      const request = putRequest(randomBytes(16 * 1024 * 1024), name, { signal: controller.signal, onBytes });
      expect(await rejection(store.put(request))).toBeInstanceOf(InterruptedError);
      expect(isRunning(directory)).toBe(false);
      expect(names()).toEqual([]);
    });

    test('on a remote that cannot move files is known by the mark beside it', async () => {
      const base = scratchDirectory();
      const directory = join(base, 'place');
      const { host } = hostWithoutPauses({
        PATH: `${addRcloneThatCannotMove(base)}:${process.env.PATH ?? ''}`,
      });
      const store = rcloneStore(host, { remote: directory });
      await store.prepare(never);
      const mark = `.proxsave-1b2f8a60-${name}.uploading.partial`;
      writeFileSync(join(directory, name), 'half');
      writeFileSync(join(directory, mark), '');
      expect(await store.list(never)).toEqual([]);
      expect(await store.stat(name, never)).toBeUndefined();
      expect((await store.put(putRequest(small, name))).status).toBe('stored');
      expect(readdirSync(directory)).toEqual([name]);
      writeFileSync(join(directory, mark), '');
      expect(await store.sweep(never)).toEqual([name, mark]);
      expect(readdirSync(directory)).toEqual([]);
    });
  });
});

const missingProgram = { argv: ['/nonexistent/rclone'], timeoutMs: 1000, maxOutputBytes: 1 } as const;

/** Is there an rclone with this text among its arguments? */
function isRunning(text: string): boolean {
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return /^[^\0]*rclone\0/.test(argv) && argv.includes(text);
    } catch {
      return false;
    }
  });
}

describe('the configuration file of rclone', () => {
  const hostWith = (env: Record<string, string>, root = '/', uid = 0) => {
    const host = createHost({ env, root });
    return { ...host, process: { ...host.process, uid, cwd: '/srv' } };
  };

  test('is the one that was named, relative to the working directory', () => {
    expect(findConfigFile(hostWith({}), '/etc/rclone.conf')).toBe('/etc/rclone.conf');
    expect(findConfigFile(hostWith({}), 'mine.conf')).toBe('/srv/mine.conf');
  });

  test('is that of root when no home is known, as under systemd', () => {
    expect(findConfigFile(hostWith({}), undefined)).toMatch(/^\/root\/\.(config\/rclone\/)?rclone\.conf$/);
  });

  test('lies in the home of the user, where one exists', () => {
    const home = scratchDirectory();
    expect(findConfigFile(hostWith({ HOME: home }, '/', 1000), undefined)).toBe(
      `${home}/.config/rclone/rclone.conf`,
    );
    writeFileSync(join(home, '.rclone.conf'), '');
    expect(findConfigFile(hostWith({ HOME: home }, '/', 1000), undefined)).toBe(`${home}/.rclone.conf`);
  });

  test('of another root is the one on its disk', () => {
    const root = scratchDirectory();
    const found = findConfigFile(hostWith({ HOME: '/root' }, root), undefined);
    expect(found).toBe(`${root}/root/.config/rclone/rclone.conf`);
  });
});
