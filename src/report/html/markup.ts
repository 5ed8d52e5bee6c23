// HTML from templates in which every value is escaped, unless it is markup itself. Names of files and messages of other
// programs come from anywhere: nothing of them may become an element.

import { escapeHtml } from '../../util/escape-html.ts';
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
  if (typeof part === 'string') return escapePrintable(part);
  return 'html' in part ? part.html : part.map(({ html }) => html).join('\n');
}

/** Control characters and raw bytes become visible. */
function escapePrintable(text: string): string {
  return escapeHtml(printable(text).toWellFormed());
}
