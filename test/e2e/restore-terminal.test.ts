// A restore with a person at a terminal: a real one, by way of Python's pty module.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasPrograms } from '../support/needs.ts';
import { hostFacts, savedHost, wreck } from '../support/restore-host.ts';
import { launcher } from '../support/run-program.ts';

test.skipIf(!hasPrograms('python3'))(
  'at a terminal every question comes before the change, the last is the name of the host (needs python3)',
  async () => {
    const sandbox = await savedHost();
    wreck(sandbox);
    const wrecked = hostFacts(sandbox);
    const talk = (answers: readonly string[]) => atTerminal(sandbox, ['--from', sandbox.archive], answers);
    const wrong = talk(['\r', 'another\r']);
    expect([wrong.code, wrong.text]).toEqual([130, expect.stringContaining('nothing was changed')]);
    expect(hostFacts(sandbox)).toEqual(wrecked);
    const right = talk(['\r', 'node1\r']);
    expect(right.text).toContain('Type the name of this host (node1)');
    expect(right.code, right.text).toBeLessThanOrEqual(1);
    expect(existsSync(join(sandbox.root, 'etc/cron.d/job'))).toBe(true);
  },
);

/** Types each answer when a question (clack marks them with a diamond) has come. */
const typist = `
import os, pty, sys, json, select, fcntl, termios, struct
argv, answers = json.loads(sys.argv[1]), json.loads(sys.argv[2])
pid, fd = pty.fork()
if pid == 0: os.execv(argv[0], argv)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 100, 0, 0))
text = b''; seen = 0; quiet = 0
while True:
    ready, _, _ = select.select([fd], [], [], 1)
    if not ready:
        quiet += 1
        if quiet > 40: os.kill(pid, 9)
        if answers and text.count('\\u25c6'.encode()) > 0 and len(text) > seen:
            seen = len(text); os.write(fd, answers.pop(0).encode())
        continue
    quiet = 0
    try: piece = os.read(fd, 65536)
    except OSError: break
    if not piece: break
    text += piece
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(text)
sys.exit(os.waitstatus_to_exitcode(status) & 255)
`;

function atTerminal(
  sandbox: { root: string; env: Record<string, string> },
  args: readonly string[],
  answers: readonly string[],
): { code: number | null; text: string } {
  const argv = [launcher, 'restore', '--root', sandbox.root, ...args];
  const { status, stdout } = spawnSync(
    'python3',
    ['-c', typist, JSON.stringify(argv), JSON.stringify(answers)],
    {
      env: { ...sandbox.env, TERM: 'xterm' },
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  return { code: status, text: stdout };
}
