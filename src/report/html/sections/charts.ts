// Size and duration over time, of the runs that made an archive of the whole host.

import { formatBytes, formatDuration } from '../../../util/format.ts';
import type { HistoryRun } from '../../history.ts';
import { byteSteps, durationSteps, renderChart, type Point } from '../chart.ts';
import { markup, nothing, type Markup } from '../markup.ts';

export function chartsSection(runs: readonly HistoryRun[]): Markup {
  const whole = runs.filter(({ archiveBytes, isPartial }) => archiveBytes > 0 && !isPartial).reverse();
  if (whole.length < 2) return nothing;
  const points = (valueOf: (run: HistoryRun) => number): Point[] =>
    whole.map((run) => ({ at: run.startedAt, value: valueOf(run) }));
  return markup`<section aria-labelledby="charts">
<h2 id="charts">Size and duration</h2>
<div class="charts">
${renderChart({
  title: 'Size of the archive',
  points: points(({ archiveBytes }) => archiveBytes),
  format: formatBytes,
  steps: byteSteps,
})}
${renderChart({
  title: 'Duration of the run',
  points: points(({ durationSeconds }) => durationSeconds * 1000),
  format: formatDuration,
  steps: durationSteps,
})}
</div>
<p class="dim">The same numbers stand in the table of runs.</p>
</section>`;
}
