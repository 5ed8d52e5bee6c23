// argv -> command -> exit code. The only place that ends the process and sets its exit code.

import type { InterruptPolicy } from './cli/create-context.ts';
import { version } from './version.ts';

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  // Answered before anything else is loaded: scripts ask for it often.
  if (argv.length === 1 && ['--version', '-version', '-V', '-v'].includes(argv[0] ?? '')) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  // Whatever is created without a mode of its own is private.
  process.umask(0o077);
  if (argv.length === 1 && argv[0] === (await import('./host/own-program.ts')).ioWorkerArgument) {
    const { serveIoWorker } = await import('./storage/isolated-directory/worker.ts');
    await serveIoWorker({
      input: process.stdin,
      write: (line) => process.stdout.write(line),
      env: process.env,
    });
    return 0;
  }
  const interrupt = new AbortController();
  const interrupts: InterruptPolicy = { held: undefined };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      windDown(interrupt, signal, interrupts);
    });
  }
  const { runProgram } = await import('./cli/program.ts');
  return runProgram({
    argv,
    env: process.env,
    cwd: process.cwd(),
    terminal: {
      stdout: streamOf(process.stdout),
      stderr: streamOf(process.stderr),
      isInteractive: process.stdin.isTTY && process.stdout.isTTY,
      ...(process.stdin.isTTY && process.stderr.isTTY
        ? { prompts: { input: process.stdin, output: process.stderr } }
        : {}),
    },
    signal: interrupt.signal,
    interrupts,
  });
}

/** The first signal lets the command tidy up; a second Ctrl-C does not wait for that, unless the command holds it off. */
function windDown(interrupt: AbortController, signal: NodeJS.Signals, { held }: InterruptPolicy): void {
  // A terminal that closes, or a service that is stopped, may send several.
  if (interrupt.signal.aborted && signal !== 'SIGINT') return;
  const isAgain = interrupt.signal.aborted;
  if (process.stderr.isTTY) {
    const usual = isAgain
      ? 'Stopped at once. The next backup removes what was left unfinished.'
      : 'Stopping, and removing what is unfinished. Ctrl-C again stops at once.';
    // The progress line is overwritten.
    process.stderr.write(`\r\u001b[K${held ?? usual}\n`);
  }
  if (isAgain && held === undefined) process.exit(130);
  interrupt.abort();
}

/** A reader that went away or a full disk never ends a command in the middle: see OutputStream. */
function streamOf(stream: NodeJS.WriteStream) {
  let failure: NodeJS.ErrnoException | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error;
  });
  return {
    write: (text: string | Buffer) => {
      if (failure === undefined) stream.write(text);
    },
    flush: () =>
      new Promise<void>((resolve) => {
        stream.write('', () => {
          resolve();
        });
      }),
    isTerminal: stream.isTTY,
    get columns() {
      return stream.isTTY ? stream.columns : 80;
    },
    get failure() {
      return failure;
    },
  };
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(
    `error: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(13);
}
