// The network plan in the form in which the restore engine asks for it: a decision for each staged file.

import { systemOutputs } from '../../catalogue/items.ts';
import type { StageDecision, StageStrategy } from '../strategies.ts';
import type { NetworkPlan, NetworkPlanInput, NetworkTexts } from './network-types.ts';
import { parseNicInventory } from './nic-inventory.ts';
import { planNetwork } from './plan-network.ts';

/** What is found out about the live host and asked of the admin before the plan. */
export interface NetworkFacts extends Pick<
  NetworkPlanInput,
  'liveInventory' | 'manual' | 'management' | 'address'
> {
  /** See read-network-texts.ts; also files that the archive lacks. */
  liveTexts: NetworkTexts;
}

/**
 * A plan that is not `safe` hands its files out instead of writing them; the reasons name the `--map` that is missing.
 * `onPlan` gets the plan as a whole: verdict, mapping, notes, `removed` and `needsReboot`.
 */
export function createNetworkStage(
  facts: NetworkFacts,
  onPlan: (plan: NetworkPlan) => void = () => undefined,
): StageStrategy {
  return (files, context) => {
    const inventoryText = context.archived.get(`${systemOutputs}/network_inventory.json`);
    const archivedInventory = inventoryText === undefined ? undefined : parseNicInventory(inventoryText);
    const plan = planNetwork({
      ...facts,
      archived: new Map(files.map(({ path, archivedText }) => [`/${path}`, archivedText])),
      live: facts.liveTexts,
      ...(archivedInventory === undefined ? {} : { archivedInventory }),
      hostname: context.request.keepHostname ? 'live' : 'archive',
    });
    onPlan(plan);
    // Name and hosts do not depend on cards where the address stays what it is.
    const isNameSure = facts.address === 'live' && facts.management !== undefined;
    return files.map(({ path }) => decide(path, plan, isNameSure && /^etc\/(hosts|hostname)$/.test(path)));
  };
}

function decide(path: string, plan: NetworkPlan, isIndependent: boolean): StageDecision {
  const text = plan.files.get(`/${path}`);
  const notes = plan.notes.filter(({ file }) => file === `/${path}`).map(({ what }) => what);
  if (text === undefined) return { path, action: 'leave', reason: notes[0] ?? 'that of the live host stays' };
  if (plan.verdict !== 'safe' && !isIndependent)
    return { path, action: 'export', text, reason: plan.reasons.join('; ') };
  return {
    path,
    action: 'write',
    text,
    reason: notes.length === 0 ? 'fits this host' : notes.join('; '),
  };
}
