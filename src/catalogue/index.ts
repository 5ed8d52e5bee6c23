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
import { pbsConfigArea } from './pbs/pbs-config.ts';
import { pveConfigArea } from './pve/pve-config.ts';

export const areas: readonly Area[] = [
  pveConfigArea,
  pbsConfigArea,
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
