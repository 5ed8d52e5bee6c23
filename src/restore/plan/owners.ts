// Who restored files belong to: by name where this host knows the name, since numbers differ between installations.

import type { Host } from '../../host/host.ts';
import { readLiveFile } from '../live-state.ts';
import type { RestoreMeta } from '../source.ts';

export interface Owner {
  uid: number;
  gid: number;
}

/** The kernel takes the highest number for "leave as it is". */
const maxId = 0xfffffffe;
const maxListBytes = 16 * 1024 * 1024;

/** Undefined for numbers that no system has. */
export function createOwnerLookup(host: Host): (meta: RestoreMeta) => Owner | undefined {
  const users = readIds(host, 'etc/passwd');
  const groups = readIds(host, 'etc/group');
  return (meta) => {
    const uid = users.get(meta.userName) ?? meta.uid;
    const gid = groups.get(meta.groupName) ?? meta.gid;
    const isPossible = [uid, gid].every((id) => id >= 0 && id <= maxId);
    return isPossible ? { uid, gid } : undefined;
  };
}

/** Both files have the name in the first and the number in the third field. */
function readIds(host: Host, path: string): Map<string, number> {
  const ids = new Map<string, number>();
  for (const line of (readLiveFile(host, path, maxListBytes)?.toString('utf8') ?? '').split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    if (name !== '' && /^\d+$/u.test(id) && !ids.has(name)) ids.set(name, Number(id));
  }
  return ids;
}
