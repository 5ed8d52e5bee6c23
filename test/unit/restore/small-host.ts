// A few paths with every kind of change between them, so that a restore of them can be killed at each of its effects.
// Times are whole seconds: `touch` is not needed, and a round is quick.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setFacts, writeTree } from './restore-archive.ts';

export function buildSmallOriginal(root: string): void {
  writeTree(root, {
    'root/edited': 'as it was\n',
    'root/gone': 'deleted\n',
    'root/folder/inner/file': 'in a folder that is gone\n',
    'root/link': '-> edited',
    'root/was-directory/file': 'the directory became a link\n',
    'root/was-file': 'the file became an empty directory\n',
    'root/first': 'two names\n',
  });
  linkSync(join(root, 'root/first'), join(root, 'root/second'));
  setTimes(root, 1_600_000_000);
}

export function wreckSmall(root: string): void {
  const at = (name: string) => join(root, 'root', name);
  writeFileSync(at('edited'), 'edited by somebody\n');
  setFacts(at('edited'), { mode: 0o600 });
  for (const name of ['gone', 'folder', 'link', 'was-directory', 'was-file', 'second'])
    rmSync(at(name), { recursive: true });
  symlinkSync('/dev/null', at('link'));
  symlinkSync('elsewhere', at('was-directory'));
  mkdirSync(at('was-file'));
  writeFileSync(at('second'), 'another file\n');
  writeFileSync(at('not-in-archive'), 'stays\n');
  setTimes(root, 1_700_000_000);
  // The one file that is as it was saved.
  setFacts(at('first'), { time: 1_600_000_000 });
}

function setTimes(root: string, time: number): void {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort().reverse();
  for (const name of names) setFacts(join(root, name), { time });
}

/** One line for each entry with all that lstat says and the content's digest, then which names are one file. */
export function manifestOf(root: string): string[] {
  const inodes = new Map<bigint, string[]>();
  const lines = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => {
    const path = join(root, name);
    const status = lstatSync(path, { bigint: true });
    const { mode, uid, gid, mtimeNs, ino } = status;
    if (status.isFile()) inodes.set(ino, [...(inodes.get(ino) ?? []), name].sort());
    const content = status.isFile()
      ? createHash('sha256').update(readFileSync(path)).digest('hex')
      : status.isSymbolicLink()
        ? readlinkSync(path)
        : '';
    const links = status.isDirectory() ? '' : status.nlink;
    return `${name} ${mode.toString(8)} ${uid}:${gid} ${mtimeNs} ${links} ${content}`;
  });
  const groups = [...inodes.values()]
    .filter(({ length }) => length > 1)
    .map((names) => `one file: ${names.join(' = ')}`);
  return [...lines, ...groups].sort();
}

/** Makes the root what it was at first. */
export function resetRoot(from: string, root: string): void {
  rmSync(root, { recursive: true, force: true });
  execFileSync('cp', ['-a', from, root]);
}
