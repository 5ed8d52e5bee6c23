// proxsave diff ARCHIVE [ARCHIVE]: names of files that differ, area by area.

import type { OpenArchive } from '../archiver/read/open-archive.ts';
import { areaById } from '../catalogue/index.ts';
import { UsageError, exitCodeOf } from '../errors.ts';
import { compareArchives } from '../orchestrator/changes.ts';
import { listTier } from '../orchestrator/tiers/list-tier.ts';
import type { AreaChanges } from '../run-record.ts';
import type { TierName } from '../storage/store.ts';
import type { Style } from '../ui/style.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { createUnlock, keyOptions } from './keys-given.ts';
import { archiveArgument, openNamed, tierGiven, tierOf, tierOption } from './open-named.ts';

/** More names of one area and kind are counted, not listed. */
const listedNames = 10_000;

export const diffCommand: Command = {
  name: 'diff',
  summary: 'Show which files differ between two archives, by name',
  description:
    'With one archive: since the one before it, of the same host. Compared are content, type, mode, owner and link target; ' +
    'a time alone is no difference. Archives of the existing edition hold no hashes: there size and time are compared.',
  arguments: [
    { ...archiveArgument, description: `the older one, or the only one: ${archiveArgument.description}` },
    { name: 'newer', description: 'the newer one, named alike', isOptional: true },
  ],
  options: [
    { flags: '--all', description: 'also outputs of commands, of which many differ in every run' },
    tierOption,
    ...keyOptions,
  ],
  examples: [
    { what: 'What the newest backup changed', command: 'proxsave diff latest' },
    { what: 'Between two of them', command: 'proxsave diff latest~1 latest' },
    { what: 'For a script', command: 'proxsave diff latest --json' },
  ],
  exits: ['archive', 'compression', 'encryption', 'permission', 'storage', 'interrupted'],
  run: async (context, input) => {
    const { older, newer } = await openPair(context, input);
    const areas = await compareArchives(context.host, older, newer, {
      namesPerList: listedNames,
      withOutputs: input.flag('all'),
    });
    if (context.global.isJson)
      context.printJson({ older: older.path, newer: newer.path, areas: areas.map(toJson) });
    else printChanges(context, areas, { older, newer });
    return exitCodeOf('ok');
  },
};

interface Pair {
  older: OpenArchive;
  newer: OpenArchive;
}

async function openPair(context: CommandContext, input: CommandInput): Promise<Pair> {
  const [first = '', second] = input.args;
  const tier = tierGiven(input);
  const unlock = createUnlock(context, input);
  const archive = await openNamed(context, first, { tier });
  const pair =
    second === undefined
      ? { older: await archiveBefore(context, archive, tier ?? 'primary'), newer: archive }
      : { older: archive, newer: await openNamed(context, second, { tier }) };
  return { older: await unlock(pair.older), newer: await unlock(pair.newer) };
}

/** The next older readable archive of the same host on the tier. */
async function archiveBefore(
  context: CommandContext,
  { manifest }: OpenArchive,
  tier: TierName,
): Promise<OpenArchive> {
  const { hostname } = manifest;
  const createdAt = new Date(manifest.created_at).getTime();
  const opened = await tierOf(context, tier);
  // Each head of a remote costs a request.
  const hosts = tier === 'primary' ? {} : { hosts: [hostname] };
  const listed = await listTier(opened, { signal: context.host.signal, ...hosts });
  const before = listed.find(
    (candidate) =>
      candidate.archive !== undefined &&
      candidate.problem === undefined &&
      candidate.hostname === hostname &&
      candidate.createdAt.getTime() < createdAt,
  );
  if (before !== undefined) return openNamed(context, before.name, { tier });
  const place = printable(opened.store.location);
  throw new UsageError(`there is no older archive of ${printable(hostname)} in ${place}`, {
    hint: 'name both archives: proxsave diff OLDER NEWER',
  });
}

function printChanges(context: CommandContext, areas: readonly AreaChanges[], { older, newer }: Pair): void {
  const names = `${printable(older.name)} and ${printable(newer.name)}`;
  if (areas.length === 0) {
    context.note(`Nothing differs between ${names}.`);
    return;
  }
  for (const area of areas) {
    if (!context.hasReader()) return;
    context.print(renderArea(area, context.style).join('\n'));
  }
  const total = (kind: ChangeKind) => areas.reduce((sum, area) => sum + countOf(area, kind), 0);
  const counts = `${total('added')} added, ${total('changed')} changed, ${total('removed')} removed`;
  context.note(`${counts} between ${names}`);
}

type ChangeKind = 'added' | 'changed' | 'removed';

function countOf(area: AreaChanges, kind: ChangeKind): number {
  return area[kind].length + (area.omitted?.[kind] ?? 0);
}

/** Each name is an object, so that its exact bytes can stand beside it. */
function toJson(area: AreaChanges): object {
  const list = (kind: ChangeKind) => area[kind].map((path) => ({ path }));
  return { ...area, added: list('added'), changed: list('changed'), removed: list('removed') };
}

function renderArea(area: AreaChanges, style: Style): string[] {
  const heading = area.area === '' ? 'other files' : (areaById(area.area)?.title ?? area.area);
  const lines = (kind: ChangeKind, mark: string, colour: (text: string) => string) => {
    const omitted = area.omitted?.[kind] ?? 0;
    return [
      ...area[kind].map((name) => `  ${colour(mark)} ${printable(name)}`),
      ...(omitted === 0 ? [] : [`  ${colour(mark)} and ${omitted} more`]),
    ];
  };
  return [
    style.bold(area.area === '' ? heading : `${heading} (${printable(area.area)})`),
    ...lines('added', '+', style.green),
    ...lines('changed', '~', style.yellow),
    ...lines('removed', '-', style.red),
  ];
}
