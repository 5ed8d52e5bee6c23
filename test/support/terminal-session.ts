// The program at a real terminal, with somebody who reads the screen and presses keys: tmux.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './run-program.ts';

export interface TerminalSession {
  /** What stands on the screen, and what was scrolled away. */
  screen(): string;
  /** Waits until a text is there; fails the test with the screen after ten seconds. */
  waitFor(text: string): Promise<void>;
  /** Key names of tmux: `Enter`, `Down`, `C-c`. */
  press(...keys: string[]): void;
  type(text: string): void;
  /** The terminal goes away, as with a lost connection. Nothing can be seen afterwards. */
  hangUp(): void;
}

/** Runs a shell command; when it ends, the screen shows `ended with CODE`. */
export function startSession(
  directory: string,
  command: string,
  env: Readonly<Record<string, string>>,
): TerminalSession {
  const socket = join(directory, 'tmux');
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-f', '/dev/null', '-S', socket, ...args], {
      encoding: 'utf8',
      env: { ...env, LC_ALL: 'C.UTF-8', TERM: 'xterm' },
    });
  // Ctrl-C is for the command alone.
  const script = `trap : INT; ${command}; echo "ended with $?"; while [ -e "${directory}" ]; do sleep 0.2; done`;
  tmux('new-session', '-d', '-x', '110', '-y', '50', 'sh', '-c', script);
  let isThere = true;
  const hangUp = () => {
    if (isThere) tmux('kill-server');
    isThere = false;
  };
  onTestFinished(hangUp);
  const screen = () => tmux('capture-pane', '-p', '-S', '-', '-J');
  return {
    screen,
    waitFor: async (text) => {
      await until(`the screen shows ${text}`, () => screen().includes(text)).catch((error: unknown) => {
        throw new Error(`instead the screen shows:\n${screen()}`, { cause: error });
      });
    },
    press: (...keys) => {
      tmux('send-keys', ...keys);
    },
    type: (text) => {
      tmux('send-keys', '-l', text);
    },
    hangUp,
  };
}
