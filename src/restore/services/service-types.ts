// Services around a restore: what is asked for, what is told while it goes on, and how it ended.
//
// A caller does, around the part that changes the host and nothing else:
//   const { result, ended } = await withServices(host, { services: plan.services, ...unitFileEffects(plan) }, options, work)
// where there is a systemd (`mayTouchServices` of the caller); without one the work is simply done.

import type { ServiceHow } from '../plan/services.ts';

export interface WantedServices {
  /**
   * `reload`: told to read its configuration anew afterwards. `restart`: restarted afterwards. `stop`: stopped before the
   * work, started after it, whatever becomes of the work. Only units that run are touched at all.
   * In the order in which they are stopped; they are started in the reverse order. */
  services: readonly { unit: string; how: ServiceHow }[];
  /** Unit files, fstab or crypttab change: systemd reads them anew. */
  needsDaemonReload: boolean;
}

export interface ServiceEvent {
  unit: string;
  state: 'stopping' | 'killing' | 'starting' | 'reloading' | 'restarting' | 'done' | 'failed';
  /** For people, one line: `stopping cron.service (28 s left)`. Repeated with fewer seconds while something is waited for. */
  message: string;
  /** Until it is given up. */
  secondsLeft?: number;
}

export interface ServiceLimits {
  /** For an orderly stop; then SIGKILL where that does no harm. */
  stopMs: number;
  /** For the end after SIGKILL. */
  killMs: number;
  /** Until a unit that was started or restarted must run. */
  startMs: number;
  /** One call of systemctl. */
  callMs: number;
  pollMs: number;
}

export const defaultLimits: ServiceLimits = {
  stopMs: 30_000,
  killMs: 10_000,
  startMs: 45_000,
  callMs: 20_000,
  pollMs: 500,
};

export interface ServicesOptions {
  report?: (event: ServiceEvent) => void;
  /** Ends the waiting for a stop, not that for a start. Default: that of the host. */
  signal?: AbortSignal;
  limits?: Partial<ServiceLimits>;
}

export interface ServiceEnd {
  unit: string;
  /** `left-alone`: see the message. `failed`: it does not run, or did not take its new configuration. */
  did: 'started' | 'reloaded' | 'restarted' | 'left-alone' | 'failed';
  message: string;
  /** Commands for the admin. */
  hint?: string;
}

export interface ServicesDone<Result> {
  result: Result;
  /** One for each wanted unit that ran, and one for every other that ran before and has failed since. */
  ended: ServiceEnd[];
}
