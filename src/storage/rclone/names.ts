// Names on the cloud tier. Unfinished files are named as on every tier (../directory/temporary-name.ts): a later run of
// the same installation removes what a killed one left, and nobody else's. On a remote that cannot move files a mark stands
// beside a file that is not proved yet: `.proxsave-<install id>-NAME.uploading.partial`. Pure.

import { StorageError } from '../../errors.ts';
import { printable } from '../../util/printable.ts';

const prefix = '.proxsave-';
const partialEnding = '.partial';
const markEnding = `.uploading${partialEnding}`;

export function uploadMark(installId: string, name: string): string {
  return `${prefix}${installId}-${name}${markEnding}`;
}

/** Does this mark, whoever made it, stand beside `name`? */
export function isMarkOf(mark: string, name: string): boolean {
  return mark.startsWith(prefix) && mark.endsWith(`-${name}${markEnding}`);
}

/** The file that a mark of this installation stands beside. */
export function markedBy(installId: string, mark: string): string | undefined {
  const start = `${prefix}${installId}-`;
  if (!mark.startsWith(start) || !mark.endsWith(markEnding)) return undefined;
  return mark.slice(start.length, -markEnding.length);
}

/** rclone from 1.63 on puts an ending of its own, `.<hash>.partial`, behind the name while it writes. */
export function isOwnPartial(installId: string, name: string): boolean {
  return name.startsWith(`${prefix}${installId}-`) && name.endsWith(partialEnding);
}

/** @throws StorageError for a name that is none of a single file, or which rclone cannot be given */
export function checkName(name: string): string {
  const isPlain = name !== '' && name !== '.' && name !== '..' && !/[/\p{Cc}]/u.test(name);
  if (isPlain && !/\p{Cs}/u.test(name)) return name;
  const why = isPlain ? 'it is not UTF-8' : 'it is not that of a file';
  throw new StorageError(`the name "${printable(name)}" cannot be used on the cloud tier: ${why}`);
}
