// Lines of a notice as Markdown, for services that render it.

/** Every sign that could mean something in a line; names of files are full of them. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>~|#]/g, '\\$&').replace(/^(\s*)([-+]|\d+[.)])(?=\s)/, '$1\\$2');
}

/** For fitLines: a label in front of a colon in bold. Two spaces at the end keep lines apart. */
export function markdownLine(line: string): string {
  if (line === '') return '';
  const labelled = /^([A-Z][\w ]*):(.*)$/.exec(line);
  const text =
    labelled === null
      ? escapeMarkdown(line)
      : `**${escapeMarkdown(labelled[1] ?? '')}:**${escapeMarkdown(labelled[2] ?? '')}`;
  return `${text}  `;
}
