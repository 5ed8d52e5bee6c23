// Decides what a run reads: catalogue + host facts + configuration -> a plan. Pure: it looks at nothing on disk.

import { claimedPaths, type PathContext } from '../catalogue/claimed-paths.ts';
import type { Area, Item } from '../catalogue/types.ts';
import type { HostFacts } from '../host/facts.ts';
import { addClaim, createOwnership, type ClaimNode } from '../catalogue/ownership.ts';

export interface Selection {
  /** Only these area ids; empty: all. */
  only: readonly string[];
  skip: readonly string[];
}

export type AreaState =
  | { state: 'enabled' }
  | { state: 'disabled'; reason: string }
  | { state: 'not-this-product'; reason: string };

export interface PlannedItem {
  item: Item;
  index: number;
  isEnabled: boolean;
  /** A toggle that governs it is off. */
  isWithheld: boolean;
}

export interface PlannedArea {
  area: Area;
  status: AreaState;
  items: readonly PlannedItem[];
}

export interface CollectionPlan extends PathContext {
  areas: readonly PlannedArea[];
  ownership: ClaimNode;
  facts: HostFacts;
}

export interface PlanInput extends PathContext {
  areas: readonly Area[];
  facts: HostFacts;
  selection: Selection;
}

export function planCollection(input: PlanInput): CollectionPlan {
  const ownership = createOwnership();
  const areas = input.areas.map((area) => planArea(area, input));
  for (const planned of areas) {
    // What belongs to a product that is not installed here is left to "the rest of /etc", not lost.
    if (planned.status.state === 'not-this-product') continue;
    for (const { item, index, isEnabled, isWithheld } of planned.items) {
      if (item.when !== undefined && !item.when(input.facts)) continue;
      const claim = { areaId: planned.area.id, itemIndex: index, isEnabled, isWithheld };
      for (const pattern of claimedPaths(item, input)) addClaim(ownership, pattern, claim);
    }
  }
  return { areas, ownership, values: input.values, knownPlaces: input.knownPlaces, facts: input.facts };
}

function planArea(area: Area, input: PlanInput): PlannedArea {
  const status = areaStatus(area, input);
  const items = area.items.map((item, index) => ({
    item,
    index,
    isEnabled: status.state === 'enabled' && isItemEnabled(item, input),
    isWithheld: [...area.toggles, ...(item.toggles ?? [])].some((toggle) => !input.values[toggle]),
  }));
  return { area, status, items };
}

function isItemEnabled(item: Item, { values, facts }: PlanInput): boolean {
  return (item.toggles ?? []).every((toggle) => values[toggle]) && (item.when?.(facts) ?? true);
}

function areaStatus(area: Area, { values, facts, selection }: PlanInput): AreaState {
  // First: a product that is not there has no toggles that could hold anything back.
  if (area.product !== 'host' && facts[area.product] === undefined) {
    return { state: 'not-this-product', reason: `${area.product.toUpperCase()} is not installed` };
  }
  if (selection.only.length > 0 && !selection.only.includes(area.id)) {
    return { state: 'disabled', reason: 'not named by --only' };
  }
  if (selection.skip.includes(area.id)) return { state: 'disabled', reason: 'named by --skip' };
  const off = area.toggles.find((toggle) => !values[toggle]);
  if (off !== undefined) return { state: 'disabled', reason: `${off}=false` };
  return { state: 'enabled' };
}
