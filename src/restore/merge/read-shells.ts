// Which of the login shells of a backup are installed on this host.

import { hostPathKind } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';
import { parseTable } from './account-files.ts';

/** `MergeContext.shells` for the texts of the live and the archived passwd. */
export function readShells(host: Host, ...passwdTexts: readonly string[]): Set<string> {
  const named = passwdTexts.flatMap((text) =>
    parseTable('passwd', text).flatMap(({ fields }) => fields?.[6]?.trim() ?? []),
  );
  return new Set(named.filter((shell) => shell.startsWith('/') && hostPathKind(host, shell) === 'file'));
}
