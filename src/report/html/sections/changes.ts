// What changed between backups: names by area, never content.

import type { AreaChanges } from '../../../run-record.ts';
import { formatCount, formatLocalTime } from '../../../util/format.ts';
import { markup, type Markup } from '../markup.ts';
import type { ReportChanges } from '../report-data.ts';
import { foldable } from '../tables.ts';

const shownBackups = 30;
const shownNames = 100;
const kinds = [
  { kind: 'added', mark: '+' },
  { kind: 'changed', mark: '~' },
  { kind: 'removed', mark: '−' },
] as const;
type Kind = (typeof kinds)[number]['kind'];

export function changesSection(changes: readonly ReportChanges[]): Markup {
  const isOpen = (index: number) => index === 0;
  const parts = changes.slice(0, shownBackups).map((backup, index) => {
    const when = formatLocalTime(backup.at);
    const totals = totalsText(backup.areas);
    if (backup.areas.length === 0) return markup`<p>${when}: nothing changed</p>`;
    return foldable(`${when}: ${totals}`, markup`${backup.areas.map(areaMarkup)}`, isOpen(index));
  });
  const hidden = changes.length - shownBackups;
  return markup`<section aria-labelledby="changes">
<h2 id="changes">What changed</h2>
${changes.length === 0 ? markup`<p class="dim">No two backups were compared. The command “proxsave diff” compares any two.</p>` : markup`<p class="dim">Names of files that differ from the backup before: + added, ~ changed, − removed.</p>`}
${parts}
${hidden > 0 ? markup`<p class="dim">${formatCount(hidden, 'older backup')} not shown</p>` : markup``}
</section>`;
}

function totalsText(areas: readonly AreaChanges[]): string {
  const total = (kind: Kind) => areas.reduce((sum, area) => sum + countOf(area, kind), 0);
  return kinds.map(({ kind }) => `${total(kind).toLocaleString('en-US')} ${kind}`).join(', ');
}

function countOf(area: AreaChanges, kind: Kind): number {
  return area[kind].length + (area.omitted?.[kind] ?? 0);
}

function areaMarkup(area: AreaChanges): Markup {
  const items = kinds.flatMap(({ kind, mark }) => {
    const names = area[kind].slice(0, shownNames);
    const hidden = countOf(area, kind) - names.length;
    return [
      ...names.map((name) => markup`<li>${mark} ${name}<span class="hidden"> (${kind})</span></li>`),
      ...(hidden > 0 ? [markup`<li>${mark} and ${hidden.toLocaleString('en-US')} more</li>`] : []),
    ];
  });
  return markup`<h3>${area.area === '' ? 'other files' : area.area}</h3>
<ul class="names">
${items}
</ul>`;
}
