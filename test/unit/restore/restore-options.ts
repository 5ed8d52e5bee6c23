// What a plan needs besides an archive, filled in for tests (nothing of vitest here).

import { loadConfig } from '../../../src/config/load-config.ts';
import type { HostFacts } from '../../../src/host/facts.ts';
import type { Host } from '../../../src/host/host.ts';
import type { PlanOptions } from '../../../src/restore/plan/plan-restore.ts';
import { fullRestore, type RestoreRequest } from '../../../src/restore/request.ts';
import { noStrategies, type RestoreStrategies } from '../../../src/restore/strategies.ts';
import { debianFacts } from './restore-archive.ts';

export interface PlanWith {
  request?: Partial<RestoreRequest>;
  live?: HostFacts;
  strategies?: RestoreStrategies;
  more?: Partial<PlanOptions>;
}

export function optionsFor(host: Host, { request, live, strategies, more }: PlanWith = {}): PlanOptions {
  return {
    // Benches have no hardware: what is marked for review is asked for.
    request: { ...fullRestore, withReview: true, ...request },
    live: live ?? debianFacts,
    paths: { values: loadConfig(host).values, knownPlaces: {} },
    strategies: strategies ?? noStrategies,
    ...more,
  };
}
