// Users, groups, pools, roles, permissions, realms, API tokens and second factors.

import { pveCommand, pveFiles, pveOutputs, pveTrees, throughPmxcfs } from '../pve-items.ts';
import type { Area } from '../types.ts';

const access = throughPmxcfs('pve_access_control');
const accessSecret = { ...access, secret: true } as const;

const list = (what: string, file: string) =>
  pveCommand(`pveum ${what} list --output-format=json`, `${pveOutputs}/${file}`);

export const pveAccessArea: Area = {
  id: 'pve-access',
  title: 'Users and permissions',
  about: 'Who may log in, how, and what each may do; tokens of programs; the pools of guests.',
  product: 'pve',
  toggles: ['BACKUP_PVE_ACL'],
  items: [
    ...pveFiles({ ...access, essential: 'users, groups, pools and permissions' }, 'user.cfg'),
    // Keys of OpenID clients stand in it.
    ...pveFiles(accessSecret, 'domains.cfg'),
    ...pveFiles(
      { ...accessSecret, essential: 'passwords, tokens and second factors cannot be made again' },
      'priv/shadow.cfg',
      'priv/token.cfg',
      'priv/tfa.cfg',
    ),
    ...pveTrees(
      { ...accessSecret, essential: 'passwords with which LDAP and AD realms are read' },
      'priv/realm',
      'priv/ldap',
    ),
    {
      kind: 'tree',
      path: { option: 'PVE_CONFIG_PATH', below: 'priv/jobs' },
      ...accessSecret,
      restore: { how: 'never', reason: 'state of the realm synchronisation, written by it again' },
    },
    list('user', 'pve_users.json'),
    list('group', 'pve_groups.json'),
    list('role', 'pve_roles.json'),
    list('pool', 'pools.json'),
    list('acl', 'pve_acls.json'),
    list('realm', 'pve_realms.json'),
  ],
};
