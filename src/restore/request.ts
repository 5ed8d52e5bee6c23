// What somebody asks to be restored, and which categories and paths that means. Pure.

import { posix } from 'node:path';
import picomatch from 'picomatch';
import { categoryIds, type CategoryId } from '../catalogue/types.ts';
import { z } from 'zod';
import { isAtOrBelow } from './restore-path.ts';

/**
 * `only`, `skip` and `include` take area ids and absolute paths (a directory stands for all below it; globs are allowed).
 * `include` asks by name for what would be left out (review items, host keys, the host id) without excluding the rest.
 */
export const restoreRequestSchema = z.object({
  mode: z.enum(['full', 'storage', 'base', 'custom']),
  /** Mode custom: the chosen categories. */
  categories: z.array(z.enum(categoryIds)),
  only: z.array(z.string()),
  skip: z.array(z.string()),
  include: z.array(z.string()),
  /** Apply also what is marked `review` in the catalogue. */
  withReview: z.boolean(),
  keepHostname: z.boolean(),
  skipNetwork: z.boolean(),
});
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;
export type RestoreMode = RestoreRequest['mode'];

export const fullRestore: RestoreRequest = {
  mode: 'full',
  categories: [],
  only: [],
  skip: [],
  include: [],
  withReview: false,
  keepHostname: false,
  skipNetwork: false,
};

/** Categories of each mode, as in the existing edition. */
const modeCategories: Readonly<Record<'storage' | 'base', readonly CategoryId[]>> = {
  storage: [
    'pve_cluster',
    'storage_pve',
    'pve_jobs',
    'datastore_pbs',
    'maintenance_pbs',
    'pbs_jobs',
    'pbs_remotes',
    'zfs',
    'filesystem',
    'storage_stack',
  ],
  base: ['network', 'ssl', 'ssh', 'services', 'filesystem'],
};

export function categoriesOf(request: RestoreRequest): ReadonlySet<CategoryId> {
  if (request.mode === 'full') return new Set(categoryIds);
  return new Set(request.mode === 'custom' ? request.categories : modeCategories[request.mode]);
}

/** Tests a list of area ids and absolute paths against an entry. */
export type Names = (areaId: string, path: string) => boolean;

export function createNames(list: readonly string[]): Names {
  const areas = new Set(list.filter((name) => !name.startsWith('/')));
  const paths = list
    .filter((name) => name.startsWith('/'))
    .map((name) => posix.normalize(name).replace(/^\/+|\/+$/gu, ''));
  const globs = paths.filter((path) => /[*?[\]{}]/u.test(path));
  const matches = globs.length === 0 ? () => false : picomatch(globs, { dot: true, nonegate: true });
  return (areaId, path) =>
    areas.has(areaId) || paths.some((named) => named === '' || isAtOrBelow(path, named)) || matches(path);
}

export interface NamedNothing {
  by: 'only' | 'skip' | 'include';
  name: string;
}

/** Names that mean nothing in this archive: a slip of the pen in `skip` would let through what was to stay out. */
export function namesWithoutMeaning(
  request: RestoreRequest,
  entries: readonly { area: string; path: string }[],
): NamedNothing[] {
  return (['only', 'skip', 'include'] as const).flatMap((by) =>
    request[by]
      .filter((name) => {
        const isMeant = createNames([name]);
        return !entries.some(({ area, path }) => isMeant(area, path));
      })
      .map((name) => ({ by, name })),
  );
}
