// What a backup would read, by area: counts and sizes, nothing opened but directories. For `backup --dry-run`, and to
// estimate the room that a first archive needs.

import { collectEntries, type CollectionRequest } from '../collector/collect.ts';
import type { Host } from '../host/host.ts';

/** A survey copies no database, so it needs no work directory. */
export type SurveyRequest = Omit<CollectionRequest, 'mode' | 'workDirectory' | 'onDatabase'>;

export interface AreaSurvey {
  areaId: string;
  files: number;
  directories: number;
  links: number;
  bytes: number;
  commands: number;
}

export interface Survey {
  areas: readonly AreaSurvey[];
  files: number;
  bytes: number;
}

export async function surveyCollection(host: Host, request: SurveyRequest): Promise<Survey> {
  const areas = new Map<string, AreaSurvey>();
  for (const { area, status, items } of request.plan.areas) {
    if (status.state !== 'enabled') continue;
    const commands = items.filter(
      ({ item, isEnabled }) => isEnabled && (item.kind === 'command' || item.kind === 'each'),
    ).length;
    areas.set(area.id, { areaId: area.id, files: 0, directories: 0, links: 0, bytes: 0, commands });
  }
  const workDirectory = () => {
    throw new Error('a survey reads no database');
  };
  let files = 0;
  let bytes = 0;
  for await (const group of collectEntries(host, { ...request, mode: 'survey', workDirectory })) {
    for (const entry of group) {
      const area = areas.get(entry.area);
      if (area === undefined) continue;
      if (entry.type === 'file') {
        area.files += 1;
        area.bytes += entry.size;
        files += 1;
        bytes += entry.size;
      } else if (entry.type === 'directory') area.directories += 1;
      else area.links += 1;
    }
  }
  return { areas: [...areas.values()], files, bytes };
}
