// Units that a restore must not stop or restart: the network, remote access, and whatever carries the session of the admin who
// restores. And those which may be stopped, but not killed.

import { readHostText } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';

/** Stopping one of these ends the connection of the admin, or takes the host off the network. A reload does neither. */
const lifelines = [
  /^networking\.service$/u,
  /^network\.(?:service|target)$/u,
  /^ifup(?:down)?[@-]/u,
  /^NetworkManager/u,
  /^systemd-networkd/u,
  /^systemd-resolved/u,
  /^openvswitch-switch|^ovs/u,
  /^wg-quick@|^openvpn|^tailscaled/u,
  /^sshd?(?:@.*)?\.(?:service|socket)$/u,
  /^dbus(?:-broker)?\.(?:service|socket)$/u,
  /^systemd-logind/u,
  /^user@|^session-|^user-/u,
];

/**
 * SIGKILL does harm: the watchdog of high availability resets the node, the cluster file system leaves a dead mount, corosync
 * drops the node out of the cluster.
 */
const neverKilled = [/^pve-ha-/u, /^watchdog-mux/u, /^pve-cluster/u, /^corosync/u, ...lifelines];

const maxAncestors = 64;

export function isLifeline(unit: string): boolean {
  return lifelines.some((pattern) => pattern.test(unit));
}

export function mayBeKilled(unit: string): boolean {
  return !neverKilled.some((pattern) => pattern.test(unit));
}

/**
 * Units that this process and its ancestors run in: the session of the shell, the web shell's proxy, the service that started
 * us. Empty where /proc does not tell.
 */
export function unitsOfSession(host: Host): Set<string> {
  const units = new Set<string>();
  let pid = host.process.pid;
  for (let hops = 0; pid > 0 && hops < maxAncestors; hops += 1) {
    for (const unit of unitsInCgroup(readHostText(host, `/proc/${pid}/cgroup`) ?? '')) units.add(unit);
    pid = parentOf(readHostText(host, `/proc/${pid}/stat`) ?? '');
  }
  return units;
}

/** Lines `0::/system.slice/ssh.service` (cgroups(7)); every part that names a service or scope. */
function unitsInCgroup(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => line.split(':').slice(2).join(':').split('/'))
    .filter((part) => /\.(?:service|scope)$/u.test(part));
}

/** Field 4 of /proc/PID/stat; the name in field 2 may hold spaces and brackets. */
function parentOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const parent = Number(fields[1]);
  return Number.isInteger(parent) ? parent : 0;
}
