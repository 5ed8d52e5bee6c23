// Limits and exclusions of an item, from the catalogue and the configuration.

import picomatch from 'picomatch';
import type { Area, Item } from '../catalogue/types.ts';
import type { CollectionContext, ItemRules } from './context.ts';

export function rulesOf(context: CollectionContext, area: Area, item: Item): ItemRules {
  const { values } = context.plan;
  const maxFileOption = item.maxFileSizeOption ?? 'MAX_FILE_SIZE';
  const limit = maxFileOption === 'none' ? 0 : values[maxFileOption];
  const patterns = [
    ...('exclude' in item ? (item.exclude ?? []) : []),
    ...(item.excludeOption === undefined ? [] : values[item.excludeOption]),
  ];
  return {
    ...generatedRules(area.id),
    maxFileBytes: limit === 0 ? Infinity : limit,
    maxFileOption,
    isExcludedBelow:
      patterns.length === 0
        ? () => false
        : picomatch(patterns, { dot: true, noextglob: true, nonegate: true }),
    saveBelow: 'saveBelow' in item ? (item.saveBelow ?? '') : '',
  };
}

/** For what ProxSave itself makes: no limits. */
export function generatedRules(areaId: string): ItemRules {
  return {
    areaId,
    maxFileBytes: Infinity,
    maxFileOption: 'MAX_FILE_SIZE',
    isExcludedBelow: () => false,
    saveBelow: '',
  };
}
