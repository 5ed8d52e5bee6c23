// Sends other processes to a mount: one asks for its space, which goes to the server whatever the kernel remembers, one opens
// its directory. Waits for them, and no longer than allowed; `timeout` itself never touches the mount, so it can be ended.

import { spawnSync } from 'node:child_process';
import type { RealPath } from '../host.ts';

/** What `timeout` has to end a process that even SIGKILL does not reach inside the kernel. */
const graceMs = 1_000;
const searchPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Blocks; Ctrl-C ends it, because the terminal sends that to these processes too. An error is an answer. */
export function probeMount(path: RealPath, patienceMs: number): boolean {
  const deadline = performance.now() + patienceMs;
  const questions = [
    ['stat', '-f', '--', path],
    ['find', path, '-mindepth', '1', '-maxdepth', '1', '-quit'],
  ];
  return questions.every((question) => answers(question, deadline - performance.now()));
}

function answers(question: readonly string[], leftMs: number): boolean {
  if (leftMs <= 0) return false;
  const { status, error } = spawnSync(
    'timeout',
    ['--foreground', '--signal=KILL', (leftMs / 1000).toFixed(3), ...question],
    {
      cwd: '/',
      env: { PATH: searchPath, LC_ALL: 'C' },
      stdio: 'ignore',
      timeout: Math.ceil(leftMs) + graceMs,
      killSignal: 'SIGKILL',
    },
  );
  // Without such a program nothing can be told.
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return true;
  if (status === null) return false;
  // 125 to 127: `timeout` could not do its work. From 128 on: ended by a signal, its own or Ctrl-C.
  return status < 124 || (status > 124 && status < 128);
}
