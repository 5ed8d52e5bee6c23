// Who extracted files belong to: by name where this host knows the name, since numbers differ between installations.

import type { EntryMeta } from '../../entry.ts';
import type { Host } from '../../host/host.ts';

export interface Owner {
  uid: number;
  gid: number;
}

/** The kernel takes the highest number for "leave as it is". */
const maxId = 0xfffffffe;

/** Looks owners up in passwd and group of this host; undefined for numbers that no system has. */
export function createOwnerLookup(host: Host): (meta: EntryMeta) => Owner | undefined {
  const users = readIds(host, '/etc/passwd');
  const groups = readIds(host, '/etc/group');
  return (meta) => {
    const uid = users.get(meta.userName) ?? meta.uid;
    const gid = groups.get(meta.groupName) ?? meta.gid;
    return uid > maxId || gid > maxId ? undefined : { uid, gid };
  };
}

/** Both files have the name in the first and the number in the third field. */
function readIds(host: Host, hostPath: string): Map<string, number> {
  const ids = new Map<string, number>();
  for (const line of (host.fs.readTextIfExists(host.resolve(hostPath)) ?? '').split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    if (name !== '' && /^\d+$/u.test(id)) ids.set(name, Number(id));
  }
  return ids;
}
