// What to do next, below an error or a result.

import { wrapText } from '../ui/wrap-text.ts';
import { printableLines } from '../util/printable.ts';

/** From this many commas on, a line is a list of names. */
const listCommas = 5;

/** Long lists of names are broken between names; anything else stays whole, so that a command can be copied. */
export function hintLines(hint: string, columns: number): string[] {
  return printableLines(hint)
    .split('\n')
    .flatMap((line) => (line.split(', ').length > listCommas ? wrapText(line, columns - 2) : [line]))
    .map((line) => `  ${line}`);
}
