// Every run in numbers.

import { formatBytes, formatCount, formatDuration, formatLocalTime } from '../../../util/format.ts';
import type { HistoryRun } from '../../history.ts';
import { markup, type Markup } from '../markup.ts';
import { foldable, renderTable } from '../tables.ts';
import { outcomeMarkup } from './summary.ts';

const openRows = 30;
const shownRows = 400;

export function runsSection(runs: readonly HistoryRun[]): Markup {
  const hidden = runs.length - shownRows;
  const table = renderTable({
    caption: 'Runs, newest first',
    columns: [
      { title: 'Started', kind: 'time' },
      { title: 'Outcome', kind: 'word' },
      { title: 'Duration', kind: 'number' },
      { title: 'Size', kind: 'number' },
      { title: 'Files', kind: 'number' },
      { title: 'Tiers' },
      { title: 'Cause, or where the archive was put', kind: 'long' },
    ],
    rows: runs.slice(0, shownRows).map(runRow),
  });
  return markup`<section aria-labelledby="runs">
<h2 id="runs">Runs</h2>
${runs.length === 0 ? markup`<p>No run is on record.</p>` : foldable(formatCount(runs.length, 'run'), table, runs.length <= openRows)}
${hidden > 0 ? markup`<p class="dim">${formatCount(hidden, 'older run')} not shown</p>` : markup``}
</section>`;
}

function runRow(run: HistoryRun): (string | Markup)[] {
  const hasArchive = run.archiveBytes > 0;
  const tiers = run.tiers.filter(({ status }) => status !== 'disabled');
  return [
    formatLocalTime(run.startedAt),
    outcomeMarkup(run),
    formatDuration(run.durationSeconds * 1000),
    hasArchive ? formatBytes(run.archiveBytes) : '',
    hasArchive ? run.files.toLocaleString('en-US') : '',
    tiers.map(({ tier, status }) => `${tier} ${status}`).join(', '),
    run.error ?? run.archivePath,
  ];
}
