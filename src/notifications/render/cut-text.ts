// Texts for services that allow so many characters. Lengths are UTF-16 units, which is what most services count, or
// bytes of UTF-8; a character is never cut in two. What is cut says so.

export type Measure = (text: string) => number;

export const utf16Length: Measure = (text) => text.length;
export const utf8Length: Measure = (text) => Buffer.byteLength(text);

const ellipsis = '…';

/** At most `max`, with an ellipsis in place of what is missing. */
export function cutText(text: string, max: number, measure: Measure = utf16Length): string {
  if (measure(text) <= max) return text;
  const room = max - measure(ellipsis);
  let kept = '';
  let used = 0;
  // By code points, so that no pair of surrogates is torn apart.
  for (const character of text) {
    used += measure(character);
    if (used > room) break;
    kept += character;
  }
  return room < 0 ? '' : `${kept.trimEnd()}${ellipsis}`;
}

export interface FitOptions {
  max: number;
  measure?: Measure;
  /** Dresses a line, e.g. escapes it; what comes out is measured. Must not make a text shorter. */
  dress?: (line: string, index: number) => string;
}

const cutNote = `${ellipsis} (shortened)`;

/**
 * As many lines as fit, from the first on, with a note when some are missing. A line that is too long for the whole is
 * cut itself, before it is dressed, so that marks and escapes stay whole.
 */
export function fitLines(lines: readonly string[], options: FitOptions): string {
  const { max, measure = utf16Length, dress = (line: string) => line } = options;
  const dressed = lines.map((line, index) => dressToFit(line, index, { max, measure, dress }));
  const whole = dressed.join('\n');
  if (measure(whole) <= max) return whole;
  const room = max - measure(`\n${cutNote}`);
  const kept: string[] = [];
  let used = 0;
  for (const line of dressed) {
    used += measure(line) + (kept.length === 0 ? 0 : 1);
    if (used > room) break;
    kept.push(line);
  }
  return [...kept, cutNote].join('\n').replace(/\n+(?=\n[^\n]*$)/, '');
}

/** A single line never takes more than half of the room, so that the status line is not alone behind a long error. */
function dressToFit(line: string, index: number, { max, measure, dress }: Required<FitOptions>): string {
  const whole = dress(line, index);
  const most = Math.floor(max / 2);
  if (measure(whole) <= most) return whole;
  let limit = Math.min(line.length, most);
  for (;;) {
    const shorter = dress(cutText(line, limit), index);
    if (measure(shorter) <= most || limit <= 1) return shorter;
    limit = Math.floor(limit * Math.max(0.5, Math.min(0.95, most / measure(shorter))));
  }
}
