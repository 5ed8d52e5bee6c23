// Decides whether a directory may be written to, or is the empty place below a share that is not mounted. Pure.

import { contains, type Mount } from '../../host/mounts/mount-table.ts';

export type RequireMount = 'auto' | 'yes' | 'no';

/** A mount that belongs at a place, and who says so. Real paths. */
export interface ExpectedMount {
  mountPoint: string;
  evidence: string;
}

export interface MountFacts {
  /** The directory as it is configured. */
  path: string;
  /** The mount on which it lies now, links followed; undefined: nothing tells. */
  mount: Mount | undefined;
  /** The mount of the host's root directory. */
  rootMount: Mount | undefined;
  /** Mounts that belong at the directory or above it, links in their places followed. */
  expected: readonly ExpectedMount[];
  /** /mnt or /media of the host when the directory lies there. */
  mountArea: string | undefined;
}

export type MountDecision = { isRefused: false } | { isRefused: true; reason: string; hint: string };

export function decideMount(facts: MountFacts, require: RequireMount): MountDecision {
  if (require === 'no') return { isRefused: false };
  const { path, mount } = facts;
  if (mount?.type === 'autofs') {
    return refuse(
      `nothing could be mounted on ${mount.mountPoint}`,
      `see why: ls ${mount.mountPoint}; journalctl -b --grep mount`,
    );
  }
  const deepest = facts.expected.reduce<ExpectedMount | undefined>(
    (best, next) => (best === undefined || next.mountPoint.length > best.mountPoint.length ? next : best),
    undefined,
  );
  if (deepest !== undefined && (mount === undefined || !contains(deepest.mountPoint, mount.mountPoint))) {
    return refuse(
      `nothing is mounted on ${deepest.mountPoint}, but by ${deepest.evidence} there should be`,
      `mount it: mount ${deepest.mountPoint}; if ${path} is meant to be a plain directory, set SECONDARY_REQUIRE_MOUNT=no`,
    );
  }
  const isOnRoot = mount === undefined ? require === 'yes' : mount.id === facts.rootMount?.id;
  if (!isOnRoot) return { isRefused: false };
  if (require === 'yes') {
    return refuse(
      `${path} lies on the root file system, and SECONDARY_REQUIRE_MOUNT=yes`,
      'mount the disk or share there, or set SECONDARY_REQUIRE_MOUNT=no',
    );
  }
  if (facts.mountArea === undefined) return { isRefused: false };
  return refuse(
    `nothing is mounted there: ${path} lies below ${facts.mountArea}, and on the root file system`,
    `mount the disk or share; if ${path} is meant to be a plain directory, set SECONDARY_REQUIRE_MOUNT=no`,
  );
}

function refuse(reason: string, hint: string): MountDecision {
  return { isRefused: true, reason, hint };
}
