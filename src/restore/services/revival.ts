// Services that we stopped must run again even if this process is killed. A transient unit of systemd, which neither the end of
// the SSH connection nor that of our session touches, waits for a lock that the kernel frees when we die, however that happens;
// then it starts them. A reboot needs nothing: what is enabled starts then anyway.

import { EnvironmentError } from '../../errors.ts';
import { acquireFileLock, type FileLock } from '../../host/file-lock.ts';
import type { Host } from '../../host/host.ts';
import { reasonOf, systemctl } from './systemctl.ts';

const runDirectory = '/run/proxsave';
const callMs = 20_000;

export interface Revival {
  /** All of them run again, or it was told that they do not: nothing is left to watch. */
  end(): Promise<void>;
}

/** @throws EnvironmentError when it cannot be had; then nothing must be stopped */
export async function armRevival(host: Host, units: readonly string[]): Promise<Revival> {
  const name = `proxsave-services-${host.process.pid}`;
  const path = host.resolve(`${runDirectory}/${name}.lock`);
  const lock = takeLock(host, path);
  const removeLock = () => {
    lock.release();
    if (host.fs.lstatIfExists(path) !== undefined) host.fs.unlink(path);
  };
  try {
    await startWatch(host, { name, path, units });
  } catch (error) {
    removeLock();
    throw error;
  }
  return {
    end: async () => {
      // Before the lock is freed: or it would start what is to stay as it is.
      await systemctl(host, ['stop', `${name}.service`], callMs);
      removeLock();
    },
  };
}

function takeLock(host: Host, path: ReturnType<Host['resolve']>): FileLock {
  host.fs.makeDirectory(host.resolve(runDirectory), 0o700);
  const taken = acquireFileLock(host, path, '');
  if ('lock' in taken) return taken.lock;
  throw new EnvironmentError(`${path} is locked by another process`, {
    hint: 'Look who holds it (fuser), end that, then again.',
  });
}

async function startWatch(
  host: Host,
  { name, path, units }: { name: string; path: string; units: readonly string[] },
): Promise<void> {
  const flock = host.commands.find('flock');
  const program = host.commands.find('systemctl');
  if (flock === undefined || program === undefined) throw cannotWatch('flock or systemctl is missing');
  const result = await host.commands.run({
    argv: [
      ...(['systemd-run', '--no-ask-password', '--quiet', '--collect', `--unit=${name}`] as const),
      '--description=Starts again what a restore stopped, should it be killed',
      ...[flock, path, program, '--no-ask-password', 'start', ...units],
    ],
    timeoutMs: callMs,
    maxOutputBytes: 64 * 1024,
  });
  if (result.status !== 'ok') throw cannotWatch(reasonOf(result));
}

function cannotWatch(reason: string): EnvironmentError {
  return new EnvironmentError(
    `services cannot be stopped safely: nothing would start them again if this program were killed (${reason})`,
    {
      hint: 'See `systemctl status`; systemd-run of the package systemd is needed, and flock of util-linux.',
    },
  );
}
