// File names and foreign text on their way to a terminal, a log or a mail: control characters must not move the
// cursor, forge a log line or colour the screen.

// eslint-disable-next-line no-control-regex -- control characters are what this is about
const unprintable = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]|[\uDC80-\uDCFF]/gu;

/** Escapes control characters and raw bytes visibly: newline as `\n`, others as `\xHH`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    const unit = character.charCodeAt(0);
    if (unit >= 0xdc80 && unit <= 0xdcff) return `\\x${(unit - 0xdc00).toString(16)}`;
    return unit > 0xff ? `\\u${unit.toString(16)}` : `\\x${unit.toString(16).padStart(2, '0')}`;
  });
}

/**
 * As `printable`, for our own messages of several lines: their line breaks stay. Lines after the first get `indent`, so
 * that a newline smuggled into a message never starts a line that looks like one of ours.
 */
export function printableLines(text: string, indent = ''): string {
  return text.split('\n').map(printable).join(`\n${indent}`);
}
