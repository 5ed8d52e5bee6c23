// The program as a process: what only a real stdout, a real terminal and real signals show.

import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { version } from '../../src/version.ts';
import { archivesIn } from '../support/sandbox.ts';
import { createCliHost, type CliHost } from '../unit/cli/cli-host.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

let host: CliHost;
beforeAll(async () => {
  host = createCliHost();
  await host.backUp();
});
afterAll(() => {
  host.remove();
});

/** A shell line in which `$P` is the program, run on the fake host. */
function shell(line: string, env: Record<string, string> = {}) {
  const result = spawnSync('bash', ['-c', `set -o pipefail; ${line}`], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: host.base,
      P: `${process.execPath} ${main} --root ${host.root}`,
      BACKUP_PATH: host.backups,
      LOG_PATH: join(host.base, 'log'),
      LOCK_PATH: join(host.base, 'lock'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

describe('start', () => {
  test.each(['--version', '-V', '-v', '-version'])('%s loads nothing but the version', (flag) => {
    const hook = [
      'import { registerHooks } from "node:module";',
      'registerHooks({ load: (url, context, next) => { console.error(url); return next(url, context); } });',
    ].join('');
    const result = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, main, flag],
      { encoding: 'utf8' },
    );
    const loaded = result.stderr.split('\n').filter((line) => line.startsWith('file:'));
    expect(result.stdout).toBe(`${version}\n`);
    expect(loaded.map((url) => url.replace(/^.*\/src\//, ''))).toEqual(['main.ts', 'version.ts']);
  });
});

describe('old command lines', () => {
  test('a bare call without a terminal makes a backup', () => {
    const place = join(host.base, 'bare');
    const { code } = shell('$P', { BACKUP_PATH: place });
    expect([code === 0 || code === 1, archivesIn(place).length]).toEqual([true, 1]);
  });
  test('--backup -c FILE -l 3 works as it did', () => {
    const place = join(host.base, 'old-style');
    const file = join(host.base, 'old.env');
    writeFileSync(file, 'COMPRESSION_TYPE=gz\n', { mode: 0o600 });
    const { code, stderr } = shell(`$P --backup -c ${file} -l 3`, { BACKUP_PATH: place });
    expect(code === 0 || code === 1, stderr).toBe(true);
    expect(archivesIn(place)[0]).toContain('.tar.gz');
  });
  test.each(['--restore', '-decrypt', '--daemon', '--upgrade y', '--newkey --cli'])(
    '%s ends with 2 and touches nothing',
    (flags) => {
      const place = join(host.base, 'never');
      const { code, stdout, stderr } = shell(`$P ${flags}`, { BACKUP_PATH: place, LOG_PATH: place });
      expect([code, stdout, existsSync(place)]).toEqual([2, '', false]);
      expect(stderr).toMatch(/^error: .*\n {2}\S/);
    },
  );
});

describe('stdout', () => {
  test('a reader that has seen enough is no fault', () => {
    const { code, stdout, stderr } = shell('$P ls latest | head -n 1');
    expect([code, stdout.split('\n').length, stderr]).toEqual([0, 2, '']);
  });
  test('a backup goes on when nobody reads its output any more', () => {
    const place = join(host.base, 'unread');
    const { stderr } = shell('$P backup --json | head -n 1', { BACKUP_PATH: place });
    expect(stderr).not.toContain('unexpected');
    expect(archivesIn(place)).toEqual([expect.stringMatching(/\.bundle\.tar$/)]);
  });
  test('a full disk behind stdout is an error, not silence', () => {
    const { code, stderr } = shell('$P ls latest > /dev/full');
    expect([code, stderr]).toEqual([12, expect.stringContaining('output cannot be written: no space left')]);
  });
  test('a backup whose report is lost is done all the same, with a warning', () => {
    const place = join(host.base, 'unsaid');
    const { code, stderr } = shell('$P backup > /dev/full', { BACKUP_PATH: place });
    expect([code, archivesIn(place).length]).toEqual([1, 1]);
    expect(stderr).toContain('output cannot be written');
  });
  test('stderr that cannot be written does not stop a backup', () => {
    const place = join(host.base, 'mute');
    const { code } = shell('$P backup 2> /dev/full', { BACKUP_PATH: place });
    expect([code === 0 || code === 1, archivesIn(place).length]).toEqual([true, 1]);
  });
  test('closed standard streams are no reason to fail', () => {
    expect(shell('$P list <&-').code).toBe(0);
    expect(shell('$P list >&- 2>&-').code).toBe(0);
  });
  test('a whole archive goes through a pipe, to the last byte', () => {
    const { stdout } = shell('$P cat latest:/etc/hosts | cat');
    expect(stdout).toBe('127.0.0.1 localhost\n');
  });
});

describe('rights', () => {
  test.skipIf(process.getuid?.() !== 0 || !has('setpriv'))(
    'somebody else is told what may not be read (needs root and setpriv)',
    () => {
      chmodSync(host.base, 0o755);
      const nobody = 'setpriv --reuid 65534 --regid 65534 --clear-groups';
      const archive = join(host.backups, host.archives()[0] ?? '');
      const lines: [line: string, code: number][] = [
        [`${nobody} $P show ${archive}`, 7],
        [`${nobody} $P list`, 7],
        // The lock is the first thing that it cannot have.
        [`${nobody} $P backup`, 3],
        [`${nobody} $P list --config ${host.base}/private.env`, 7],
      ];
      writeFileSync(join(host.base, 'private.env'), '', { mode: 0o600 });
      for (const [line, expected] of lines) {
        const { code, stderr } = shell(line);
        expect([line, code]).toEqual([line, expected]);
        expect(stderr).toMatch(/permission denied/);
        expect(stderr).not.toContain('unexpected');
      }
      const open = join(host.base, 'open.tar.zst.bundle.tar');
      spawnSync('cp', [archive, open]);
      chmodSync(open, 0o644);
      const extracted = shell(`${nobody} $P extract ${open} --to ${host.base}/not-mine`);
      expect([extracted.code, extracted.stderr]).toEqual([7, expect.stringContaining('permission denied')]);
    },
  );
});

describe.skipIf(!has('script'))('on a terminal (needs the program script)', () => {
  /** Runs a line on a terminal of its own; `keys` are typed once `when` was seen. */
  function onTerminal(
    line: string,
    typing?: { when: string; keys: string },
    env: Record<string, string> = {},
  ) {
    return new Promise<{ code: number | null; screen: string }>((resolve) => {
      const child = spawn('script', ['-qec', `stty cols 40; ${line}`, '/dev/null'], {
        env: {
          PATH: process.env.PATH ?? '',
          TERM: 'xterm',
          P: `${process.execPath} ${main} --root ${host.root}`,
          BACKUP_PATH: join(host.base, 'terminal'),
          LOG_PATH: join(host.base, 'log'),
          LOCK_PATH: join(host.base, 'lock'),
          ...env,
        },
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      let screen = '';
      let hasTyped = false;
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        screen += text;
        if (typing === undefined || hasTyped || !screen.includes(typing.when)) return;
        hasTyped = true;
        child.stdin.write(typing.keys);
      });
      child.once('close', (code) => {
        resolve({ code, screen });
      });
    });
  }

  test('a bare call shows how things stand, and makes no backup', async () => {
    const { code, screen } = await onTerminal('$P');
    expect([code, existsSync(join(host.base, 'terminal'))]).toEqual([0, false]);
    expect(screen).toContain('Useful commands:');
  });

  test.skipIf(!has('xz'))('the progress line never wraps, and Ctrl-C ends a backup cleanly', async () => {
    mkdirSync(join(host.root, 'root'), { recursive: true });
    for (const index of Array.from({ length: 40 }, (_, number) => number)) {
      writeFileSync(join(host.root, `root/file-${index}`), randomBytes(1024 * 1024));
    }
    const env = { COMPRESSION_TYPE: 'xz', COMPRESSION_LEVEL: '9' };
    const { code, screen } = await onTerminal('$P backup', { when: 'MiB', keys: '\u0003' }, env);
    const progress = screen
      .split(/[\r\n]/)
      // The terminal shows the typed key as ^C.
      // eslint-disable-next-line no-control-regex -- escape sequences are what is taken away
      .map((line) => line.replaceAll(/\u001b\[[0-9;]*[A-Za-z]|\^C/g, ''))
      .filter((line) => /\d (B|KiB|MiB) /.test(line) && line.startsWith('  '));
    expect(progress.length).toBeGreaterThan(0);
    for (const line of progress) expect(line.length).toBeLessThan(40);
    expect(code).toBe(130);
    expect(screen).toContain('Ctrl-C again stops at once');
    expect(screen).toContain('was interrupted; no archive was made');
    expect(readdirSync(join(host.base, 'terminal'))).toEqual([]);
  });
});
