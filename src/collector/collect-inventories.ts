// Runs the inventory modules of an area. A module that fails costs its own documents, never the run. Programs that hung
// as commands look to it like missing ones: they would cost the same time again, and a finding has told of them.

import type { InventoryItem } from '../catalogue/types.ts';
import type { SourceEntry } from '../entry.ts';
import { InterruptedError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import type { RunResult } from '../host/programs.ts';
import { generatedFile, type CollectionContext } from './context.ts';
import { emitInfoParents } from './emit-directories.ts';
import { inventories } from './inventories/index.ts';
import type { InventoryResult } from './inventories/inventory.ts';
import { generatedRules } from './item-rules.ts';
import type { PlannedArea } from './plan-collection.ts';

export async function* collectInventories(
  context: CollectionContext,
  { area, items }: PlannedArea,
  hung: ReadonlySet<string>,
): AsyncGenerator<Iterable<SourceEntry>> {
  const host = withoutPrograms(context.host, hung);
  for (const { item, isEnabled } of items) {
    if (!isEnabled || item.kind !== 'inventory') continue;
    context.signal.throwIfAborted();
    const { files, findings } = await takeInventory({ ...context, host }, area.id, item);
    for (const finding of findings) context.report({ area: area.id, ...finding });
    for (const [name, content] of files) {
      // Nothing of that kind here, e.g. no bonds.
      if (content === '') continue;
      const path = name === '' ? item.output : `${item.output}/${name}`;
      yield documentEntries(context, area.id, path, content);
    }
  }
}

const missing: RunResult = {
  status: 'missing',
  exitCode: null,
  killedBy: null,
  stdout: Buffer.alloc(0),
  stderr: '',
  durationMs: 0,
};

function withoutPrograms(host: Host, names: ReadonlySet<string>): Host {
  const { commands } = host;
  return {
    ...host,
    commands: {
      ...commands,
      run: (request) => (names.has(request.argv[0]) ? Promise.resolve(missing) : commands.run(request)),
    },
  };
}

function* documentEntries(
  context: CollectionContext,
  areaId: string,
  path: string,
  content: string,
): Generator<SourceEntry> {
  yield* emitInfoParents(context, generatedRules(areaId), path);
  yield generatedFile(context, path, areaId, Buffer.from(content, 'utf8'));
}

async function takeInventory(
  { host, plan }: CollectionContext,
  areaId: string,
  item: InventoryItem,
): Promise<InventoryResult> {
  try {
    return await inventories[item.inventory](host, plan.facts, plan.values);
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    return {
      files: new Map(),
      findings: [
        {
          severity: 'error',
          code: 'inventory-failed',
          area: areaId,
          path: item.output,
          message: `the inventory ${item.inventory} could not be made: ${said}`,
          hint: 'everything else is saved; please report this',
        },
      ],
    };
  }
}
