// A fake host that is saved, wrecked and restored through the program, and what its tests compare.

import { chmodSync, mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBackup, runProgram, type Ended } from './run-program.ts';
import { createSandbox, lastRecord, plainHost, type HostFiles, type Sandbox } from './sandbox.ts';
import { treeFacts } from './unpack.ts';

export const restoredHost: HostFiles = {
  ...plainHost,
  '/etc/cron.d/job': '* * * * * root true\n',
  '/etc/cron.daily/report': '#!/bin/sh\nexit 0\n',
  '/etc/sysctl.d/90-own.conf': 'vm.swappiness = 10\n',
  '/etc/apt/sources.list.d/own.list': 'deb http://deb.example.net trixie main\n',
  '/etc/default/grub': 'GRUB_TIMEOUT=5\n',
  '/etc/localtime': '-> /usr/share/zoneinfo/Europe/Rome',
  '/root/.ssh/authorized_keys': 'ssh-ed25519 AAAA admin\n',
  '/usr/local/bin/own-tool': '#!/bin/sh\necho own\n',
};

/** Saved once. ProxSave's own files lie beside the root, so that the whole root can be compared. */
export async function savedHost(
  files: HostFiles = restoredHost,
  env: Record<string, string> = {},
): Promise<Sandbox & { archive: string }> {
  const sandbox = createSandbox({ files, env: { XDG_STATE_HOME: '', ...env } });
  const { code, stderr } = await runBackup(sandbox);
  if (code !== 0 && code !== 1) throw new Error(`the backup to restore from failed: ${stderr}`);
  return { ...sandbox, archive: lastRecord(sandbox).archive_path };
}

/** Deleted, edited, chmodded, and links swapped for files and back. */
export function wreck({ root }: Sandbox): void {
  rmSync(join(root, 'etc/cron.d'), { recursive: true });
  writeFileSync(join(root, 'etc/ssh/sshd_config'), 'wrecked\n');
  chmodSync(join(root, 'etc/cron.daily/report'), 0o777);
  chmodSync(join(root, 'etc/shadow'), 0o666);
  unlinkSync(join(root, 'etc/localtime'));
  writeFileSync(join(root, 'etc/localtime'), 'no link any more\n');
  unlinkSync(join(root, 'usr/local/bin/own-tool'));
  symlinkSync('/bin/false', join(root, 'usr/local/bin/own-tool'));
  rmSync(join(root, 'root/.ssh'), { recursive: true });
  writeFileSync(join(root, 'etc/default/grub'), 'GRUB_TIMEOUT=0\n');
  rmSync(join(root, 'etc/apt/sources.list.d/own.list'));
  mkdirSync(join(root, 'etc/new.d'));
  writeFileSync(join(root, 'etc/new.d/stays'), 'nothing is ever deleted\n');
}

export function restore(
  sandbox: Sandbox,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return runProgram(['restore', '--root', sandbox.root, ...args], { ...sandbox.env, ...env });
}

export function undo(sandbox: Sandbox, ...args: readonly string[]): Promise<Ended> {
  return runProgram(['undo', '--root', sandbox.root, ...args], sandbox.env);
}

/** All of the host but where ProxSave keeps its own state. */
export function hostFacts({ root }: Sandbox): string[] {
  return treeFacts(root, ['etc', 'root', 'home', 'usr']);
}

/** The rest of the summary of a restore with --json. */
export function summaryOf({ stdout }: Ended): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}
