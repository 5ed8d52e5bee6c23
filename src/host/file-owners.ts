// Who restored and extracted files belong to: by name where this host knows the name, since numbers differ between
// installations; by number otherwise. Pure.

export interface Owner {
  uid: number;
  gid: number;
}

/** An owner as an archive tells it; names are empty when unknown. */
export interface NamedOwner extends Owner {
  userName: string;
  groupName: string;
}

/** Texts of the host's lists; undefined where it has none. */
export interface OwnerLists {
  passwd: string | undefined;
  group: string | undefined;
}

/** The kernel takes the highest number for "leave as it is". */
const maxId = 0xfffffffe;

/** Undefined for numbers that no system has. */
export function createOwnerLookup(lists: OwnerLists): (owner: NamedOwner) => Owner | undefined {
  const users = readIds(lists.passwd);
  const groups = readIds(lists.group);
  return ({ userName, groupName, ...numbers }) => {
    const uid = users.get(userName) ?? numbers.uid;
    const gid = groups.get(groupName) ?? numbers.gid;
    const isPossible = [uid, gid].every((id) => id >= 0 && id <= maxId);
    return isPossible ? { uid, gid } : undefined;
  };
}

/** Both files have the name in the first and the number in the third field; of a name that stands there twice the first counts. */
function readIds(text = ''): Map<string, number> {
  const ids = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    if (name !== '' && /^\d+$/u.test(id) && !ids.has(name)) ids.set(name, Number(id));
  }
  return ids;
}
