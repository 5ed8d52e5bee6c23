// How much is told: from the flags, else from DEBUG_LEVEL. Names and numbers of the existing edition are read too.

import { UsageError } from '../errors.ts';
import type { LogLevel } from '../ui/reporter.ts';

const levelNames: Readonly<Record<string, LogLevel>> = {
  error: 'error',
  warning: 'warning',
  info: 'info',
  debug: 'debug',
  // Names of the existing edition.
  warn: 'warning',
  standard: 'info',
  advanced: 'debug',
  extreme: 'debug',
  // Errors cannot be silenced: a command that fails must say why.
  critical: 'error',
  none: 'error',
  '5': 'debug',
  '4': 'info',
  '3': 'warning',
  '2': 'error',
  '1': 'error',
  '0': 'error',
};

export interface LevelFlags {
  logLevel: string | undefined;
  isVerbose: boolean;
  isQuiet: boolean;
}

/** @throws UsageError for a level that there is not */
export function chooseLevel(flags: LevelFlags, configured: string | undefined): LogLevel {
  if (flags.logLevel !== undefined) {
    const level = levelOf(flags.logLevel);
    if (level !== undefined) return level;
    throw new UsageError(`--log-level ${flags.logLevel}: there is no such level`, {
      hint: 'use one of: error, warning, info, debug',
    });
  }
  if (flags.isVerbose) return 'verbose';
  if (flags.isQuiet) return 'warning';
  return levelOf(configured ?? '') ?? 'info';
}

function levelOf(name: string): LogLevel | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(levelNames, key) ? levelNames[key] : undefined;
}
