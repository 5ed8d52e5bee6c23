// The report as one page of HTML that needs nothing but itself: no network, no fonts, no script to be read. The policy in
// its head makes the browser refuse anything else.

import { createHash } from 'node:crypto';
import { formatLocalTime } from '../../util/format.ts';
import { isFromFuture } from '../past-runs.ts';
import { markup, nothing, trusted, type Markup } from './markup.ts';
import { pageStyle } from './page-style.ts';
import type { ReportData } from './report-data.ts';
import { calendarSection } from './sections/calendar.ts';
import { changesSection } from './sections/changes.ts';
import { chartsSection } from './sections/charts.ts';
import { copiesSection } from './sections/copies.ts';
import { findingsSection } from './sections/findings.ts';
import { runsSection } from './sections/runs.ts';
import { summarySection } from './sections/summary.ts';

/** A convenience: what is folded would be missing on paper. */
const script = `addEventListener('beforeprint', () => { for (const part of document.querySelectorAll('details')) part.open = true; });`;

/** A whole document. All times as the clocks of the machine that renders it show them. */
export function renderReport(data: ReportData): string {
  const { hostname, product, version, generatedAt, runs, changes } = data;
  const sections: readonly (readonly [id: string, title: string, content: Markup])[] = [
    ['calendar', 'Outcomes', calendarSection(runs, generatedAt)],
    ['charts', 'Size and duration', chartsSection(runs.filter((run) => !isFromFuture(run, generatedAt)))],
    ['copies', 'Copies', copiesSection(data)],
    ['findings', 'Findings', findingsSection(runs)],
    ['changes', 'What changed', changesSection(changes)],
    ['runs', 'Runs', runsSection(runs)],
  ];
  const shown = sections.filter(([, , content]) => content !== nothing);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>Backups of ${hostname}</title>
<link rel="icon" href="data:,">
<style>${trusted(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<h1>Backups of ${hostname}</h1>
<p class="dim">${product === '' ? '' : `${product} · `}as of ${formatLocalTime(generatedAt)}</p>
</header>
<nav aria-label="Sections">
<ul>
${shown.map(([id, title]) => markup`<li><a href="#${id}">${title}</a></li>`)}
</ul>
</nav>
<main id="content">
${summarySection(data)}
${shown.map(([, , content]) => content)}
</main>
<footer>
<p>
Made by ProxSave ${version}. Names of files and hosts are in this page: treat it as you treat a
log.
</p>
</footer>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.html;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const contentPolicy = `default-src 'none'; style-src ${hashOf(pageStyle)}; script-src ${hashOf(script)}; img-src data:; base-uri 'none'; form-action 'none'`;
