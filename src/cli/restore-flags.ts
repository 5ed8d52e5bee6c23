// What `restore` can be told on the command line, as the request and the decisions of the engine.

import { areas } from '../catalogue/index.ts';
import { categoryIds, type CategoryId } from '../catalogue/types.ts';
import { nearest } from '../config/nearest.ts';
import { UsageError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { defaultChoices, parseMap, type RestoreChoices } from '../orchestrator/restore/choices.ts';
import type { RestoreMode, RestoreRequest } from '../restore/request.ts';
import type { CommandInput, OptionSpec } from './command.ts';
import { unknownArea } from './select-entries.ts';

export const restoreModes = ['full', 'storage', 'base', 'custom'] as const satisfies readonly RestoreMode[];

/** Areas that say how the host is reached: asked for by name, they come back on other hardware too. */
export const networkAreas = ['network', 'dns'] as const;

/** Which paths come back, and what is decided about them. */
export const requestOptions: readonly OptionSpec[] = [
  {
    flags: '--mode <mode>',
    description: 'full (default), storage, base (network, ssh, certificates, services), custom',
    choices: restoreModes,
  },
  { flags: '--categories <ids>', description: 'with --mode custom: these categories', isList: true },
  {
    flags: '--only <names>',
    description: 'only these areas or paths (globs too; several: a,b)',
    isList: true,
  },
  { flags: '--skip <names>', description: 'all but these areas or paths', isList: true },
  {
    flags: '--include <names>',
    description: 'also these areas or paths, which are left out unless they are named',
    isList: true,
  },
  {
    flags: '--with-review',
    description: 'also everything that may not fit another version or machine',
  },
  { flags: '--keep-hostname', description: 'this host keeps its name' },
  { flags: '--skip-network', description: 'the network of this host stays as it is' },
  {
    flags: '--map <old=new>',
    description: 'network card of the backup and of this host, or old=none (several: a=b,c=d)',
    isList: true,
  },
  {
    flags: '--keep-address',
    description: 'the address by which this host is reached stays (default)',
  },
  { flags: '--archive-address', description: 'the host gets the address of the backup' },
  {
    flags: '--root-password <whose>',
    description: 'keep: that of this host (default); archive: that of the backup',
    choices: ['keep', 'archive'],
  },
];

/** @throws UsageError for names that mean nothing and flags that contradict each other */
export function requestGiven(input: CommandInput): RestoreRequest {
  const only = input.list('only');
  const skip = input.list('skip');
  const include = input.list('include');
  const map = input.list('map');
  for (const name of [...only, ...skip, ...include]) demandName(name);
  const categories = input.list('categories').map(categoryOf);
  const mode = modeOf(input.text('mode'), categories);
  if (mode === 'custom' && categories.length === 0 && only.length === 0) {
    throw new UsageError('--mode custom needs to know what comes back', {
      hint: `--categories ${categoryIds.slice(0, 3).join(',')} (or others), or --only with areas and paths`,
    });
  }
  if (input.flag('skipNetwork') && map.length > 0) {
    throw new UsageError('--skip-network and --map contradict each other', { hint: 'give one of them' });
  }
  return {
    // Areas and paths alone say it all: then every category may take part.
    mode: mode === 'custom' && categories.length === 0 ? 'full' : mode,
    categories,
    only: [...only],
    skip: [...skip],
    // Whoever maps cards wants the network back, on other hardware too.
    include: map.length > 0 ? [...include, ...networkAreas] : [...include],
    withReview: input.flag('withReview'),
    keepHostname: input.flag('keepHostname'),
    skipNetwork: input.flag('skipNetwork'),
  };
}

/** @throws UsageError */
export function choicesGiven(host: Host, input: CommandInput): RestoreChoices {
  if (input.flag('keepAddress') && input.flag('archiveAddress')) {
    throw new UsageError('--keep-address and --archive-address contradict each other', {
      hint: 'give one of them',
    });
  }
  return {
    ...defaultChoices(host),
    map: parseMap(input.list('map')),
    address: input.flag('archiveAddress') ? 'archive' : 'live',
    rootPassword: input.text('rootPassword') === 'archive' ? 'archive' : 'live',
  };
}

/** Whether the command line says what comes back; else a person may be asked. */
export function hasRequest(input: CommandInput): boolean {
  const lists = ['only', 'skip', 'categories', 'include'];
  return input.text('mode') !== undefined || lists.some((name) => input.list(name).length > 0);
}

function modeOf(given: string | undefined, categories: readonly CategoryId[]): RestoreMode {
  const mode = restoreModes.find((known) => known === given);
  if (categories.length === 0) return mode ?? 'full';
  if (mode === undefined || mode === 'custom') return 'custom';
  throw new UsageError(`--categories goes with --mode custom, not with --mode ${mode}`, {
    hint: 'leave one of them out',
  });
}

function categoryOf(word: string): CategoryId {
  const found = categoryIds.find((id) => id === word);
  if (found !== undefined) return found;
  const guess = nearest(word, categoryIds);
  throw new UsageError(
    `there is no category "${word}"${guess === undefined ? '' : `; did you mean "${guess}"?`}`,
    { hint: `categories: ${categoryIds.join(', ')}` },
  );
}

/** A path begins with a slash; anything else is the id of an area. */
function demandName(name: string): void {
  if (name.startsWith('/') || areas.some(({ id }) => id === name)) return;
  if (name.includes('/')) {
    throw new UsageError(`"${name}" is neither an area nor an absolute path`, {
      hint: `a path of the host begins with a slash: /${name}`,
    });
  }
  throw unknownArea(name);
}
