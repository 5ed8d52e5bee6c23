// Which item of the catalogue an entry of an archive belongs to: the way back. Claims are entered at the places where
// items lie inside archives (`saveBelow` included), for both products and whatever is switched on.

import { posix } from 'node:path';
import { claimedPaths, type PathContext } from './claimed-paths.ts';
import { addClaim, createOwnership, ownerOfPath, type ClaimNode } from './ownership.ts';
import { infoDirectory, type Area, type Item, type ItemBase } from './types.ts';

export interface ArchiveOwner {
  area: Area;
  /** What says how it comes back. */
  item: ItemBase;
}

export interface ArchiveOwners {
  /**
   * @param path as in the archive, e.g. `etc/ssh/sshd_config`
   * @param areaId what the archive's index says; undefined for archives without one. A directory that leads to what an
   *   area saved bears its name in the index, without being part of it: for directories the catalogue's own claims go first.
   */
  ownerOf: (path: string, areaId?: string, isDirectory?: boolean) => ArchiveOwner | undefined;
}

/** What ProxSave itself put into the archive, whichever command or document it is. */
const gathered: ItemBase = { category: 'proxsave_info', restore: { how: 'export' }, across: 'safe' };

export function createArchiveOwners(areas: readonly Area[], context: PathContext): ArchiveOwners {
  const claims = enterClaims(areas, context);
  const byId = new Map(areas.map((area) => [area.id, area]));
  const claimant = (path: string): ArchiveOwner | undefined => {
    const claim = ownerOfPath(claims, path);
    const area = claim === undefined ? undefined : byId.get(claim.areaId);
    const item = area?.items[claim?.itemIndex ?? -1];
    return area === undefined || item === undefined ? undefined : { area, item };
  };
  const ownerOf: ArchiveOwners['ownerOf'] = (path, areaId, isDirectory = false) => {
    const stated = areaId === undefined || areaId === '' ? undefined : byId.get(areaId);
    const found = claimant(path);
    const isSettled = stated === undefined || stated === found?.area || isDirectory;
    if (found !== undefined && isSettled) return found;
    if (isGathered(path)) {
      const area = stated ?? byId.get('system-information');
      return area === undefined ? undefined : { area, item: gathered };
    }
    const named = stated?.items.find(isNamedElsewhere);
    return stated === undefined || named === undefined ? found : { area: stated, item: named };
  };
  return { ownerOf };
}

function enterClaims(areas: readonly Area[], context: PathContext): ClaimNode {
  const claims = createOwnership();
  for (const area of areas) {
    for (const [itemIndex, item] of area.items.entries()) {
      const claim = { areaId: area.id, itemIndex, isEnabled: true, isWithheld: false };
      const below = 'saveBelow' in item ? (item.saveBelow ?? '') : '';
      for (const pattern of claimedPaths(item, context)) {
        addClaim(claims, posix.join('/', below, pattern), claim);
      }
      const output = outputOf(item);
      if (output !== undefined) addClaim(claims, `/${output}`, claim);
    }
  }
  return claims;
}

function outputOf(item: Item): string | undefined {
  return item.kind === 'command' || item.kind === 'inventory' ? item.output : undefined;
}

function isGathered(path: string): boolean {
  return path === 'manifest.json' || path === infoDirectory || path.startsWith(`${infoDirectory}/`);
}

/** Items whose paths only the run that saved them knew; the index gives their area. */
function isNamedElsewhere(item: Item): boolean {
  return item.kind === 'listed' || item.kind === 'referenced';
}
