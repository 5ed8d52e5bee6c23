// A host as a directory in the test's own temporary place, with places for ProxSave's output beside it and stub
// programs on PATH. Removed when the test ends.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Finding } from '../../src/findings.ts';

export interface Sandbox {
  base: string;
  /** Root directory of the fake host. */
  root: string;
  stubs: string;
  backups: string;
  log: string;
  lock: string;
  /** Everything that a child process gets. */
  env: Record<string, string>;
}

/** Host path -> text; `-> target` makes a link, a path that ends in `/` a directory. */
export type HostFiles = Readonly<Record<string, string | Buffer>>;

/** What every Debian host has: with these a backup has nothing to warn of. */
export const plainHost: HostFiles = {
  '/etc/hostname': 'node1\n',
  '/etc/hosts': '127.0.0.1 localhost\n192.0.2.1 node1\n',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n',
  '/etc/group': 'root:x:0:\nalice:x:1000:\n',
  '/etc/shadow': 'root:*:19000:0:99999:7:::\n',
  '/etc/fstab': '# nothing\n',
  '/etc/network/interfaces': 'auto lo\niface lo inet loopback\n',
  '/etc/ssh/sshd_config': 'PermitRootLogin yes\n',
  '/home/alice/.profile': 'umask 022\n',
  '/root/notes.txt': 'notes of the admin\n',
};

/** A host on which Proxmox VE is installed. */
export const pveHost: HostFiles = {
  ...plainHost,
  '/var/lib/dpkg/status':
    'Package: pve-manager\nStatus: install ok installed\nArchitecture: amd64\nVersion: 8.4.1\nDescription: x\n\n',
};

export interface SandboxOptions {
  files?: HostFiles;
  /** Program name -> shell script. */
  commands?: Readonly<Record<string, string>>;
  env?: Readonly<Record<string, string>>;
}

export function createSandbox({ files = plainHost, commands = {}, env = {} }: SandboxOptions = {}): Sandbox {
  const base = mkdtempSync(join(tmpdir(), 'proxsave-e2e-'));
  onTestFinished(() => {
    rmSync(base, { recursive: true, force: true });
  });
  chmodSync(base, 0o755);
  const [root, stubs, backups, log, lock] = ['root', 'stubs', 'backups', 'log', 'lock'].map((name) =>
    join(base, name),
  ) as [string, string, string, string, string];
  mkdirSync(root);
  mkdirSync(stubs);
  const sandbox: Sandbox = {
    base,
    root,
    stubs,
    backups,
    log,
    lock,
    env: {
      PATH: `${stubs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      BACKUP_PATH: backups,
      LOG_PATH: log,
      LOCK_PATH: lock,
      ...env,
    },
  };
  writeHost(sandbox, files);
  for (const [name, script] of Object.entries(commands)) addStub(sandbox, name, script);
  return sandbox;
}

export function writeHost({ root }: Sandbox, files: HostFiles): void {
  for (const [path, content] of Object.entries(files)) {
    const realPath = join(root, path);
    mkdirSync(path.endsWith('/') ? realPath : dirname(realPath), { recursive: true });
    if (path.endsWith('/')) continue;
    if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), realPath);
    else writeFileSync(realPath, content);
  }
}

/** A program on the child's PATH that runs this shell script. */
export function addStub({ stubs }: Sandbox, name: string, script: string): void {
  writeFileSync(join(stubs, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(stubs, name), 0o755);
}

/** Full names of what stands in the target, or in another directory. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

/** The same without what lies beside the archives for people who need them. */
export function archivesIn(directory: string): string[] {
  return namesIn(directory).filter((name) => !['HOW-TO-RESTORE.txt', 'recover.sh'].includes(name));
}

export interface SavedRecord {
  status: string;
  exit_code: number;
  exit_name: string;
  error?: string;
  archive_path: string;
  log_path: string;
  files_collected: number;
  verified: boolean;
  findings: Finding[];
  areas: { id: string; files: number; bytes: number }[];
  tiers: { status: string; detail?: string }[];
}

/** All run records, oldest first. */
export function recordsOf({ log }: Sandbox): SavedRecord[] {
  return namesIn(log)
    .filter((name) => name.startsWith('backup-stats-'))
    .map((name) => name.replace(/\.json$/, ''))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => JSON.parse(readFileSync(join(log, `${name}.json`), 'utf8')) as SavedRecord);
}

export function lastRecord(sandbox: Sandbox): SavedRecord {
  const record = recordsOf(sandbox).at(-1);
  if (record === undefined) throw new Error('no run left a record');
  return record;
}

/** Findings of the last run that are about a path of the host. */
export function findingsAbout(sandbox: Sandbox, hostPath: string): Finding[] {
  return lastRecord(sandbox).findings.filter((finding) => finding.path === hostPath);
}
