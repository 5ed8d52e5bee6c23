// Real file systems for a test: loop images, tmpfs, FUSE. Every mount is gone when the test ends.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { hasPrograms, isRoot } from './needs.ts';
import { until } from './run-program.ts';

export interface TestMount {
  path: string;
  unmount: () => void;
}

/** Why loop images of this kind cannot be mounted here, or false. */
export function noLoop(type: 'ext4' | 'vfat'): string | false {
  if (!isRoot) return 'needs root';
  if (!hasPrograms(`mkfs.${type}`)) return `needs mkfs.${type}`;
  return reasonOf(() => {
    const base = mkdtempSync(join(tmpdir(), 'proxsave-probe-'));
    try {
      const path = mountImage(base, type, []);
      execFileSync('umount', [path], { stdio: 'ignore' });
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  }, `this kernel or container mounts no ${type} image`);
}

/** Why tmpfs cannot be mounted here, or false. */
export function noTmpfs(): string | false {
  if (!isRoot) return 'needs root';
  return reasonOf(() => {
    const path = mkdtempSync(join(tmpdir(), 'proxsave-probe-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'none', path], { stdio: 'ignore' });
      execFileSync('umount', [path], { stdio: 'ignore' });
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
  }, 'this container mounts nothing');
}

/** Why bindfs (FUSE) cannot be used here, or false. */
export function noBindfs(): string | false {
  if (!isRoot || !hasPrograms('bindfs')) return 'needs root and bindfs';
  return reasonOf(() => {
    execFileSync('grep', ['-qw', 'fuse', '/proc/filesystems'], { stdio: 'ignore' });
    execFileSync('test', ['-w', '/dev/fuse'], { stdio: 'ignore' });
  }, 'FUSE is not available');
}

function reasonOf(attempt: () => void, reason: string): string | false {
  try {
    attempt();
    return false;
  } catch {
    return reason;
  }
}

/** A new file system in a file. */
export function mountLoop(
  type: 'ext4' | 'vfat',
  { megabytes = 40, options = [] }: { megabytes?: number; options?: readonly string[] } = {},
): TestMount {
  const base = temporary();
  return cleanedUp(mountImage(base, type, options, megabytes));
}

function mountImage(base: string, type: string, options: readonly string[], megabytes = 40): string {
  const image = join(base, 'image');
  const path = join(base, 'mounted');
  mkdirSync(path);
  writeFileSync(image, '');
  truncateSync(image, megabytes * 1024 * 1024);
  execFileSync(`mkfs.${type}`, type === 'ext4' ? ['-q', '-F', '-m', '0', image] : [image], {
    stdio: 'ignore',
  });
  execFileSync('mount', ['-t', type, '-o', ['loop', ...options].join(','), image, path], { stdio: 'ignore' });
  return path;
}

export function mountTmpfs(at: string, options = 'size=64m'): TestMount {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', at]);
  return cleanedUp(at);
}

export interface FuseMount extends TestMount {
  /** The process that answers for it: stopped, it is a dead server. */
  pid: number;
}

/** A directory seen through a FUSE process with these options of bindfs; `at`: where, and what is shown. */
export async function mountBindfs(
  options: readonly string[] = [],
  at: { path?: string; source?: string } = {},
): Promise<FuseMount> {
  const base = temporary();
  const { source = join(base, 'source'), path = join(base, 'mounted') } = at;
  mkdirSync(source, { recursive: true });
  mkdirSync(path, { recursive: true });
  const child = spawn('bindfs', ['-f', ...options, source, path], { stdio: 'ignore' });
  const mount = cleanedUp(path, () => {
    child.kill('SIGCONT');
  });
  await until('bindfs has mounted', () => isMounted(path));
  return { ...mount, pid: child.pid ?? 0 };
}

/** The directory that a mount of `mountBindfs` shows. */
export function mountSource(path: string): string {
  return join(dirname(path), 'source');
}

function temporary(): string {
  const base = mkdtempSync(join(tmpdir(), 'proxsave-mount-'));
  onTestFinished(() => {
    rmSync(base, { recursive: true, force: true });
  });
  return base;
}

function cleanedUp(path: string, before: () => void = () => undefined): TestMount {
  const unmount = () => {
    before();
    while (isMounted(path)) execFileSync('umount', ['-l', path]);
  };
  // Those registered last run first: the mount goes before its directory.
  onTestFinished(unmount);
  return { path, unmount };
}

function isMounted(path: string): boolean {
  return readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${path} `);
}
