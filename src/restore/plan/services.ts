// Which services read what comes back, and what only counts after a reboot. Networking is in neither list: it is never stopped or
// restarted by a restore (src/restore/network/apply-live.ts changes it under guard, when that is asked for).
// Only units that run on this host are touched, so a program that is not installed costs nothing.

/**
 * `reload` wherever a unit can: Proxmox daemons then start themselves anew while their tasks go on, and nothing is cut off.
 * `stop`: must not run while its files change.
 */
export const serviceHows = ['reload', 'restart', 'stop'] as const;
export type ServiceHow = (typeof serviceHows)[number];

export interface AreaEffect {
  area: string;
  /** Only when one of these paths changes (relative to the root); absent: any of the area. */
  paths?: RegExp;
  /** Units that are told of changed files, if they run. */
  units: readonly { unit: string; how: ServiceHow }[];
  /** Why a reboot is needed; absent: it is not. */
  reboot?: string;
}

function effect(area: string, how: ServiceHow, ...names: string[]): AreaEffect {
  return { area, units: unitsOf(how, names) };
}

function effectOf(area: string, paths: RegExp, how: ServiceHow, ...names: string[]): AreaEffect {
  return { area, paths, units: unitsOf(how, names) };
}

function unitsOf(how: ServiceHow, names: readonly string[]): AreaEffect['units'] {
  return names.map((name) => ({ unit: `${name}.service`, how }));
}

function afterReboot(area: string, reboot: string): AreaEffect {
  return { area, units: [], reboot };
}

export const areaEffects: readonly AreaEffect[] = [
  // A job must not start from half of the files. Jobs that run go on: cron leaves them alone when it stops.
  effect('cron', 'stop', 'cron'),
  // sshd proves its new configuration first; a faulty one leaves it running with the old.
  effectOf('ssh', /^etc\/ssh\/(?:sshd_config|ssh_host_)/u, 'reload', 'ssh'),
  effectOf('mail', /^etc\/(?:postfix\/|aliases)/u, 'reload', 'postfix'),
  effectOf('mail', /^etc\/exim4\//u, 'reload', 'exim4'),
  effectOf('mail', /^etc\/opendkim/u, 'restart', 'opendkim'),
  effectOf('mail', /^etc\/dovecot\//u, 'reload', 'dovecot'),
  effectOf('time', /^etc\/chrony\//u, 'restart', 'chrony'),
  effectOf('time', /^etc\/ntp(?:sec\/|\.)/u, 'restart', 'ntpsec', 'ntp'),
  effectOf('time', /^etc\/systemd\/timesyncd/u, 'restart', 'systemd-timesyncd'),
  effectOf('logging', /^etc\/rsyslog/u, 'restart', 'rsyslog'),
  effectOf('logging', /^etc\/syslog-ng\//u, 'reload', 'syslog-ng'),
  effectOf('logging', /^etc\/systemd\/journald/u, 'restart', 'systemd-journald'),
  effectOf('monitoring', /^etc\/zabbix\//u, 'restart', 'zabbix-agent', 'zabbix-agent2'),
  effectOf('monitoring', /^etc\/(?:default\/)?prometheus/u, 'restart', 'prometheus-node-exporter'),
  effectOf('monitoring', /^etc\/(?:default\/)?telegraf/u, 'restart', 'telegraf'),
  effectOf('monitoring', /^(?:etc|var\/lib)\/snmp\//u, 'stop', 'snmpd'),
  effectOf('monitoring', /^etc\/netdata\//u, 'restart', 'netdata'),
  effectOf('monitoring', /^etc\/munin\//u, 'restart', 'munin-node'),
  effectOf('monitoring', /^etc\/monit\//u, 'reload', 'monit'),
  effectOf('monitoring', /^etc\/(?:smartd\.conf|smartmontools\/)/u, 'reload', 'smartmontools', 'smartd'),
  effectOf('monitoring', /^etc\/nut\//u, 'restart', 'nut-server', 'nut-monitor'),
  effectOf('security', /^etc\/fail2ban\//u, 'reload', 'fail2ban'),
  effectOf('security', /^etc\/crowdsec\//u, 'reload', 'crowdsec'),
  effectOf('security', /^etc\/sssd\//u, 'restart', 'sssd'),
  effectOf('security', /^etc\/nslcd\.conf$/u, 'restart', 'nslcd'),
  effectOf('security', /^etc\/apparmor\.d\//u, 'reload', 'apparmor'),
  effectOf('udev', /^etc\/udev\//u, 'reload', 'systemd-udevd'),
  effect('sysctl', 'restart', 'systemd-sysctl'),
  effectOf('storage', /^etc\/auto/u, 'reload', 'autofs'),
  effect('pve-vzdump', 'reload', 'pvescheduler'),
  effect('pve-storage', 'reload', 'pvedaemon', 'pvestatd'),
  effect('pve-certificates', 'reload', 'pveproxy'),
  effect('pve-firewall', 'reload', 'pve-firewall'),
  effect('pbs-certificates', 'reload', 'proxmox-backup-proxy'),
  effect('pbs-datastores', 'reload', 'proxmox-backup', 'proxmox-backup-proxy'),
  effect('pbs-access', 'reload', 'proxmox-backup', 'proxmox-backup-proxy'),
  effect('pbs-auth-keys', 'reload', 'proxmox-backup', 'proxmox-backup-proxy'),
  effect('pbs-node', 'reload', 'proxmox-backup', 'proxmox-backup-proxy'),
  // Rules that are loaded now may shut out whoever restores.
  afterReboot('firewall', 'packet filter rules are loaded at boot'),
  afterReboot('network', 'addresses, bridges and bonds are taken over at the next boot'),
  afterReboot('vpn', 'tunnels are set up at boot'),
  afterReboot('boot', 'kernel command line and early file system count from the next boot on'),
  afterReboot('kernel-modules', 'modules and their options are loaded at boot'),
  afterReboot('storage', 'disks and mounts are set up at boot'),
  afterReboot('zfs', 'pools are imported at boot'),
];

export interface ServiceConcern {
  unit: string;
  how: ServiceHow;
  areas: string[];
}

/**
 * Units and reboot reasons for areas in which something changes; `changed` narrows them down to what reads one of these
 * paths. `stop` wins over `restart`, and that over `reload`.
 */
export function effectsOf(
  changedAreas: ReadonlySet<string>,
  changed?: readonly string[],
): { services: ServiceConcern[]; rebootReasons: string[] } {
  const services = new Map<string, ServiceConcern>();
  const rebootReasons: string[] = [];
  for (const { area, paths, units, reboot } of areaEffects) {
    if (!changedAreas.has(area)) continue;
    if (paths !== undefined && changed?.some((path) => paths.test(path)) === false) continue;
    if (reboot !== undefined) rebootReasons.push(`${area}: ${reboot}`);
    for (const { unit, how } of units) {
      const known = services.get(unit) ?? { unit, how, areas: [] };
      if (!known.areas.includes(area)) known.areas.push(area);
      if (serviceHows.indexOf(how) > serviceHows.indexOf(known.how)) known.how = how;
      services.set(unit, known);
    }
  }
  return { services: [...services.values()], rebootReasons };
}
