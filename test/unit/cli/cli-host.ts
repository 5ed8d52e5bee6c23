// A fake Proxmox host in a temporary place, and the program run on it inside of this process.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../../src/cli/program.ts';
import { recoveryKit } from '../../../src/orchestrator/recovery-kit.ts';
import type { OutputStream } from '../../../src/ui/terminal.ts';

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
  /** stdout as JSON lines. */
  json(): Record<string, unknown>[];
}

export interface CliHost {
  base: string;
  /** The fake host's root directory. */
  root: string;
  backups: string;
  run(args: readonly string[], options?: RunOptions): Promise<CliResult>;
  /** Makes a backup to start from; a run without an archive fails the test with what it said. */
  backUp(args?: readonly string[], options?: RunOptions): Promise<void>;
  /** File names in the backup directory, without the recovery kit that lies beside them. */
  archives(): string[];
  remove(): void;
}

export interface RunOptions {
  env?: Record<string, string>;
  isTerminal?: boolean;
  columns?: number;
  signal?: AbortSignal;
  /** Gets what is printed on stdout, as it comes. */
  onPrint?: (text: string) => void;
}

/** A name with an escape sequence and a newline. */
export const evilName = 'evil\u001b[31m\nname';

export function createCliHost(): CliHost {
  const base = mkdtempSync(join(tmpdir(), 'proxsave-cli-'));
  const root = join(base, 'root');
  const backups = join(base, 'backups');
  writeTree(root);
  const env = {
    PATH: process.env.PATH ?? '',
    BACKUP_PATH: backups,
    LOG_PATH: join(base, 'log'),
    LOCK_PATH: join(base, 'lock'),
  };
  const run: CliHost['run'] = (args, options = {}) =>
    runCli(['--root', root, ...args], { ...options, env: { ...env, ...options.env } });
  return {
    base,
    root,
    backups,
    run,
    backUp: async (args = [], options = {}) => {
      const { code, stderr } = await run(['backup', ...args], options);
      if (code > 1) throw new Error(`the backup to start from failed with ${code}: ${stderr}`);
    },
    archives: () => {
      try {
        const kit: string[] = recoveryKit.map(({ name }) => name);
        return readdirSync(backups)
          .filter((name) => !kit.includes(name))
          .sort();
      } catch {
        return [];
      }
    },
    remove: () => {
      rmSync(base, { recursive: true, force: true });
    },
  };
}

function writeTree(root: string): void {
  const files: Record<string, string> = {
    'etc/hostname': 'pve1\n',
    'etc/hosts': '127.0.0.1 localhost\n',
    'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
    'etc/group': 'root:x:0:\n',
    'etc/shadow': 'root:*:1::::::\n',
    'etc/fstab': 'UUID=x / ext4 defaults 0 1\n',
    'etc/network/interfaces': 'auto lo\niface lo inet loopback\n',
    'etc/pve/storage.cfg': 'dir: local\n\tpath /var/lib/vz\n',
    'var/lib/dpkg/status':
      'Package: pve-manager\nStatus: install ok installed\nArchitecture: amd64\nVersion: 8.4.1\nDescription: x\n\n',
    [`etc/${evilName}`]: 'x\n',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  symlinkSync('hosts', join(root, 'etc/hosts.link'));
  writeFileSync(Buffer.from(join(root, 'etc/raw\u0000').replace('\u0000', '\u00ff'), 'latin1'), 'y\n');
}

export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
  const stdout = createStream(options);
  const stderr = createStream(options);
  const shown: OutputStream =
    options.onPrint === undefined
      ? stdout
      : {
          ...stdout,
          write: (text) => {
            stdout.write(text);
            options.onPrint?.(text.toString());
          },
        };
  const code = await runProgram({
    argv: args,
    env: options.env ?? {},
    cwd: '/',
    terminal: { stdout: shown, stderr, isInteractive: options.isTerminal === true },
    signal: options.signal ?? new AbortController().signal,
  });
  return {
    code,
    stdout: stdout.text(),
    stderr: stderr.text(),
    json: () =>
      stdout
        .text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

export function createStream(options: RunOptions = {}): OutputStream & { text(): string } {
  const parts: Buffer[] = [];
  return {
    write: (text) => {
      parts.push(Buffer.from(text));
    },
    flush: () => Promise.resolve(),
    isTerminal: options.isTerminal ?? false,
    columns: options.columns ?? 80,
    text: () => Buffer.concat(parts).toString('utf8'),
  };
}
