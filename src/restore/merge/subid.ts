// subuid and subgid are of one kind; the path tells which one is meant.

import { accountStrategy } from './accounts.ts';
import type { MergeStrategy } from './merge-types.ts';

export const mergeSubid: MergeStrategy = (live, archived, context) => {
  const file = context.path.endsWith('subgid') ? 'subgid' : 'subuid';
  return accountStrategy(file)(live, archived, context);
};
