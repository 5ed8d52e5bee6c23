// The archive that a command's words mean, opened.

import type { OpenArchive } from '../archiver/open-archive.ts';
import { findArchive } from '../orchestrator/find-archive.ts';
import type { CommandContext } from './command.ts';

/** The same text in every help. */
export const archiveArgument = {
  name: 'archive',
  description: 'path, file name, beginning of one, date (2026-07-24), latest or latest~2',
} as const;

/** A path needs no configuration; anything else is looked up in BACKUP_PATH. */
export function openNamed(context: CommandContext, words: string): Promise<OpenArchive> {
  return findArchive(context.host, words, () => context.config.load().values.BACKUP_PATH);
}
