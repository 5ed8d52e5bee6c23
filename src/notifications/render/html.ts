// A notice as the HTML part of a mail: one self-contained page with inline styles, because mail programs drop most
// others; the style block only adds colours for dark screens. Nothing is loaded from anywhere.

import type { FindingGroup, Notice, NoticeTier } from '../notice.ts';
import { escapeHtml } from '../../util/escape-html.ts';
import { changedNames, changeTotals, groupText, noticeFacts, tierText } from './notice-facts.ts';
import { colourOf, styleOf, tierMark } from './status-style.ts';

const font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const styles = {
  body: `margin:0;padding:0;background:#f2f4f7;${font}`,
  card: 'max-width:640px;margin:0 auto;background:#ffffff;color:#1f2933;border-radius:8px;overflow:hidden',
  label: 'padding:3px 16px 3px 0;color:#5a6675;vertical-align:top;white-space:nowrap',
  value: 'padding:3px 0;vertical-align:top;word-break:break-word',
  heading: 'margin:20px 0 6px;font-size:15px',
  pre: 'margin:6px 0;padding:10px;background:#f2f4f7;border-radius:6px;font-size:12px;white-space:pre-wrap;word-break:break-word',
  small: 'color:#5a6675;font-size:13px',
} as const;

const darkStyles = `
@media (prefers-color-scheme: dark) {
  .page { background: #12161c !important; }
  .card { background: #1c222b !important; color: #e4e8ee !important; }
  .label, .small { color: #a3adba !important; }
  .pre { background: #12161c !important; }
  .error { color: #ff8a80 !important; }
  .warning { color: #f0b04a !important; }
}`;

export function renderHtmlMail(notice: Notice): string {
  const { title, error, nextStep } = notice;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${darkStyles}
</style>
</head>
<body class="page" style="${styles.body}">
<div style="padding:16px">
<div class="card" style="${styles.card}">
${headline(notice)}
<div style="padding:4px 24px 20px;font-size:14px;line-height:1.45">
${joinParts([
  error === undefined ? '' : preBlock(error),
  findingSection(notice.groups),
  `<p><b>Next:</b> ${withCode(nextStep)}</p>`,
  factTable(notice),
  tierSection(notice.tiers),
  changeSection(notice),
  logSection(notice),
])}
<p class="small" style="${styles.small}">ProxSave ${escapeHtml(notice.record.version)}, exit code ${notice.record.exit_code} (${escapeHtml(notice.record.exit_name)})</p>
</div>
</div>
</div>
</body>
</html>
`;
}

function joinParts(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}

function headline({ status, title }: Notice): string {
  const style = `background:${colourOf(status)};color:#ffffff;padding:18px 24px;font-size:19px;font-weight:600`;
  return `<div style="${style}">${styleOf(status).mark} ${escapeHtml(title)}</div>`;
}

/** Commands stand in backquotes in our texts. */
function withCode(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function preBlock(text: string): string {
  return `<pre class="pre" style="${styles.pre}">${escapeHtml(text)}</pre>`;
}

function heading(text: string): string {
  return `<h2 style="${styles.heading}">${text}</h2>`;
}

function table(rows: readonly (readonly [label: string, value: string])[]): string {
  const cells = rows.map(
    ([label, value]) =>
      `<tr><td class="label" style="${styles.label}">${escapeHtml(label)}</td><td style="${styles.value}">${escapeHtml(value)}</td></tr>`,
  );
  return `<table role="presentation" style="border-collapse:collapse;font-size:14px">\n${cells.join('\n')}\n</table>`;
}

function factTable(notice: Notice): string {
  return table(noticeFacts(notice).map(({ label, value }) => [label, value]));
}

function tierSection(tiers: readonly NoticeTier[]): string {
  if (tiers.length === 0) return '';
  const rows = tiers.map((tier) => [`${tierMark(tier.status)} ${tier.tier}`, tierText(tier)] as const);
  return `${heading('Copies')}\n${table(rows)}`;
}

const shownGroups = 20;

function findingSection(groups: readonly FindingGroup[]): string {
  if (groups.length === 0) return '';
  const items = groups.slice(0, shownGroups).map((group) => {
    const colour = group.severity === 'error' ? colourOf('failed') : colourOf('warning');
    const others = group.examples
      .slice(1)
      .map((example) => `<br><span class="small" style="${styles.small}">${escapeHtml(example)}</span>`);
    const hint = group.hint === undefined ? '' : `<br>&rarr; ${withCode(group.hint)}`;
    return `<li style="margin:4px 0"><b class="${group.severity}" style="color:${colour}">${group.severity}</b> ${escapeHtml(groupText(group))}${others.join('')}${hint}</li>`;
  });
  const hidden = groups.length - shownGroups;
  const more = hidden > 0 ? `<p>... and ${hidden} other kinds, see the log</p>` : '';
  return `${heading('Errors and warnings')}\n<ul style="margin:0;padding-left:18px">\n${items.join('\n')}\n</ul>${more}`;
}

const shownAreas = 20;

function changeSection({ changes, archiveName, isFirst }: Notice): string {
  if (changes === undefined) return isFirst ? '<p>There was no backup of this host before.</p>' : '';
  if (archiveName === undefined) return '';
  const totals = changeTotals(changes);
  if (totals === undefined) return '<p>Nothing has changed since the last backup.</p>';
  const areas = changes.filter((area) => changedNames(area).length > 0);
  const lines = areas.slice(0, shownAreas).map(
    (area) =>
      `${area.area}:\n${changedNames(area)
        .map((name) => `  ${name}`)
        .join('\n')}`,
  );
  const hidden = areas.length - shownAreas;
  const more = hidden > 0 ? [`... and ${hidden} other areas`] : [];
  return `${heading(`Since the last backup: ${totals}`)}\n${preBlock([...lines, ...more].join('\n'))}`;
}

function logSection({ status, logTail, record }: Notice): string {
  if (record.log_path === '') return '';
  const isWorthReading = status === 'failed' || status === 'interrupted';
  const tail = isWorthReading && logTail.length > 0 ? `\n${preBlock(logTail.join('\n'))}` : '';
  return `<p class="small" style="${styles.small}">Log: ${escapeHtml(record.log_path)}</p>${tail}`;
}
