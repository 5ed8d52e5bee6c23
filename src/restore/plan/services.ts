// Which services read what an area holds, and which areas only count after a reboot. Networking is in neither list: it is
// never stopped or restarted by a restore.

export interface AreaEffect {
  area: string;
  /** Units that are told of changed files, if they run. */
  units: readonly { unit: string; how: 'reload' | 'restart' }[];
  /** Why a reboot is needed; absent: it is not. */
  reboot?: string;
}

function effect(area: string, how: 'reload' | 'restart', ...units: string[]): AreaEffect {
  return { area, units: units.map((unit) => ({ unit, how })) };
}

function afterReboot(area: string, reboot: string): AreaEffect {
  return { area, units: [], reboot };
}

export const areaEffects: readonly AreaEffect[] = [
  effect('ssh', 'reload', 'ssh.service'),
  effect('cron', 'restart', 'cron.service'),
  effect('mail', 'reload', 'postfix.service'),
  effect('time', 'restart', 'chrony.service', 'systemd-timesyncd.service'),
  effect('logging', 'restart', 'systemd-journald.service', 'rsyslog.service'),
  effect('monitoring', 'restart', 'prometheus-node-exporter.service', 'zabbix-agent.service'),
  effect('firewall', 'reload', 'nftables.service'),
  effect('udev', 'reload', 'systemd-udevd.service'),
  effect('sysctl', 'restart', 'systemd-sysctl.service'),
  effect('pve-vzdump', 'restart', 'pvescheduler.service'),
  effect('pve-storage', 'reload', 'pvedaemon.service', 'pvestatd.service'),
  effect('pve-certificates', 'reload', 'pveproxy.service'),
  effect('pve-firewall', 'restart', 'pve-firewall.service'),
  effect('pbs-certificates', 'reload', 'proxmox-backup-proxy.service'),
  effect('pbs-datastores', 'reload', 'proxmox-backup.service', 'proxmox-backup-proxy.service'),
  effect('pbs-access', 'reload', 'proxmox-backup.service', 'proxmox-backup-proxy.service'),
  effect('pbs-auth-keys', 'restart', 'proxmox-backup.service', 'proxmox-backup-proxy.service'),
  afterReboot('network', 'addresses, bridges and bonds are taken over at the next boot'),
  afterReboot('boot', 'kernel command line and early file system count from the next boot on'),
  afterReboot('kernel-modules', 'modules and their options are loaded at boot'),
  afterReboot('storage', 'disks and mounts are set up at boot'),
  afterReboot('zfs', 'pools are imported at boot'),
];

export interface ServiceConcern {
  unit: string;
  how: 'reload' | 'restart';
  areas: string[];
}

/** Units and reboot reasons for areas in which something changes. `restart` wins over `reload`. */
export function effectsOf(changedAreas: ReadonlySet<string>): {
  services: ServiceConcern[];
  rebootReasons: string[];
} {
  const services = new Map<string, ServiceConcern>();
  const rebootReasons: string[] = [];
  for (const { area, units, reboot } of areaEffects) {
    if (!changedAreas.has(area)) continue;
    if (reboot !== undefined) rebootReasons.push(`${area}: ${reboot}`);
    for (const { unit, how } of units) {
      const known = services.get(unit) ?? { unit, how, areas: [] };
      known.areas.push(area);
      if (how === 'restart') known.how = 'restart';
      services.set(unit, known);
    }
  }
  return { services: [...services.values()], rebootReasons };
}
