// Command lines of the existing edition keep working: it has flags where we have commands, and a bare call from
// cron is a backup.

const flagsWithValue = new Set(['-c', '--config', '-l', '--log-level', '--root', '--only', '--skip']);
const singleDashLong = /^-(?=[a-z][a-z-]+)/;

/** Rewrites old argument lists; new ones pass unchanged. `isInteractive`: a person sits at the terminal. */
export function translateLegacyArguments(argv: readonly string[], isInteractive: boolean): string[] {
  if (argv.length === 1 && argv[0] === '-v') return ['--version'];
  const args = argv.map((argument) =>
    isOldLongFlag(argument) ? argument.replace(singleDashLong, '--') : argument,
  );
  if (
    hasCommandWord(args) ||
    args.some((argument) => ['-h', '--help', '-V', '--version'].includes(argument))
  ) {
    return args;
  }
  const wantsBackup = args.includes('--backup') || args.includes('-n') || args.includes('--dry-run');
  if (!wantsBackup && isInteractive) return args;
  return ['backup', ...args.filter((argument) => argument !== '--backup')];
}

/** The old parser took `-config FILE` like `--config FILE`. */
function isOldLongFlag(argument: string): boolean {
  return ['-backup', '-config', '-dry-run', '-log-level', '-version', '-help'].includes(argument);
}

function hasCommandWord(args: readonly string[]): boolean {
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (!argument.startsWith('-')) return true;
    if (flagsWithValue.has(argument)) index += 1;
  }
  return false;
}
