// What a rebuild of this host needs: the items of the catalogue that say why (`essential`), as far as they apply to
// this host. Pure.

import picomatch from 'picomatch';
import type { Item } from '../../catalogue/types.ts';
import { claimedPaths } from '../../catalogue/claimed-paths.ts';
import type { CollectionPlan, PlannedArea, PlannedItem } from '../../collector/plan-collection.ts';

export interface Requirement {
  areaId: string;
  /** Host path or pattern, for people. */
  what: string;
  why: string;
  /** Whether an ArchivePath belongs to it. */
  matches: (archivePath: string) => boolean;
  /** Switched off by the user: named with its reason, never a warning. */
  leftOut?: string;
  /** A host like this one has it: without it something is wrong. */
  isExpected?: boolean;
}

export function requirementsOf(plan: CollectionPlan): Requirement[] {
  return plan.areas
    .filter((planned) => planned.status.state !== 'not-this-product')
    .flatMap((planned) =>
      planned.items.flatMap((plannedItem) => requirementsOfItem(plan, planned, plannedItem)),
    );
}

function requirementsOfItem(
  plan: CollectionPlan,
  planned: PlannedArea,
  { item, isEnabled }: PlannedItem,
): Requirement[] {
  const why = item.essential;
  if (why === undefined || item.when?.(plan.facts) === false) return [];
  const leftOut = isEnabled ? undefined : reasonFor(plan, planned, item);
  const isExpected = item.expected?.(plan.facts) === true;
  return sourcesOf(plan, item).map((what) => ({
    areaId: planned.area.id,
    what,
    why,
    matches: matcherFor(what),
    isExpected,
    ...(leftOut === undefined ? {} : { leftOut }),
  }));
}

function sourcesOf(plan: CollectionPlan, item: Item): string[] {
  if (item.kind === 'command' || item.kind === 'inventory') return [`/${item.output}`];
  return claimedPaths(item, plan);
}

function reasonFor(plan: CollectionPlan, planned: PlannedArea, item: Item): string {
  if (planned.status.state === 'disabled') return planned.status.reason;
  const off = (item.toggles ?? []).find((toggle) => !plan.values[toggle]);
  return off === undefined ? 'not on this host' : `${off}=false`;
}

/** The path itself, whatever lies below it, and the same for each match of a pattern. */
export function matcherFor(what: string): (archivePath: string) => boolean {
  const path = what.replace(/^\/+/, '');
  if (!/[*?[\]{}]/.test(path))
    return (archivePath) => archivePath === path || archivePath.startsWith(`${path}/`);
  return picomatch([path, `${path}/**`], { dot: true, noextglob: true, nonegate: true });
}
