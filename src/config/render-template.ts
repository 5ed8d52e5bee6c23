// The commented configuration file that a new installation gets. Every default is shown commented out, so a file
// made from it holds only what its owner decided, and later versions can have better defaults.

import { fhsPaths } from './layout.ts';
import { sections, webhookEndpointOptions } from './options.ts';
import type { Option } from './types.ts';

const width = 100;

const head = `Configuration of ProxSave.

Each key is shown with its default. To change one, remove the # in front and write another value.
A value holds to the end of the line; quotes are needed only around a # or around spaces at an end.
Lists: separated by commas, or one entry a line between KEY=" and a line with only a ".
Check the file: proxsave config check. What counts in the end: proxsave config show --origin.`;

export function renderTemplate(): string {
  const parts = [comment(head)];
  for (const { title, about, rows } of sections) {
    parts.push(comment(`${'-'.repeat(width - 2)}\n${title}\n${about}`));
    for (const [name, row] of Object.entries(rows))
      parts.push(`${comment(row.doc)}\n#${name}=${defaultText(row)}`);
    if (Object.hasOwn(rows, 'WEBHOOK_ENDPOINTS')) parts.push(...endpointExample());
  }
  return `${parts.join('\n\n')}\n`;
}

function endpointExample(): string[] {
  const rows = Object.entries(webhookEndpointOptions).map(
    ([key, row]) => `${comment(row.doc)}\n#WEBHOOK_CHAT_${key}=${defaultText(row)}`,
  );
  return [comment('The keys of one endpoint, here for WEBHOOK_ENDPOINTS=chat:'), ...rows];
}

/** As it would stand in a file; for a place of ProxSave's own, where it lies when installed as a package. */
export function defaultText(row: Option): string {
  return typeof row.default === 'string' ? row.default : fhsPaths[row.default.place];
}

function comment(text: string): string {
  return text
    .split('\n')
    .flatMap(wrap)
    .map((line) => (line === '' ? '#' : `# ${line}`))
    .join('\n');
}

function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + word.length + 3 <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
