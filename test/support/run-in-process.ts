// Runs a backup in the test's own process, with a file system in which the test can make something happen at an exact
// moment. Everything below that is real.

import { loadConfig } from '../../src/config/load-config.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { FileSystem } from '../../src/host/file-system.ts';
import { runBackup } from '../../src/orchestrator/run-backup.ts';
import type { BackupOutcome } from '../../src/orchestrator/finish-run.ts';
import { silentReporter } from '../../src/ui/reporter.ts';
import type { Sandbox } from './sandbox.ts';

export interface InProcessOptions {
  /** Changes to the file system; gets the real one. */
  fs?: (real: FileSystem) => Partial<FileSystem>;
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

export function backUpInProcess(
  sandbox: Sandbox,
  { fs = () => ({}), env = {}, signal }: InProcessOptions = {},
): Promise<BackupOutcome> {
  const options = { root: sandbox.root, env: { ...sandbox.env, ...env } };
  const real = createHost(signal === undefined ? options : { ...options, signal });
  const host = { ...real, fs: { ...real.fs, ...fs(real.fs) } };
  const selection = { only: [], skip: [] };
  return runBackup(host, { config: loadConfig(host), selection, reporter: silentReporter });
}

/** Calls back at each moment in the life of one file that is read: before and after open, after each read. */
export interface ReadMoments {
  beforeOpen?: () => void;
  afterOpen?: () => void;
  /** After the file's size was asked for. */
  beforeRead?: () => void;
  /** Count of reads so far, from 1. May throw what the read shall throw. */
  afterRead?: (count: number) => void;
}

export function atRead(path: string, moments: ReadMoments): (real: FileSystem) => Partial<FileSystem> {
  return (real) => {
    let watched: number | undefined;
    let reads = 0;
    return {
      openForRead: (opened) => {
        if (opened !== path) return real.openForRead(opened);
        moments.beforeOpen?.();
        watched = real.openForRead(opened);
        reads = 0;
        moments.afterOpen?.();
        return watched;
      },
      close: (fd) => {
        if (fd === watched) watched = undefined;
        real.close(fd);
      },
      read: (fd, ...rest) => {
        if (fd === watched) moments.beforeRead?.();
        const count = real.read(fd, ...rest);
        if (fd === watched) moments.afterRead?.((reads += 1));
        return count;
      },
    };
  };
}

/** What the kernel would throw. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made by the test`), { code, syscall: 'test' });
}
