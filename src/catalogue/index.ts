// The list of all areas, in the order in which they are saved and shown.

import type { Area, Product } from './types.ts';
import { accountsArea } from './host/accounts.ts';
import { aptArea } from './host/apt.ts';
import { bootArea } from './host/boot.ts';
import { cronArea } from './host/cron.ts';
import { customPathsArea } from './host/custom-paths.ts';
import { dnsArea } from './host/dns.ts';
import { etcRestArea } from './host/etc-rest.ts';
import { firewallArea } from './host/firewall.ts';
import { hardwareArea } from './host/hardware.ts';
import { kernelModulesArea } from './host/kernel-modules.ts';
import { letsencryptArea } from './host/letsencrypt.ts';
import { localeArea } from './host/locale.ts';
import { loggingArea } from './host/logging.ts';
import { mailArea } from './host/mail.ts';
import { monitoringArea } from './host/monitoring.ts';
import { networkArea } from './host/network.ts';
import { ownConfigArea } from './host/own-config.ts';
import { packagesArea } from './host/packages.ts';
import { rootHomeArea } from './host/root-home.ts';
import { runtimeLeasesArea } from './host/runtime-leases.ts';
import { scriptsArea } from './host/scripts.ts';
import { securityArea } from './host/security.ts';
import { servicesArea } from './host/services.ts';
import { sshArea } from './host/ssh.ts';
import { sslArea } from './host/ssl.ts';
import { storageArea } from './host/storage.ts';
import { storageInventoryArea } from './host/storage-inventory.ts';
import { sysctlArea } from './host/sysctl.ts';
import { systemInformationArea } from './host/system-information.ts';
import { timeArea } from './host/time.ts';
import { udevArea } from './host/udev.ts';
import { userHomesArea } from './host/user-homes.ts';
import { vpnArea } from './host/vpn.ts';
import { zfsArea } from './host/zfs.ts';
import { pbsAccessArea } from './pbs/pbs-access.ts';
import { pbsAcmeArea } from './pbs/pbs-acme.ts';
import { pbsAuthKeysArea } from './pbs/pbs-auth-keys.ts';
import { pbsCertificatesArea } from './pbs/pbs-certificates.ts';
import { pbsDatastoresArea } from './pbs/pbs-datastores.ts';
import { pbsEncryptionKeysArea } from './pbs/pbs-encryption-keys.ts';
import { pbsInformationArea } from './pbs/pbs-information.ts';
import { pbsJobsArea } from './pbs/pbs-jobs.ts';
import { pbsMaintenanceArea } from './pbs/pbs-maintenance.ts';
import { pbsMetricServersArea } from './pbs/pbs-metric-servers.ts';
import { pbsNetworkArea } from './pbs/pbs-network.ts';
import { pbsNodeArea } from './pbs/pbs-node.ts';
import { pbsNotificationsArea } from './pbs/pbs-notifications.ts';
import { pbsRemotesArea } from './pbs/pbs-remotes.ts';
import { pbsRestArea } from './pbs/pbs-rest.ts';
import { pbsS3Area } from './pbs/pbs-s3.ts';
import { pbsTapeArea } from './pbs/pbs-tape.ts';
import { pbsTrafficControlArea } from './pbs/pbs-traffic-control.ts';
import { pveAccessArea } from './pve/pve-access.ts';
import { pveBackupFilesArea } from './pve/pve-backup-files.ts';
import { pveCephArea } from './pve/pve-ceph.ts';
import { pveCertificatesArea } from './pve/pve-certificates.ts';
import { pveClusterArea } from './pve/pve-cluster.ts';
import { pveDatacenterArea } from './pve/pve-datacenter.ts';
import { pveFirewallArea } from './pve/pve-firewall.ts';
import { pveGuestsArea } from './pve/pve-guests.ts';
import { pveHaArea } from './pve/pve-ha.ts';
import { pveJobsArea } from './pve/pve-jobs.ts';
import { pveMappingsArea } from './pve/pve-mappings.ts';
import { pveNodeArea } from './pve/pve-node.ts';
import { pveNotificationsArea } from './pve/pve-notifications.ts';
import { pveReplicationArea } from './pve/pve-replication.ts';
import { pveRestArea } from './pve/pve-rest.ts';
import { pveSchedulesArea } from './pve/pve-schedules.ts';
import { pveSdnArea } from './pve/pve-sdn.ts';
import { pveStorageArea } from './pve/pve-storage.ts';
import { pveVzdumpArea } from './pve/pve-vzdump.ts';

export const areas: readonly Area[] = [
  pveGuestsArea,
  pveStorageArea,
  pveBackupFilesArea,
  pveDatacenterArea,
  pveNodeArea,
  pveAccessArea,
  pveFirewallArea,
  pveHaArea,
  pveSdnArea,
  pveJobsArea,
  pveSchedulesArea,
  pveReplicationArea,
  pveNotificationsArea,
  pveMappingsArea,
  pveCertificatesArea,
  pveCephArea,
  pveClusterArea,
  pveVzdumpArea,
  pveRestArea,
  pbsDatastoresArea,
  pbsS3Area,
  pbsEncryptionKeysArea,
  pbsAccessArea,
  pbsAuthKeysArea,
  pbsCertificatesArea,
  pbsNodeArea,
  pbsAcmeArea,
  pbsNotificationsArea,
  pbsRemotesArea,
  pbsJobsArea,
  pbsTapeArea,
  pbsMetricServersArea,
  pbsTrafficControlArea,
  pbsNetworkArea,
  pbsMaintenanceArea,
  pbsInformationArea,
  pbsRestArea,
  systemInformationArea,
  ownConfigArea,
  networkArea,
  runtimeLeasesArea,
  dnsArea,
  sslArea,
  letsencryptArea,
  sshArea,
  accountsArea,
  securityArea,
  firewallArea,
  vpnArea,
  storageArea,
  storageInventoryArea,
  zfsArea,
  bootArea,
  kernelModulesArea,
  sysctlArea,
  udevArea,
  hardwareArea,
  aptArea,
  packagesArea,
  servicesArea,
  cronArea,
  scriptsArea,
  mailArea,
  timeArea,
  localeArea,
  loggingArea,
  monitoringArea,
  rootHomeArea,
  userHomesArea,
  customPathsArea,
  etcRestArea,
];

export function areaById(id: string): Area | undefined {
  return areas.find((area) => area.id === id);
}

export function areasOf(product: Product): readonly Area[] {
  return areas.filter((area) => area.product === product);
}
