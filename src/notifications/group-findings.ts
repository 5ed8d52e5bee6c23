// Findings of a run as groups of one kind, the most important first: what an admin reads before the second line.

import type { Finding, Severity } from '../findings.ts';
import type { RunRecord } from '../run-record.ts';
import type { FindingGroup } from './notice.ts';
import { cutText } from './render/cut-text.ts';

const examplesInGroup = 3;
const maxExampleLength = 1000;
const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Errors before warnings, larger groups before smaller ones; what is only information is no news. */
export function groupFindings(record: Pick<RunRecord, 'findings' | 'findings_omitted'>): FindingGroup[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of record.findings) {
    if (finding.severity === 'info') continue;
    const key = `${finding.severity} ${finding.code}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  // What the record left out counts for the most serious group of its code.
  const omitted = new Map(Object.entries(record.findings_omitted));
  return [...groups.values()]
    .sort(([a], [b]) => rank[a?.severity ?? 'info'] - rank[b?.severity ?? 'info'])
    .map((findings) => describeGroup(findings, omitted))
    .sort((a, b) => rank[a.severity] - rank[b.severity] || b.count - a.count);
}

function describeGroup(findings: readonly Finding[], omitted: Map<string, number>): FindingGroup {
  const { severity, code } = findings[0] ?? { severity: 'warning', code: '' };
  const notKept = omitted.get(code) ?? 0;
  omitted.delete(code);
  const hint = findings.find((finding) => finding.hint !== undefined)?.hint;
  return {
    severity,
    code,
    count: findings.length + notKept,
    examples: [...new Set(findings.map(({ message }) => message))]
      .slice(0, examplesInGroup)
      .map((message) => cutText(message, maxExampleLength)),
    ...(hint === undefined ? {} : { hint: cutText(hint, maxExampleLength) }),
  };
}

/** How many errors and warnings, the ones beyond the examples included. */
export function countFindings(groups: readonly FindingGroup[]): { errors: number; warnings: number } {
  const total = (severity: Severity) =>
    groups.filter((group) => group.severity === severity).reduce((sum, { count }) => sum + count, 0);
  return { errors: total('error'), warnings: total('warning') };
}
