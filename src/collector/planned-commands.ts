// The commands of a plan, and their outputs as entries.

import type { EachItem } from '../catalogue/types.ts';
import type { SourceEntry } from '../entry.ts';
import type { Host } from '../host/host.ts';
import { fileKey } from '../util/file-key.ts';
import { generatedFile, type CollectionContext } from './context.ts';
import { emitInfoParents } from './emit-directories.ts';
import { generatedRules } from './item-rules.ts';
import { nameLists } from './lists/index.ts';
import type { CollectionPlan, PlannedArea } from './plan-collection.ts';
import type { CommandOutcome, PlannedCommand } from './run-commands.ts';

export function plannedCommands(
  host: Host,
  plan: CollectionPlan,
  areas: readonly PlannedArea[],
): PlannedCommand[] {
  return areas.flatMap(({ area, items }) =>
    items.flatMap(({ item, isEnabled }) => {
      if (!isEnabled) return [];
      if (item.kind === 'command') return [{ ...item, areaId: area.id }];
      return item.kind === 'each' ? commandsForEach(host, plan, area.id, item) : [];
    }),
  );
}

function commandsForEach(host: Host, plan: CollectionPlan, areaId: string, item: EachItem): PlannedCommand[] {
  const names = nameLists[item.of](host, plan.facts, plan.values);
  return names.map((name) => ({
    ...item,
    areaId,
    argv: item.argv(name),
    output: item.output(fileKey(name), name),
  }));
}

export function* commandEntries(
  context: CollectionContext,
  { areaId, output }: PlannedCommand,
  outcome: CommandOutcome,
): Generator<SourceEntry> {
  for (const finding of outcome.findings) context.report(finding);
  if (outcome.content === undefined) return;
  yield* emitInfoParents(context, generatedRules(areaId), output);
  yield generatedFile(context, output, areaId, outcome.content);
}
