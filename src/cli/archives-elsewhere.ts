// Nothing in BACKUP_PATH, but the last run wrote somewhere else (BACKUP_PATH in the environment of that run): says where.

import { dirname } from 'node:path';
import { findPastRun } from '../report/past-runs.ts';
import type { CommandContext } from './command.ts';
import { programName } from './program-name.ts';

/** A hint, or undefined when no run wrote to another directory. */
export function archivesElsewhere(context: CommandContext): string | undefined {
  const { BACKUP_PATH, LOG_PATH } = context.config.load().values;
  const last = findPastRun(context.host, LOG_PATH, (run) => run.archive_path !== '');
  if (last === undefined) return undefined;
  const directory = dirname(last.archive_path);
  // The record holds no secrets, also not those that are part of a path.
  if (directory === context.config.redact(BACKUP_PATH)) return undefined;
  return `the last backup went to ${directory}; to look there: BACKUP_PATH=${directory} ${programName(context)} list`;
}
