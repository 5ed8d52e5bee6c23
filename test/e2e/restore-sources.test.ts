// Where an archive may come from: a remote of rclone without any configuration, the tiers of this installation; and the
// passphrase of one that is encrypted.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasPrograms } from '../support/needs.ts';
import { serveRemote, writeRcloneConfig } from '../support/rclone-remotes.ts';
import { hostFacts, restore, restoredHost, savedHost, summaryOf, wreck } from '../support/restore-host.ts';
import { runBackup } from '../support/run-program.ts';
import { createSandbox, lastRecord, namesIn, writeHost } from '../support/sandbox.ts';
import { createTierSandbox } from '../support/tiers.ts';

const all = ['--with-review', '--yes'];

/** But for what the wreck has made and nobody removes. */
function restoredFacts(sandbox: { root: string }): string[] {
  rmSync(join(sandbox.root, 'etc/new.d'), { recursive: true, force: true });
  return hostFacts(sandbox as Parameters<typeof hostFacts>[0]).filter((line) => !line.endsWith(' etc'));
}

describe.skipIf(!hasPrograms('rclone'))('on a host without configuration, from a remote of rclone', () => {
  /** The archive of a host on a remote, and the same host without anything of its own, wrecked. */
  async function remoteArchive(directory: string, section: Parameters<typeof writeRcloneConfig>[1]) {
    const sandbox = await savedHost();
    const saved = restoredFacts(sandbox);
    wreck(sandbox);
    const config = join(sandbox.base, 'rclone.conf');
    writeRcloneConfig(config, section);
    const place = join(directory, 'hosts/node1');
    mkdirSync(place, { recursive: true });
    for (const name of namesIn(sandbox.backups))
      spawnSync('cp', ['-a', join(sandbox.backups, name), place], { stdio: 'ignore' });
    rmSync(sandbox.backups, { recursive: true });
    // Nothing but PATH and where rclone has its remotes, as an admin has set it up by hand.
    const bare = { ...sandbox, env: { PATH: sandbox.env.PATH ?? '', RCLONE_CONFIG: config } };
    return { bare, saved, name: basename(sandbox.archive) };
  }

  test('newest of its directory, one by name, and the name as part of the place', async () => {
    const directory = mkdtempSync(join(createSandbox().base, 'remote-'));
    const { bare, saved, name } = await remoteArchive(directory, {
      near: `type = alias\nremote = ${directory}`,
    });
    for (const from of [
      ['--from', 'near:hosts/node1'],
      ['--from', 'near:hosts/node1/'],
      ['--from', 'near:hosts/node1', name],
      ['--from', `near:hosts/node1/${name}`],
    ]) {
      const dry = await restore(bare, [...from, '--dry-run', '--json']);
      expect(dry.code, dry.stderr).toBe(0);
      expect(dry.stdout).toContain(name);
    }
    const { code, stderr } = await restore(bare, ['--from', 'near:hosts/node1', ...all]);
    expect(code, stderr).toBeLessThanOrEqual(1);
    expect(restoredFacts(bare)).toEqual(saved);
  });

  test('what is not there is told with what to try', async () => {
    const directory = mkdtempSync(join(createSandbox().base, 'remote-'));
    const { bare } = await remoteArchive(directory, { near: `type = alias\nremote = ${directory}` });
    const empty = await restore(bare, ['--from', 'near:hosts', ...all]);
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('near:hosts')]);
    const unknown = await restore(bare, ['--from', 'nowhere:hosts', ...all]);
    expect(unknown.stderr).toContain('nowhere');
    expect([2, 5]).toContain(unknown.code);
    const gone = await restore(bare, [
      '--from',
      'near:hosts/node1/none-backup-20260101-000000.tar.zst',
      ...all,
    ]);
    expect(gone.stderr).toContain('none-backup-20260101-000000');
    expect(gone.code).toBe(2);
  });

  test('over the network (webdav), and a wrong password is told as what it is', async () => {
    const server = await serveRemote('webdav');
    onTestFinished(() => {
      server.stop();
    });
    const { bare, saved } = await remoteArchive(server.directory, {
      nas: { kind: 'webdav', port: server.port },
      wrong: { kind: 'webdav', port: server.port, password: 'another' },
    });
    const refused = await restore(bare, ['--from', 'wrong:hosts/node1', ...all]);
    expect([5, 7]).toContain(refused.code);
    expect(refused.stderr).toContain('401');
    const { code, stderr } = await restore(bare, ['--from', 'nas:hosts/node1', ...all]);
    expect(code, stderr).toBeLessThanOrEqual(1);
    expect(restoredFacts(bare)).toEqual(saved);
  });
});

