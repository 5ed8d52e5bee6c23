// Lines with their endings, so that what is not touched stays byte for byte what it was.

export interface TextLine {
  content: string;
  ending: '' | '\n' | '\r\n';
}

/** The exact inverse of `joinLines`. An empty text has no line. */
export function splitLines(text: string): TextLine[] {
  const lines: TextLine[] = [];
  for (const [whole] of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const ending = whole.endsWith('\r\n') ? '\r\n' : whole.endsWith('\n') ? '\n' : '';
    lines.push({ content: whole.slice(0, whole.length - ending.length), ending });
  }
  return lines;
}

export function joinLines(lines: readonly TextLine[]): string {
  return lines.map(({ content, ending }) => content + ending).join('');
}

/** Adds lines at the end; a last line without its newline gets one first. Nothing to add: the text as it is. */
export function appendLines(text: string, contents: readonly string[]): string {
  if (contents.length === 0) return text;
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${separator}${contents.join('\n')}\n`;
}

/** Contents of the lines, without their endings, CRLF included. */
export function lineContents(text: string): string[] {
  return splitLines(text).map(({ content }) => content);
}
