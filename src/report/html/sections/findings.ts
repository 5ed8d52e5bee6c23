// Warnings and errors of the runs, grouped by what they are: the gravest and the most frequent first.

import type { Finding } from '../../../findings.ts';
import { formatCount, formatLocalTime } from '../../../util/format.ts';
import type { HistoryRun } from '../../history.ts';
import { markup, type Markup } from '../markup.ts';
import { renderTable } from '../tables.ts';

const shownGroups = 60;
/** A message longer than this is cut; the record holds all of it. */
const maxMessage = 400;

interface Group {
  severity: Finding['severity'];
  code: string;
  count: number;
  runs: number;
  lastSeen: Date;
  message: string;
  hint?: string;
}

export function findingsSection(runs: readonly HistoryRun[]): Markup {
  const groups = groupAcrossRuns(runs);
  const hidden = groups.length - shownGroups;
  const table = renderTable({
    caption: `Warnings and errors of ${formatCount(runs.length, 'run')}, by kind`,
    columns: [
      { title: 'Kind', kind: 'word' },
      { title: 'Times', kind: 'number' },
      { title: 'Runs', kind: 'number' },
      { title: 'Last seen', kind: 'time' },
      { title: 'Newest message, and what to do', kind: 'long' },
    ],
    rows: groups.slice(0, shownGroups).map((group) => [
      markup`<span class="${group.severity === 'error' ? 'failure' : 'warning'}">${group.severity}</span>
${group.code}`,
      group.count.toLocaleString('en-US'),
      group.runs.toLocaleString('en-US'),
      formatLocalTime(group.lastSeen).slice(0, 16),
      markup`${cut(group.message)}${group.hint === undefined ? markup`` : markup`<br /><span class="dim">→ ${cut(group.hint)}</span>`}`,
    ]),
  });
  return markup`<section aria-labelledby="findings">
<h2 id="findings">Findings</h2>
${groups.length === 0 ? markup`<p>No run had a warning or an error.</p>` : table}
${hidden > 0 ? markup`<p class="dim">${formatCount(hidden, 'other kind')} not shown</p>` : markup``}
</section>`;
}

/** `runs` newest first: what a group says comes from the newest one. */
function groupAcrossRuns(runs: readonly HistoryRun[]): Group[] {
  const groups = new Map<string, Group>();
  for (const run of runs) {
    const seen = new Set<string>();
    const omitted = new Map(Object.entries(run.findingsOmitted));
    for (const finding of run.findings) {
      if (finding.severity === 'info') continue;
      const key = `${finding.severity} ${finding.code}`;
      const group = groups.get(key) ?? newGroup(finding, run);
      groups.set(key, group);
      group.count += 1 + (omitted.get(finding.code) ?? 0);
      omitted.delete(finding.code);
      if (!seen.has(key)) group.runs += 1;
      seen.add(key);
    }
  }
  const rank = ({ severity }: Group) => (severity === 'error' ? 0 : 1);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b) || b.count - a.count);
}

function newGroup({ severity, code, message, hint }: Finding, { startedAt }: HistoryRun): Group {
  const group = { severity, code, count: 0, runs: 0, lastSeen: startedAt, message };
  return hint === undefined ? group : { ...group, hint };
}

function cut(text: string): string {
  return text.length <= maxMessage ? text : `${text.slice(0, maxMessage)}…`;
}
