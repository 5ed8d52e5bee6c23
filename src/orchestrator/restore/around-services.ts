// Services around a change of the host: who must not run meanwhile is stopped as late and as briefly as possible, and started
// again on every way out; the others are told afterwards. Below another root, and without systemd, the work is simply done.

import type { Host } from '../../host/host.ts';
import { hasSystemd } from '../../restore/network/guard.ts';
import type { RestorePlan } from '../../restore/plan/restore-plan.ts';
import type { ServiceEnd, ServiceEvent, ServicesDone } from '../../restore/services/service-types.ts';
import { unitFileEffects } from '../../restore/services/unit-files.ts';
import type { Run } from '../run-state.ts';

/** Whether services of this host may be touched: below another root those that run are not its own. */
function mayTouchServices(host: Host): boolean {
  return host.root === '/' && hasSystemd(host);
}

/** Whether nothing is left to tell services: it was done, or none of the host runs. */
export function areServicesDone(host: Host): boolean {
  return host.root !== '/' || mayTouchServices(host);
}

/** Services that do not run afterwards, or did not take their new configuration, are findings of the run. */
export async function aroundServices<Result>(
  run: Run,
  plan: Pick<RestorePlan, 'services' | 'entries'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const { host } = run;
  if (!mayTouchServices(host)) return work();
  const { withServices } = await import('../../restore/services/with-services.ts');
  const { needsDaemonReload } = unitFileEffects(plan);
  const wanted = { services: plan.services, needsDaemonReload };
  const done: ServicesDone<Result> = await withServices(host, wanted, { report: teller(run) }, work);
  for (const end of done.ended) tellEnd(run, end);
  return done.result;
}

const tellEverySeconds = 10;

/** The log has every event; on the screen a wait is told now and then. */
function teller(run: Run): (event: ServiceEvent) => void {
  let last = '';
  return ({ unit, state, message, secondsLeft }) => {
    run.log.line('STEP', message);
    const isNew = last !== `${unit} ${state}`;
    last = `${unit} ${state}`;
    if (state === 'done' || (!isNew && (secondsLeft ?? 0) % tellEverySeconds !== 0)) return;
    run.reporter.phase(message);
  };
}

function tellEnd(run: Run, { unit, did, message, hint }: ServiceEnd): void {
  if (did !== 'failed' && did !== 'left-alone') {
    run.log.line('INFO', message);
    return;
  }
  run.report({
    severity: 'warning',
    code: did === 'failed' ? 'service-failed' : 'service-left-alone',
    path: unit,
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}
