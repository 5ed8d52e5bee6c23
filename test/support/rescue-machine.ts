// Machines on which a lost host is recovered: no ProxSave and no Node, only what a plain Debian has. One is a PATH with
// nothing but standard tools on it; the other a whole Debian made by debootstrap, entered by chroot.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canMount, hasPrograms, isRoot } from './needs.ts';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RescueMachine {
  /** Runs one line of a shell in the directory. */
  run: (directory: string, line: string, input?: string) => Outcome;
}

/** All of them in a minimal Debian, but for age, zstd, bzip2, xz and python3. */
const standardTools = [
  ...[
    'tar',
    'sha256sum',
    'sed',
    'grep',
    'head',
    'tail',
    'cut',
    'tr',
    'cat',
    'dd',
    'tee',
    'mkfifo',
    'mktemp',
    'rm',
  ],
  ...[
    'rmdir',
    'mkdir',
    'ls',
    'id',
    'wc',
    'dirname',
    'readlink',
    'chmod',
    'chown',
    'cp',
    'mv',
    'find',
    'sort',
    'awk',
  ],
  ...['stty', 'gzip'],
];
const packagedTools = ['age', 'zstd', 'bzip2', 'xz', 'python3'];

export const hasRescueTools = hasPrograms(...standardTools, ...packagedTools);

/** `shell`: what `sh` is there. `without`: tools that are not installed. */
export function toolsMachine(
  base: string,
  shell: 'dash' | 'busybox',
  without: readonly string[] = [],
): RescueMachine {
  const tools = mkdtempSync(join(base, 'tools-'));
  for (const name of [...standardTools, ...packagedTools, 'sh'].filter((tool) => !without.includes(tool))) {
    symlinkSync(placeOf(name === 'sh' ? shell : name), join(tools, name));
  }
  const env = { PATH: tools, HOME: '/nonexistent' };
  return {
    run: (directory, line, input = '') =>
      ended(join(tools, 'sh'), ['-c', line], { cwd: directory, env, input }),
  };
}

/** What a version manager puts on PATH is a script of its own; the interpreter knows better where it is. */
function placeOf(name: string): string {
  const script = name === 'python3' ? 'python3 -c "import sys; print(sys.executable)"' : 'command -v "$1"';
  return realpathSync(execFileSync('sh', ['-c', script, 'sh', name], { encoding: 'utf8' }).trim());
}

function ended(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input: string },
): Outcome {
  const { status, stdout, stderr } = spawnSync(program, args, {
    ...options,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 120_000,
  });
  return { code: status, stdout, stderr };
}

/** Why there is no Debian to enter; undefined: there is one. */
export const noDebian =
  process.env.PROXSAVE_SLOW_TESTS !== '1'
    ? 'slow: set PROXSAVE_SLOW_TESTS=1'
    : !isRoot || !canMount
      ? 'needs root and mounting'
      : hasPrograms('debootstrap', 'chroot', 'unshare')
        ? undefined
        : 'debootstrap is not installed';

const packages = 'age,zstd,xz-utils,bzip2,python3';

/** A minimal Debian, made once (about two minutes) and kept in the temporary directory for the next run. */
export function debianMachine(): RescueMachine {
  const tree = join(tmpdir(), 'proxsave-test-debian-bookworm');
  if (!existsSync(tree)) {
    const making = mkdtempSync(join(tmpdir(), 'proxsave-debootstrap-'));
    execFileSync('debootstrap', ['--variant=minbase', `--include=${packages}`, 'bookworm', making], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    mkdirSync(join(making, 'rescue'));
    renameSync(making, tree);
  }
  // The mount is gone with the process: it is in a mount namespace of its own.
  const enter = 'mount --bind "$1" "$2/rescue" && exec chroot "$2" sh -c "cd /rescue && $3"';
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };
  return {
    run: (directory, line, input = '') =>
      ended('unshare', ['-m', 'sh', '-c', enter, 'sh', directory, tree, line], { env, input }),
  };
}
