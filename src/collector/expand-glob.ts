// Expands a declared pattern such as /home/*/.ssh on the live host. `*` does not cross a slash. A directory that
// cannot be listed is a finding, never an empty result in silence.

import type { CollectionContext } from './context.ts';
import { reportUnreadable } from './read-file.ts';
import { componentMatcher } from '../catalogue/ownership.ts';

const globCharacters = /[*?[\]{}]/;

export function expandGlob(context: CollectionContext, pattern: string): string[] {
  let paths = [''];
  for (const component of pattern.split('/').filter(Boolean)) {
    paths = globCharacters.test(component)
      ? paths.flatMap((path) => childrenLike(context, path, component))
      : paths.map((path) => `${path}/${component}`);
  }
  return paths;
}

function childrenLike(context: CollectionContext, path: string, component: string): string[] {
  const directory = path === '' ? '/' : path;
  const realPath = context.host.resolve(directory);
  try {
    if (context.host.fs.lstatIfExists(realPath)?.kind !== 'directory') return [];
    const matches = componentMatcher(component);
    return context.host.fs
      .readDirectory(realPath)
      .filter(matches)
      .map((name) => `${path}/${name}`);
  } catch (error) {
    reportUnreadable(context, { areaId: '' }, directory, error);
    return [];
  }
}
