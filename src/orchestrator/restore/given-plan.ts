// A plan that was saved and is given back: carried out as it was shown, or not at all. It may be of another archive or host, the
// host may have changed, somebody may have edited it. It may do less than what would be planned now, and nothing else.

import { isDeepStrictEqual } from 'node:util';
import { RunFailedError, UsageError } from '../../errors.ts';
import {
  changesHost,
  handsOut,
  parsePlan,
  renderPlan,
  type PlanEntry,
  type RestorePlan,
  type TreeState,
} from '../../restore/plan/restore-plan.ts';
import { summariseEntries } from '../../restore/plan/summarise-entries.ts';
import { formatCount } from '../../util/format.ts';
import { printable } from '../../util/printable.ts';

const again = 'Make the plan again: proxsave restore --dry-run --save-plan FILE. Nothing was changed.';

/** What `--dry-run --json` printed is taken too: the plan is its last line. @throws UsageError */
export function readGivenPlan(text: string, where: string): RestorePlan {
  const lines = text.trimEnd().split('\n');
  const document = lines.every((line) => line.startsWith('{')) ? (lines.at(-1) ?? '') : text;
  return parsePlan(document, where);
}

export interface GivenFor {
  archive: { hostname: string; createdAt: Date; location: string };
  host: RestorePlan['host'];
}

/** @throws UsageError when it is of another archive or for another host */
export function demandSameSubject(plan: RestorePlan, { archive, host }: GivenFor, where: string): void {
  const { archive: planned } = plan;
  if (planned.hostname !== archive.hostname || planned.createdAt !== archive.createdAt.toISOString()) {
    throw new UsageError(
      `${where} is a plan for the archive of ${printable(planned.hostname)} of ${planned.createdAt}, not for ${archive.location}`,
      { hint: `name that archive (${printable(planned.location)}), or make the plan again` },
    );
  }
  if (plan.host.root !== host.root) {
    throw new UsageError(
      `${where} is a plan for the root ${printable(plan.host.root)}, not for ${host.root}`,
      {
        hint: 'use the same --root as for the plan, or make the plan again',
      },
    );
  }
  if (plan.host.hostname !== host.hostname) {
    throw new UsageError(
      `${where} is a plan for the host ${printable(plan.host.hostname)}; this is ${printable(host.hostname)}`,
      { hint: again },
    );
  }
}

const namedPaths = 5;

/**
 * The given plan, with what is to be said of this host as it is now: checks, sizes, services.
 * @throws RunFailedError when something in it is not what would be planned now
 */
export function agreedPlan(given: RestorePlan, now: RestorePlan, where: string): RestorePlan {
  const known = new Map(parsePlan(renderPlan(now), where).entries.map((entry) => [entry.path, entry]));
  const seen = new Set<string>();
  const others = given.entries.filter((entry) => {
    if (!changesHost(entry) && !handsOut(entry)) return false;
    const planned = known.get(entry.path);
    const isTwice = seen.has(entry.path);
    seen.add(entry.path);
    return isTwice || planned === undefined || !isDeepStrictEqual(effectOf(entry), effectOf(planned));
  });
  if (others.length > 0) {
    const names = others.slice(0, namedPaths).map(({ path }) => `/${printable(path)}`);
    const more = others.length > namedPaths ? ', ...' : '';
    throw new RunFailedError(
      `${where} says of ${formatCount(others.length, 'path')} what is not so on this host now: ${names.join(', ')}${more}`,
      { hint: again },
    );
  }
  const { preflight, keepsOwners } = now;
  return { ...given, preflight, keepsOwners, ...summariseEntries(given.entries) };
}

/** Words may differ; what is made by the host itself has the time at which the plan was made. */
function effectOf(entry: PlanEntry): unknown {
  const { path, type, area, action, strategy, hardlinkTo, archivedSha256, before, after } = entry;
  const isMade = archivedSha256 !== undefined;
  const states = { before: withoutTime(before, false), after: withoutTime(after, isMade) };
  return { path, type, area, action, strategy, hardlinkTo, archivedSha256, ...states };
}

/** Times of directories change with what is in them. */
function withoutTime(state: TreeState | null | undefined, isMade: boolean): unknown {
  if (state === null || state === undefined) return state;
  return isMade || state.kind === 'directory' ? { ...state, mtimeNs: '' } : state;
}
