// The screen of `backup --dry-run`.

import type { AreaPlan, BackupPlan } from '../orchestrator/plan-backup.ts';
import { findingLine } from '../ui/reporter.ts';
import type { Style } from '../ui/style.ts';
import { formatBytes, formatCount } from '../util/format.ts';

export function renderBackupPlan(plan: BackupPlan, style: Style): string {
  const saved = plan.areas.filter((area) => area.state === 'enabled' && !isEmpty(area));
  const empty = plan.areas.filter((area) => area.state === 'enabled' && isEmpty(area));
  const off = plan.areas.filter((area) => area.state !== 'enabled');
  const findings = plan.findings.filter((finding) => finding.severity !== 'info');
  const room = plan.availableBytes === undefined ? '' : `, ${formatBytes(plan.availableBytes)} free`;
  return [
    style.bold(`What a backup of ${plan.hostname} (${plan.proxmoxType}) would save:`),
    '',
    `  ${'area'.padEnd(20)}${'files'.padStart(8)}${'size'.padStart(12)}  commands`,
    ...saved.map((area) => areaLine(area)),
    `  ${style.bold('total'.padEnd(20) + String(plan.files).padStart(8) + formatBytes(plan.bytes).padStart(12))}`,
    '',
    ...(empty.length > 0 ? [`  nothing there: ${empty.map((area) => area.areaId).join(', ')}`] : []),
    ...off.map((area) => `  not saved: ${area.areaId} (${area.reason ?? ''})`),
    ...(findings.length > 0
      ? ['', ...findings.slice(0, 20).map((finding) => findingLine(finding, style, (text) => text))]
      : []),
    ...(findings.length > 20 ? [`  ... and ${formatCount(findings.length - 20, 'more finding')}`] : []),
    '',
    `  target: ${plan.target}${room}, compression ${plan.compression}`,
    '  This was a dry run: nothing was written. Sizes are before compression; commands were not run.',
  ].join('\n');
}

function isEmpty(area: AreaPlan): boolean {
  return area.files + area.links + area.commands === 0;
}

function areaLine(area: AreaPlan): string {
  const commands = area.commands === 0 ? '' : String(area.commands);
  return `  ${area.areaId.padEnd(20)}${String(area.files).padStart(8)}${formatBytes(area.bytes).padStart(12)}  ${commands.padStart(8)}`;
}
