// The merges in the form in which the restore engine asks for them.

import { systemOutputs } from '../../catalogue/items.ts';
import type { MergeKind } from '../../catalogue/types.ts';
import type { MergeStrategy as EngineMerge, StrategyContext } from '../strategies.ts';
import { accountPaths, type AccountFiles } from './account-files.ts';
import { parseBlkid } from './devices.ts';
import { mergeStrategies } from './index.ts';
import type { MergeContext, MergeNote } from './merge-types.ts';

/** What is found out about the live host once, before the plan: the same facts must serve when the plan is applied. */
export type MergeFacts = Pick<MergeContext, 'devices' | 'shells' | 'rootPassword' | 'todayDays'>;

export function createEngineMerges(facts: MergeFacts): Readonly<Record<MergeKind, EngineMerge>> {
  const adapted = Object.entries(mergeStrategies).map(([kind, strategy]) => [
    kind,
    ((live, archived, context) => {
      const { text, notes, directories } = strategy(live, archived, contextOf(context, facts));
      return { text, notes: notes.map(describeNote), ...(directories === undefined ? {} : { directories }) };
    }) satisfies EngineMerge,
  ]);
  return Object.fromEntries(adapted) as Record<MergeKind, EngineMerge>;
}

function contextOf(context: StrategyContext, facts: MergeFacts): MergeContext {
  const blkid = context.archived.get(`${systemOutputs}/blkid.txt`);
  return {
    ...facts,
    path: context.path,
    accounts: { live: accountFilesOf(context.liveFiles), archived: accountFilesOf(context.archived) },
    ...(blkid === undefined ? {} : { archivedDevices: parseBlkid(blkid) }),
  };
}

function accountFilesOf(texts: ReadonlyMap<string, string>): AccountFiles {
  const found = Object.entries(accountPaths).flatMap(([name, path]) => {
    const text = texts.get(path.slice(1));
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(found);
}

function describeNote({ severity, what, line }: MergeNote): string {
  const prefix = severity === 'info' ? '' : `${severity}: `;
  return `${prefix}${what}${line === undefined ? '' : ` [${line.trim()}]`}`;
}
