// Runs the program as its users do: the launcher as a child process.

import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Sandbox } from './sandbox.ts';

export const launcher = join(import.meta.dirname, '../../proxsave');

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  durationMs: number;
}

export interface Started {
  child: ChildProcess;
  pid: number;
  ended: Promise<Ended>;
}

export interface RunOptions {
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Put in front of the launcher, e.g. setpriv or nsenter with their options. */
  wrapper?: readonly string[];
}

/** `proxsave backup --root ROOT ...` of this sandbox. */
export function startBackup(
  sandbox: Sandbox,
  { args = [], env = {}, wrapper = [] }: RunOptions = {},
): Started {
  const argv = [...wrapper, launcher, 'backup', '--root', sandbox.root, ...args];
  return start(argv, { ...sandbox.env, ...env });
}

export function runBackup(sandbox: Sandbox, options: RunOptions = {}): Promise<Ended> {
  return startBackup(sandbox, options).ended;
}

export function runProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return startProgram(args, env).ended;
}

export function startProgram(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  return start([launcher, ...args], { PATH: process.env.PATH ?? '', ...env });
}

function start(argv: readonly string[], env: Readonly<Record<string, string>>): Started {
  const begun = performance.now();
  const child = spawn(argv[0] ?? '', argv.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal, ...texts, durationMs: performance.now() - begun });
    });
  });
  return { child, pid: child.pid ?? 0, ended };
}

/** Waits until something holds; fails the test after ten seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(5);
  }
}

/** Processes whose command line or environment names this text, e.g. the path of a stub. */
export function processesNaming(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => commandLineOf(pid).includes(text));
}

/** Process ids of a process's children that run this program. */
export function childrenOf(pid: number, name: string): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return children
      .filter((child) => readFileSync(`/proc/${child}/comm`, 'utf8') === `${name}\n`)
      .map(Number);
  } catch {
    return [];
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