test.skipIf(!hasPrograms('rclone')).for(['secondary', 'cloud'] as const)(
  'from the %s tier, when the primary one is gone with its disk',
  async (tier) => {
    const sandbox = createTierSandbox({ files: restoredHost, env: { XDG_STATE_HOME: '' } });
    const made = await runBackup(sandbox);
    expect(made.code, made.stderr).toBeLessThanOrEqual(1);
    const saved = restoredFacts(sandbox);
    const { archive_path: archive } = lastRecord(sandbox);
    rmSync(sandbox.backups, { recursive: true });
    wreck(sandbox);
    const { code, stdout, stderr } = await restore(sandbox, ['--tier', tier, ...all, '--json']);
    expect(code, stderr).toBeLessThanOrEqual(1);
    const { archive: used } = summaryOf({ stdout } as Parameters<typeof summaryOf>[0]) as {
      archive: { location: string };
    };
    expect(used.location).toContain(basename(archive));
    expect(used.location).not.toContain(sandbox.backups);
    expect(restoredFacts(sandbox)).toEqual(saved);
  },
);

describe.skipIf(!hasPrograms('age'))('an archive that a passphrase opens', () => {
  test('comes back with it on a host that has neither key nor salt; a wrong one, or none, changes nothing', async () => {
    const passphrase = 'Correct-Horse-42';
    const sandbox = createSandbox({ files: restoredHost, env: { XDG_STATE_HOME: '' } });
    const file = join(sandbox.base, 'pass');
    writeFileSync(file, `${passphrase}\n`, { mode: 0o600 });
    const key = spawnSync(
      join(import.meta.dirname, '../../proxsave'),
      ['key', 'new', '--passphrase-file', file, '--root', sandbox.root],
      { env: sandbox.env, encoding: 'utf8' },
    );
    expect(key.status, key.stderr).toBe(0);
    const made = await runBackup(sandbox, { env: { ENCRYPT_ARCHIVE: 'true' } });
    expect(made.code, made.stderr).toBeLessThanOrEqual(1);
    const { archive_path: archive } = lastRecord(sandbox);
    expect(archive).toContain('.age');
    const fresh = createSandbox({ files: { '/etc/hostname': 'node1\n' }, env: { XDG_STATE_HOME: '' } });
    writeHost(fresh, { '/etc/group': 'root:x:0:\n', '/root/': '', '/home/': '', '/usr/': '' });
    const bare = hostFacts(fresh);
    const none = await restore(fresh, ['--from', archive, ...all]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--passphrase-file')]);
    const wrongFile = join(fresh.base, 'wrong');
    writeFileSync(wrongFile, 'Another-Horse-42\n');
    const wrong = await restore(fresh, ['--from', archive, ...all, '--passphrase-file', wrongFile]);
    expect(wrong.code, wrong.stderr).toBe(15);
    const missing = await restore(fresh, ['--from', archive, ...all, '--passphrase-file', `${file}.none`]);
    expect([missing.code, missing.stderr]).toEqual([15, expect.stringContaining(`${file}.none`)]);
    expect(hostFacts(fresh)).toEqual(bare);
    const done = await restore(fresh, ['--from', archive, ...all, '--passphrase-file', file]);
    expect(done.code, done.stderr).toBeLessThanOrEqual(1);
    expect(done.stdout + done.stderr).not.toContain(passphrase);
    const job = (sandbox_: { root: string }) =>
      hostFacts(sandbox_ as Parameters<typeof hostFacts>[0]).filter((line) =>
        line.includes('etc/cron.d/job'),
      );
    expect(job(fresh)).toEqual(job(sandbox));
    expect(job(fresh).length).toBeGreaterThan(0);
    expect(readdirSync(join(fresh.root, 'etc/ssh'))).toEqual(['sshd_config']);
  });
});
