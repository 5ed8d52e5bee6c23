// Users, permissions, realms, API tokens and second factors, with their secrets.

import { sanitiseName } from '../../util/file-key.ts';
import { manager, managerForEach, pbsFiles, since, staged } from '../pbs-items.ts';
import { infoDirectory, type Area, type ItemBase } from '../types.ts';

const access = staged('pbs_access_control');
const secretAccess = { ...access, secret: true } as const satisfies ItemBase;

export const pbsAccessArea: Area = {
  id: 'pbs-access',
  title: 'Backup server users and permissions',
  about: 'Without it nobody but root logs in, and no host may write its backups.',
  product: 'pbs',
  toggles: ['BACKUP_USER_CONFIGS'],
  items: [
    ...pbsFiles({ ...access, essential: 'users and tokens that hosts write their backups with' }, 'user.cfg'),
    ...pbsFiles({ ...access, essential: 'who may do what on which datastore' }, 'acl.cfg'),
    // The client key of an OpenID realm is in it.
    ...pbsFiles({ ...secretAccess, essential: 'realms that users log in with' }, 'domains.cfg'),
    ...pbsFiles(
      {
        ...secretAccess,
        essential: 'without it every API token must be made anew, on every host that uses it',
      },
      'token.shadow',
    ),
    ...pbsFiles({ ...secretAccess, essential: 'passwords of the users of realm pbs' }, 'shadow.json'),
    ...pbsFiles({ ...secretAccess, essential: 'second factors of all users' }, 'tfa.json'),
    ...pbsFiles({ ...secretAccess, essential: 'passwords for the directory servers' }, 'ldap_passwords.json'),
    ...pbsFiles(secretAccess, 'token.cfg'),
    manager('user list', 'user_list.json'),
    manager('ldap list', 'realms_ldap.json', since(2, 4)),
    manager('ad list', 'realms_ad.json', since(3, 2)),
    manager('openid list', 'realms_openid.json', { secret: true }),
    manager('acl list', 'acl_list.json'),
    managerForEach(
      'pbs-users',
      'user list-tokens',
      (_key, name) => `${infoDirectory}/pbs/access-control/${sanitiseName(name)}_tokens.json`,
    ),
  ],
};
