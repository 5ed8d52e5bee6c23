// Whether a path or pattern of the catalogue has something on the live host.

import { componentMatcher } from '../../catalogue/ownership.ts';
import { isSystemError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';

/** An empty directory is nothing. False also for what may not be looked at: its own finding says so. */
export function isOnHost(host: Host, pattern: string): boolean {
  const [first, ...rest] = pattern.split('/').filter(Boolean);
  return first === undefined ? true : hasMatch(host, '', [first, ...rest]);
}

function hasMatch(host: Host, directory: string, components: readonly string[]): boolean {
  const [component, ...rest] = components;
  try {
    if (component === undefined) return hasContent(host, directory);
    return namesLike(host, directory, component).some((name) => hasMatch(host, `${directory}/${name}`, rest));
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

function hasContent(host: Host, path: string): boolean {
  const realPath = host.resolve(path);
  return host.fs.lstat(realPath).kind !== 'directory' || host.fs.readDirectory(realPath).length > 0;
}

function namesLike(host: Host, directory: string, component: string): string[] {
  if (/[*?[\]{}]/.test(component)) {
    return host.fs
      .readDirectory(host.resolve(directory === '' ? '/' : directory))
      .filter(componentMatcher(component));
  }
  const status = host.fs.lstatIfExists(host.resolve(`${directory}/${component}`));
  return status === undefined ? [] : [component];
}
