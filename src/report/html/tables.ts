// Tables that a screen reader can follow: caption, heads with scope, and a frame that the keyboard can scroll.

import { markup, nothing, trusted, type Markup } from './markup.ts';

export interface Column {
  title: string;
  /** Class of its cells. */
  kind?: 'number' | 'time' | 'name' | 'word' | 'long';
}

export interface Table {
  caption: string;
  columns: readonly Column[];
  /** The first cell of a row is its head. */
  rows: readonly (readonly (string | Markup)[])[];
}

export function renderTable({ caption, columns, rows }: Table): Markup {
  const classOf = (column: number) => {
    const kind = columns[column]?.kind;
    return kind === undefined ? nothing : trusted(` class="${kind}"`);
  };
  const heads = columns.map(({ title }, index) => markup`<th scope="col"${classOf(index)}>${title}</th>`);
  const body = rows.map((cells) => {
    const rendered = cells.map((cell, index) =>
      index === 0
        ? markup`<th scope="row"${classOf(index)}>${cell}</th>`
        : markup`<td${classOf(index)}>${cell}</td>`,
    );
    return markup`<tr>
${inLine(rendered)}
</tr>`;
  });
  return scrollable(
    caption,
    markup`<table>
<caption>
${caption}
</caption>
<thead>
<tr>
${inLine(heads)}
</tr>
</thead>
<tbody>
${body}
</tbody>
</table>`,
  );
}

/** Wide content scrolls in its own frame, which the keyboard reaches. */
export function scrollable(label: string, content: Markup): Markup {
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${content}</div>`;
}

/** Folded when it is long; what is folded is opened for printing. */
export function foldable(summary: string, content: Markup, isOpen: boolean): Markup {
  const open = isOpen ? trusted(' open') : nothing;
  return markup`<details${open}><summary>${summary}</summary>
${content}
</details>`;
}

function inLine(parts: readonly Markup[]): Markup {
  return trusted(parts.map(({ html }) => html).join(''));
}
