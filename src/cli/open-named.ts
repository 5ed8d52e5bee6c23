// The archive that a command's words mean, opened.

import type { OpenArchive } from '../archiver/read/open-archive.ts';
import { findArchive, NoArchiveError } from '../orchestrator/find-archive.ts';
import { archivesElsewhere } from './archives-elsewhere.ts';
import type { CommandContext } from './command.ts';

/** The same text in every help. */
export const archiveArgument = {
  name: 'archive',
  description: 'path, file name, beginning of one, date (2026-07-24), latest or latest~2',
} as const;

/** A path needs no configuration; anything else is looked up in BACKUP_PATH. */
export async function openNamed(context: CommandContext, words: string): Promise<OpenArchive> {
  try {
    return await findArchive(context.host, words, () => context.config.load().values.BACKUP_PATH);
  } catch (error) {
    if (!(error instanceof NoArchiveError)) throw error;
    const hint = archivesElsewhere(context) ?? error.hint;
    throw new NoArchiveError(error.message, hint === undefined ? {} : { hint });
  }
}
