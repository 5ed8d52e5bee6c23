// Which day had which outcome: a row a month, a cell a day. Marks and words say what colours say.

import { formatCount, formatLocalTime } from '../../../util/format.ts';
import type { RunStatus } from '../../../run-record.ts';
import type { HistoryRun } from '../../history.ts';
import { markup, nothing, trusted, type Markup } from '../markup.ts';
import { outcomeStyle, worstStatus } from '../outcome.ts';
import { scrollable } from '../tables.ts';

const shownMonths = 12;

export function calendarSection(runs: readonly HistoryRun[], generatedAt: Date): Markup {
  const days = Map.groupBy(runs, ({ startedAt }) => dayOf(startedAt));
  const months = monthsBack(generatedAt, [...days.keys()]);
  const caption = 'The gravest outcome of each day';
  const heads = Array.from({ length: 31 }, (_, index) => `<th scope="col">${index + 1}</th>`).join('');
  const table = markup`<table class="calendar">
<caption>
${caption}
</caption>
<thead>
<tr>
<th scope="col"><span class="hidden">Month</span></th>
${trusted(heads)}
</tr>
</thead>
<tbody>
${months.map((month) => monthRow(month, days, generatedAt))}
</tbody>
</table>`;
  return markup`<section aria-labelledby="calendar">
<h2 id="calendar">Outcomes</h2>
${scrollable(caption, table)} ${legend(runs)}
</section>`;
}

function monthRow(month: string, days: Map<string, HistoryRun[]>, now: Date): Markup {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const length = new Date(year, number, 0).getDate();
  const cells = Array.from({ length }, (_, index) => {
    const day = `${month}-${String(index + 1).padStart(2, '0')}`;
    return dayCell(day, days.get(day) ?? [], now).html;
  });
  return markup`<tr>
<th scope="row">${month}</th>
${trusted(cells.join(''))}
</tr>`;
}

function dayCell(day: string, runs: readonly HistoryRun[], now: Date): Markup {
  if (runs.length === 0) {
    return day > dayOf(now)
      ? trusted('<td></td>')
      : markup`<td class="none"><span class="hidden">no run</span></td>`;
  }
  const { level, mark, word } = outcomeStyle(worstStatus(runs.map(({ status }) => status)));
  const text = runs.length === 1 ? word : `${word}, ${formatCount(runs.length, 'run')}`;
  return markup`<td class="day-${level}" title="${day}: ${text}">
<span aria-hidden="true">${mark}</span><span class="hidden">${text}</span>
</td>`;
}

function legend(runs: readonly HistoryRun[]): Markup {
  const order: readonly RunStatus[] = ['success', 'warning', 'failed', 'interrupted', 'skipped'];
  const used = order.filter((status) => runs.some((run) => run.status === status));
  if (used.length === 0) return nothing;
  const items = used.map((status) => {
    const { level, mark, word } = outcomeStyle(status);
    const count = runs.filter((run) => run.status === status).length;
    return markup`<li>
<b class="day-${level}" aria-hidden="true">${mark}</b>${word}: ${formatCount(count, 'run')}
</li>`;
  });
  return markup`<ul class="legend">
${items}
</ul>`;
}

/** Newest first, from this month back to the first run, at most twelve. */
function monthsBack(now: Date, days: readonly string[]): string[] {
  const first = days.reduce((earliest, day) => (day < earliest ? day : earliest), dayOf(now)).slice(0, 7);
  const months: string[] = [];
  for (let back = 0; back < shownMonths; back += 1) {
    const month = dayOf(new Date(now.getFullYear(), now.getMonth() - back, 1)).slice(0, 7);
    months.push(month);
    if (month <= first) break;
  }
  return months;
}

function dayOf(date: Date): string {
  return formatLocalTime(date).slice(0, 10);
}
