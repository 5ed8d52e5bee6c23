// HTML from templates in which every value is escaped, unless it is markup itself. Names of files and messages of other
// programs come from anywhere: nothing of them may become an element.

import { printable } from '../../util/printable.ts';

export interface Markup {
  readonly html: string;
}

type Part = string | number | Markup | readonly Markup[];

export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return {
    html: texts.map((text, index) => (index === 0 ? text : render(parts[index - 1]) + text)).join(''),
  };
}

export const nothing: Markup = { html: '' };

/** Of our own texts only. */
export function trusted(html: string): Markup {
  return { html };
}

function render(part: Part | undefined): string {
  if (part === undefined) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escapeHtml(part);
  return 'html' in part ? part.html : part.map(({ html }) => html).join('\n');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attributes in quotes; control characters and raw bytes become visible. */
export function escapeHtml(text: string): string {
  return printable(text)
    .toWellFormed()
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
