// Whether an entry of the archive is to come back at all, and by which way. Pure; looks at names and facts, not at the disk.

import type { ArchiveOwner } from '../../catalogue/archive-owners.ts';
import type { Comeback } from '../../catalogue/types.ts';
import type { HostFacts } from '../../host/facts.ts';
import { categoriesOf, createNames, type RestoreRequest } from '../request.ts';
import { isAtOrBelow, type RestorePath } from '../restore-path.ts';
import type { Crossing } from '../preflight/crossing.ts';

export type Selection =
  Exclude<Comeback, { how: 'never' } | { how: 'export' }> | { how: 'export' | 'skip'; reason: string };

export type SelectEntry = (path: RestorePath, owner: ArchiveOwner | undefined) => Selection;

interface OnRequest {
  matches: RegExp;
  reason: string;
}

/** Comes back only when it is named: the new installation's own may be what others know by now. */
const onRequest: readonly OnRequest[] = [
  {
    matches: /^etc\/ssh\/ssh_host_[^/]+$/u,
    reason: 'host keys come back on request: --include "/etc/ssh/ssh_host_*"',
  },
  {
    matches: /^etc\/hostid$/u,
    reason: 'pools of this installation hang on its own host id; on request: --include /etc/hostid',
  },
];

/** Names this host by its name. */
const hostnameFiles = new Set(['etc/hostname', 'etc/mailname']);
const networkAreas = new Set(['network', 'runtime-leases']);

export function createSelect(request: RestoreRequest, live: HostFacts, crossing: Crossing): SelectEntry {
  const categories = categoriesOf(request);
  const [isOnly, isSkipped, isIncluded] = [request.only, request.skip, request.include].map(createNames) as [
    ReturnType<typeof createNames>,
    ReturnType<typeof createNames>,
    ReturnType<typeof createNames>,
  ];
  return (path, owner) => {
    if (owner === undefined) return selectUnowned(request, isOnly('', path));
    const { area, item } = owner;
    const isNamed = isIncluded(area.id, path) || (request.only.length > 0 && isOnly(area.id, path));
    if (!categories.has(item.category) && !isIncluded(area.id, path)) {
      return skip(`${item.category} is not part of this restore (--mode ${request.mode})`);
    }
    if (request.only.length > 0 && !isOnly(area.id, path)) return skip('not named by --only');
    if (isSkipped(area.id, path)) return skip('named by --skip');
    return (
      refuseForHost(path, owner, request, live) ??
      refuseUnlessNamed(path, owner, isNamed || request.mode === 'custom', { request, crossing }) ??
      wayBack(path, item.restore)
    );
  };
}

function skip(reason: string): Selection {
  return { how: 'skip', reason };
}

function selectUnowned(request: RestoreRequest, isNamed: boolean): Selection {
  const isWanted = isNamed || (request.mode === 'full' && request.only.length === 0);
  if (!isWanted) return skip('no area of the catalogue owns it');
  return { how: 'export', reason: 'no area of the catalogue owns it: handed out as a file' };
}

/** What must not happen on this host, named or not. */
function refuseForHost(
  path: RestorePath,
  { area }: ArchiveOwner,
  request: RestoreRequest,
  live: HostFacts,
): Selection | undefined {
  if (area.product !== 'host' && live[area.product] === undefined) {
    return skip(`${area.product.toUpperCase()} is not installed here`);
  }
  if (path === 'etc/zfs/zpool.cache' && live.usesZfs) {
    return skip('pools are in use here, and the cache file is theirs');
  }
  if (isAtOrBelow(path, 'etc/proxmox-backup') && /\.(?:lck|lock)$/u.test(path)) {
    return skip('a lock file that the services make themselves');
  }
  if (request.keepHostname && hostnameFiles.has(path)) return skip('--keep-hostname');
  if (request.keepHostname && path === 'etc/hosts') {
    return {
      how: 'export',
      reason: '--keep-hostname: it names the backed-up host, so it is handed out as a file',
    };
  }
  if (request.skipNetwork && networkAreas.has(area.id)) return skip('--skip-network');
  return undefined;
}

function refuseUnlessNamed(
  path: RestorePath,
  { area, item }: ArchiveOwner,
  isNamed: boolean,
  { request, crossing }: { request: RestoreRequest; crossing: Crossing },
): Selection | undefined {
  if (isNeverApplied(item.restore) || isNamed) return undefined;
  const rule = onRequest.find(({ matches }) => matches.test(path));
  if (rule !== undefined) return skip(rule.reason);
  if (item.across === 'safe' || request.withReview) return undefined;
  const why = crossing.versions[area.product] ?? crossing.hardware;
  if (why === undefined) return undefined;
  return skip(`${why}; to get it back all the same: --include ${area.id}`);
}

/** The list of packages is only ever handed out, and needed most on another machine. */
function isNeverApplied(restore: Comeback): boolean {
  return (
    restore.how === 'export' ||
    restore.how === 'never' ||
    (restore.how === 'stage' && restore.kind === 'packages')
  );
}

function wayBack(path: RestorePath, restore: Comeback): Selection {
  if (restore.how === 'never') return skip(restore.reason);
  if (restore.how === 'export') return { how: 'export', reason: 'for reading and for work by hand' };
  // Whatever the catalogue may say one day: the cluster file system has rules of its own.
  return isAtOrBelow(path, 'etc/pve') ? { how: 'pmxcfs' } : restore;
}
