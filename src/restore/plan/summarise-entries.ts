// What the entries of a plan come to: counts by area, sizes, services concerned, reasons for a reboot. Also leaves entries out
// of a plan that was made already.

import { areas } from '../../catalogue/index.ts';
import { changesHost, handsOut, planActions, withoutStates } from './restore-plan.ts';
import type { PlanAction, PlanEntry, RestorePlan } from './restore-plan.ts';
import { effectsOf } from './services.ts';

type Summary = Pick<RestorePlan, 'areas' | 'sizes' | 'services' | 'rebootReasons'>;

export function summariseEntries(entries: readonly PlanEntry[]): Summary {
  const changing = entries.filter(changesHost);
  return {
    areas: countAreas(entries),
    sizes: {
      writeBytes: sumOf(changing, ({ after }) => after?.size ?? 0),
      snapshotBytes: sumOf(changing, ({ before }) => before?.size ?? 0),
      exportBytes: sumOf(entries.filter(handsOut), ({ after }) => after?.size ?? 0),
    },
    ...effectsOf(
      new Set(changing.map(({ area }) => area)),
      changing.map(({ path }) => path),
    ),
  };
}

/** The same plan without the changes to these paths; `refused`: path -> reason. */
export function leaveOut(plan: RestorePlan, refused: ReadonlyMap<string, string>): RestorePlan {
  if (refused.size === 0) return plan;
  const entries = plan.entries.map((entry): PlanEntry => {
    const reason = refused.get(entry.path);
    return reason === undefined ? entry : { ...withoutStates(entry), action: 'skip', reason };
  });
  return { ...plan, entries, ...summariseEntries(entries) };
}

function sumOf(entries: readonly PlanEntry[], bytes: (entry: PlanEntry) => number): number {
  return entries.reduce((sum, entry) => sum + bytes(entry), 0);
}

function countAreas(entries: readonly PlanEntry[]): RestorePlan['areas'] {
  const byArea = new Map<string, Record<PlanAction, number>>();
  for (const { area, action } of entries) {
    const counts =
      byArea.get(area) ??
      (Object.fromEntries(planActions.map((name) => [name, 0])) as Record<PlanAction, number>);
    counts[action] += 1;
    byArea.set(area, counts);
  }
  const titles = new Map(areas.map(({ id, title }) => [id, title]));
  return [...byArea].map(([id, counts]) => ({ id, title: titles.get(id) ?? 'Owned by no area', counts }));
}
