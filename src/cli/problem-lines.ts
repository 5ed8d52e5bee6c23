// What is wrong with an archive, a line each.

import type { ArchiveProblem } from '../archiver/verify/archive-problem.ts';
import { formatCount } from '../util/format.ts';
import { printable, printableLines } from '../util/printable.ts';

const shownProblems = 20;

/** `total` counts also those that are not in the list. */
export function problemLines(problems: readonly ArchiveProblem[], total: number): string[] {
  const shown = problems.slice(0, shownProblems);
  const hidden = total - shown.length;
  return [
    ...shown.map(({ path, message }) => `  ${placeOf(path, message)}${printableLines(message, '    ')}`),
    ...(hidden > 0 ? [`  ... and ${formatCount(hidden, 'more problem')}`] : []),
  ];
}

/** Some messages name the path themselves. */
function placeOf(path: string | undefined, message: string): string {
  return path === undefined || path === '' || message.includes(path) ? '' : `/${printable(path)}: `;
}
