// Who may log in how, and what is watched: PAM, directory services, access lists, confinement.

import { files, mayFail, replaceReview, replaceSafe, systemCommand, trees } from '../items.ts';
import type { Area } from '../types.ts';

export const securityArea: Area = {
  id: 'security',
  title: 'Login and security',
  about: 'PAM, limits, directory services, access lists, AppArmor, auditing and fail2ban.',
  product: 'host',
  toggles: ['BACKUP_SECURITY_CONFIG'],
  items: [
    ...trees(replaceReview, '/etc/pam.d', '/etc/apparmor', '/etc/apparmor.d', '/etc/selinux'),
    ...files(replaceReview, '/etc/pam.conf', '/etc/login.defs'),
    ...files({ ...replaceReview, secret: true }, '/etc/security/opasswd'),
    ...trees(replaceSafe, '/etc/security', '/etc/audit', '/etc/polkit-1', '/etc/krb5.conf.d'),
    ...files(
      replaceSafe,
      '/etc/adduser.conf',
      '/etc/deluser.conf',
      '/etc/hosts.allow',
      '/etc/hosts.deny',
      '/etc/krb5.conf',
      '/etc/securetty',
    ),
    // Actions may hold tokens of message services.
    ...trees(
      { ...replaceSafe, secret: true },
      '/etc/fail2ban',
      '/etc/crowdsec',
      '/etc/sssd',
      '/etc/ldap',
      '/etc/duo',
    ),
    ...files(
      { ...replaceSafe, secret: true },
      '/etc/krb5.keytab',
      '/etc/nslcd.conf',
      '/etc/libnss-ldap.conf',
      '/etc/libnss-ldap.secret',
      '/etc/pam_ldap.conf',
      '/etc/pam_ldap.secret',
      '/etc/ldap.secret',
      '/etc/google-authenticator',
    ),
    systemCommand('aa-status', 'apparmor_status.txt', mayFail),
  ],
};
