// The places that an item of the catalogue names, as absolute paths and patterns.

import { posix } from 'node:path';
import type { ConfigValues } from '../config/options.ts';
import type { Item, KnownPlace, PathSource } from './types.ts';

/** Host paths of the places that only the run knows; absent: there is none, or it lies outside the host. */
export type KnownPlaces = Readonly<Partial<Record<KnownPlace, string>>>;

/** What paths of the catalogue may depend on. */
export interface PathContext {
  values: ConfigValues;
  knownPlaces: KnownPlaces;
}

/** The path that a source stands for on this host; undefined when there is none. */
export function pathOf(source: PathSource, { values, knownPlaces }: PathContext): string | undefined {
  if (typeof source === 'string') return source;
  const value = 'option' in source ? values[source.option] : knownPlaces[source.known];
  if (value === undefined || value === '') return undefined;
  return posix.resolve('/', value, 'below' in source ? (source.below ?? '') : '');
}

/** Absolute paths or patterns which an item declares. */
export function claimedPaths(item: Item, context: PathContext): string[] {
  switch (item.kind) {
    case 'file':
    case 'tree':
    case 'database': {
      const path = pathOf(item.path, context);
      return path === undefined ? [] : [path];
    }
    case 'glob': {
      const pattern = pathOf(item.pattern, context);
      return pattern === undefined ? [] : [pattern];
    }
    case 'listed':
      return [...new Set(context.values[item.option].map((path) => posix.resolve('/', path)))];
    case 'referenced':
    case 'command':
    case 'each':
    case 'inventory':
      return [];
  }
}
