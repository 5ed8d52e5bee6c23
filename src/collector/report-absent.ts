// Says that a source which should be there is not. For most sources, absence is normal and no finding.

import type { Item } from '../catalogue/types.ts';
import type { CollectionContext } from './context.ts';

export function reportAbsent(context: CollectionContext, areaId: string, item: Item, path: string): void {
  const isListed = item.kind === 'listed';
  if (!isListed && item.expected?.(context.plan.facts) !== true) return;
  context.report({
    severity: 'warning',
    code: isListed ? 'listed-path-missing' : 'expected-missing',
    area: areaId,
    path,
    message: isListed
      ? `${path} is listed in ${item.option} and does not exist`
      : `${path} does not exist, although this host should have it`,
    hint: isListed ? `mount it, or take it out of ${item.option}` : 'a rebuild of this host would miss it',
  });
}
