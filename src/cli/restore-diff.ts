// The difference that a restore would make to each text file. Secret files are named, never shown.

import type { PlannedRun } from '../orchestrator/restore/plan-run.ts';
import { changesHost, type PlanEntry } from '../restore/plan/restore-plan.ts';
import { hasRawBytes } from '../util/byte-path.ts';
import { formatBytes } from '../util/format.ts';
import { printable, printableLines } from '../util/printable.ts';

/** Unified differences by path, in the order of the plan. */
export async function planDifferences({ plan, differences }: PlannedRun): Promise<Map<string, string>> {
  const { createTwoFilesPatch } = await import('diff');
  const shown = new Map<string, string>();
  for (const entry of plan.entries) {
    if (!changesHost(entry) || entry.after?.kind !== 'file') continue;
    const texts = differences.get(entry.path);
    if (entry.secret) shown.set(entry.path, `${sizesOf(entry)}; it holds secrets and is not shown`);
    else if (texts === undefined) shown.set(entry.path, `${sizesOf(entry)}; too large to be shown`);
    else if (isBinary(texts.planned) || isBinary(texts.live ?? ''))
      shown.set(entry.path, `${sizesOf(entry)}; it is no text`);
    else if (texts.live === texts.planned) shown.set(entry.path, 'only mode, owner or time differ');
    else {
      const name = `/${printable(entry.path)}`;
      const before = texts.live === undefined ? '/dev/null' : `${name} (here)`;
      const patch = createTwoFilesPatch(before, `${name} (restored)`, texts.live ?? '', texts.planned);
      shown.set(entry.path, printableLines(patch.replace(/^=+\n/u, '').trimEnd()));
    }
  }
  return shown;
}

function sizesOf({ before, after }: PlanEntry): string {
  const now = before === null || before === undefined ? 'nothing' : formatBytes(before.size);
  return `${now} becomes ${formatBytes(after?.size ?? 0)}`;
}

function isBinary(text: string): boolean {
  return text.includes('\0') || hasRawBytes(text);
}

export function renderDifferences(shown: ReadonlyMap<string, string>): string {
  return [...shown]
    .map(([path, text]) => (text.startsWith('---') ? text : `/${printable(path)}: ${text}`))
    .join('\n\n');
}
