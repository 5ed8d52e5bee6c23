// A host that was backed up, and what became of it: files deleted, edited, with other modes and owners, links swapped.

import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from '../../support/needs.ts';
import { treeFacts } from '../../support/unpack.ts';
import { archiveOf, setFacts, sourceOf, writeTree } from './restore-archive.ts';
import type { Bench } from './restore-bench.ts';
import type { RestoreSource } from '../../../src/restore/source.ts';

/** What is compared; all of it comes back by being replaced. */
export const places = [
  'etc/sudoers.d',
  'etc/cron.d',
  'etc/default',
  'usr/local/bin',
  'root',
  'home',
  'var/spool/cron',
];

/** Makes the host in the bench's root and gives its archive; the wreck is what is left there. */
export function wreckHost({ base, root }: Bench): { source: RestoreSource; original: string } {
  const original = join(base, 'original');
  mkdirSync(original);
  buildOriginal(original);
  execFileSync('cp', ['-a', `${original}/.`, root]);
  wreck(root);
  return { source: sourceOf(archiveOf(original)), original };
}

function buildOriginal(root: string): void {
  writeTree(root, {
    'etc/sudoers.d/admins': '%admins ALL=(ALL) ALL\n',
    'etc/cron.d/nightly': '0 1 * * * root /usr/local/bin/nightly\n',
    'etc/cron.d/weekly': '0 1 * * 0 root /usr/local/bin/weekly\n',
    'etc/default/keyboard': 'XKBLAYOUT=de\n',
    'etc/default/console': '-> keyboard',
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
    'etc/group': 'root:x:0:\n',
    'usr/local/bin/nightly': '#!/bin/sh\necho night\n',
    'usr/local/bin/weekly': '#!/bin/sh\necho week\n',
    'root/.ssh/authorized_keys': '-> ../notes/deep/er/notes.txt',
    'root/notes/deep/er/notes.txt': 'read me\n',
    'root/empty/': '',
    'root/odd\nname': 'newline\n',
    'home/alice/.profile': 'umask 022\n',
    'home/alice/data.bin': 'x'.repeat(300_000),
    'var/spool/cron/crontabs/root': '@daily true\n',
  });
  linkSync(join(root, 'usr/local/bin/nightly'), join(root, 'usr/local/bin/nocturnal'));
  setFacts(join(root, 'usr/local/bin/nightly'), { mode: 0o4755, time: 1_600_000_000 });
  setFacts(join(root, 'etc/sudoers.d/admins'), { mode: 0o440 });
  setFacts(join(root, 'root/notes/deep'), { mode: 0o710, time: 1_500_000_000.25 });
  if (!isRoot) return;
  for (const name of ['home/alice', 'home/alice/.profile', 'home/alice/data.bin']) {
    setFacts(join(root, name), { uid: 1000, gid: 1000 });
  }
}

function wreck(root: string): void {
  const at = (name: string) => join(root, name);
  rmSync(at('etc/cron.d'), { recursive: true });
  writeFileSync(at('etc/default/keyboard'), 'XKBLAYOUT=us\n');
  setFacts(at('etc/sudoers.d/admins'), { mode: 0o666 });
  rmSync(at('etc/default/console'));
  symlinkSync('/dev/null', at('etc/default/console'));
  rmSync(at('usr/local/bin/weekly'));
  symlinkSync('nightly', at('usr/local/bin/weekly'));
  rmSync(at('root/.ssh/authorized_keys'));
  writeFileSync(at('root/.ssh/authorized_keys'), 'ssh-ed25519 AAAA stranger\n');
  // A directory swapped for a link to its own content, and one for a file.
  renameSync(at('root/notes'), at('root/notes.moved'));
  symlinkSync('notes.moved', at('root/notes'));
  rmSync(at('root/empty'), { recursive: true });
  writeFileSync(at('root/empty'), 'a file now\n');
  rmSync(at('home'), { recursive: true });
  writeFileSync(at('var/spool/cron/crontabs/root'), '@daily false\n');
  mkdirSync(at('var/spool/cron/crontabs/left-alone'));
}

/** Everything about the whole tree. */
export function factsOf(root: string): string[] {
  return treeFacts(root, existing(root, ['etc', 'root', 'usr', 'var', 'home']));
}

/** What came back, without what the archive does not have: that stays, and is not part of the comparison. */
export function restoredFacts(root: string): string[] {
  return treeFacts(root, existing(root, places)).filter((line) => !/notes\.moved|left-alone/.test(line));
}

function existing(root: string, names: readonly string[]): string[] {
  return names.filter((name) => existsSync(join(root, name)));
}
