// The screen of `backup --dry-run`.

import { describeProduct } from '../host/facts.ts';
import type { AreaPlan, BackupPlan } from '../orchestrator/plan-backup.ts';
import { findingLine } from '../ui/reporter.ts';
import type { Style } from '../ui/style.ts';
import { wrapText } from '../ui/wrap-text.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';

/** `hasNotes`: findings that change nothing are shown too (--verbose). */
export function renderBackupPlan(plan: BackupPlan, style: Style, hasNotes: boolean): string {
  const saved = plan.areas.filter((area) => area.state === 'enabled' && !isEmpty(area));
  const empty = plan.areas.filter((area) => area.state === 'enabled' && isEmpty(area));
  const findings = plan.findings.filter(({ severity }) => hasNotes || severity !== 'info');
  const room = plan.availableBytes === undefined ? '' : `, ${formatBytes(plan.availableBytes)} free`;
  return [
    style.bold(
      `What a backup of ${printable(plan.hostname)} (${describeProduct(plan.proxmoxType)}) would save:`,
    ),
    '',
    `  ${'area'.padEnd(20)}${'files'.padStart(8)}${'size'.padStart(12)}  commands`,
    ...saved.map((area) => areaLine(area)),
    `  ${style.bold('total'.padEnd(20) + String(plan.files).padStart(8) + formatBytes(plan.bytes).padStart(12))}`,
    '',
    ...(empty.length > 0 ? indented(`nothing there: ${empty.map((area) => area.areaId).join(', ')}`) : []),
    ...notSavedLines(plan.areas),
    ...(findings.length > 0
      ? ['', ...findings.slice(0, 20).map((finding) => findingLine(finding, style, (text) => text))]
      : []),
    ...(findings.length > 20 ? [`  ... and ${formatCount(findings.length - 20, 'more finding')}`] : []),
    '',
    `  target: ${printable(plan.target)}${room}, compression ${plan.compression}${plan.isEncrypted ? ', encrypted with age' : ''}`,
    ...indented(
      'This was a dry run: nothing was written. Sizes are before compression; commands were not run.',
    ),
  ].join('\n');
}

/** Names are worth their room only where somebody chose them one by one. */
const namedAreas = 8;

/** One line a reason: `--only` leaves most areas out for the same one. */
function notSavedLines(areas: readonly AreaPlan[]): string[] {
  const off = areas.filter(({ state }) => state !== 'enabled');
  const groups = Map.groupBy(off, ({ reason }) => reason ?? '');
  return [...groups].flatMap(([reason, members]) =>
    indented(`not saved (${printable(reason)}): ${nameSome(members)}`),
  );
}

function nameSome(members: readonly AreaPlan[]): string {
  if (members.length > namedAreas) return `${members.length} areas, see \`proxsave areas\``;
  return members.map(({ areaId }) => areaId).join(', ');
}

function indented(text: string): string[] {
  return wrapText(text, 78).map((line) => `  ${line}`);
}

function isEmpty(area: AreaPlan): boolean {
  return area.files + area.links + area.commands === 0;
}

function areaLine(area: AreaPlan): string {
  const commands = area.commands === 0 ? '' : String(area.commands);
  return `  ${area.areaId.padEnd(20)}${String(area.files).padStart(8)}${formatBytes(area.bytes).padStart(12)}  ${commands.padStart(8)}`;
}
