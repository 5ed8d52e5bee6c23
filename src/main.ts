// argv -> command -> exit code. The only place that ends the process and sets its exit code.

import { version } from './version.ts';

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  // Answered before anything else is loaded: scripts ask for it often.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V' || argv[0] === '-v')) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  // Whatever is created without a mode of its own is private.
  process.umask(0o077);
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The first signal winds the run down; a second one does not wait for that.
      if (interrupt.signal.aborted) process.exit(130);
      interrupt.abort();
    });
  }
  const { runProgram } = await import('./cli/program.ts');
  const { translateLegacyArguments } = await import('./cli/legacy-arguments.ts');
  const isInteractive = process.stdin.isTTY && process.stdout.isTTY;
  return runProgram({
    argv: translateLegacyArguments(argv, isInteractive),
    env: process.env,
    cwd: process.cwd(),
    terminal: { stdout: streamOf(process.stdout), stderr: streamOf(process.stderr), isInteractive },
    signal: interrupt.signal,
  });
}

function streamOf(stream: NodeJS.WriteStream) {
  // `proxsave ls ... | head`: the reader has seen enough.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 4);
  });
  return {
    write: (text: string | Buffer) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY,
    columns: stream.columns,
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
