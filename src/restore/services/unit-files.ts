// What a plan does to systemd itself: unit files that it reads anew, units that will be started at boot from now on. Pure.

import { changesHost, type RestorePlan } from '../plan/restore-plan.ts';

export interface UnitFileEffects {
  /** Unit files, or the tables that generators make units of. */
  needsDaemonReload: boolean;
  /** Units that start at boot from now on and did not before. Nothing starts them now. */
  newlyEnabled: readonly string[];
  /** Units whose own file, or a drop-in of it, is new or another. One that runs goes on as it was until it is restarted. */
  changed: readonly string[];
}

const unitDirectory = /^(?:etc|usr\/local\/lib)\/systemd\/system\//u;
const generatorTables = /^etc\/(?:fstab|crypttab)$/u;
const enabling = /^etc\/systemd\/system\/[^/]+\.(?:wants|requires|upholds)\/([^/]+)$/u;
const unitFile = /^[^/]+\/(?:[^/]+\/)*system\/([^/]+\.[a-z]+?)(?:\.d\/[^/]+\.conf)?$/u;

export function unitFileEffects({ entries }: Pick<RestorePlan, 'entries'>): UnitFileEffects {
  const changing = entries.filter((entry) => changesHost(entry) && entry.type !== 'directory');
  const inUnits = changing.filter(({ path }) => unitDirectory.test(path));
  const enabled = inUnits.flatMap(({ path, before }) => {
    const [, unit] = enabling.exec(path) ?? [];
    return unit === undefined || (before ?? undefined) !== undefined ? [] : [unit];
  });
  const changed = inUnits.flatMap(({ path }) => unitFile.exec(path)?.[1] ?? []);
  return {
    needsDaemonReload: inUnits.length > 0 || changing.some(({ path }) => generatorTables.test(path)),
    newlyEnabled: sorted(enabled),
    changed: sorted(changed),
  };
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));
}
