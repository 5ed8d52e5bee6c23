// What an admin still has to do by hand after a restore, as commands. Pure.

import type { HostFacts } from '../../host/facts.ts';
import type { NetworkPlan } from '../../restore/network/network-types.ts';
import { changesHost, handsOut, type RestorePlan } from '../../restore/plan/restore-plan.ts';
import { unitFileEffects } from '../../restore/services/unit-files.ts';

export interface Chore {
  /** What it is for; one sentence without a full stop. */
  what: string;
  /** To be copied; empty: nothing to type. */
  commands: readonly string[];
}

export interface AfterwardsInput {
  plan: RestorePlan;
  live: HostFacts;
  network: NetworkPlan | undefined;
  /** Where files are handed out. */
  exportDirectory: string;
  /** A list of packages that are missing here; undefined: none. */
  missingPackages?: { count: number; path: string };
  /** Services were told of their new configuration already. */
  areServicesDone: boolean;
}

type Rule = (input: AfterwardsInput, changed: readonly string[]) => Chore[];

export function choresAfter(input: AfterwardsInput): Chore[] {
  const changed = input.plan.entries.filter(changesHost).map(({ path }) => path);
  return rules.flatMap((rule) => rule(input, changed));
}

const touches = (changed: readonly string[], pattern: RegExp) => changed.some((path) => pattern.test(path));

const reloadUnits: Rule = ({ areServicesDone }, changed) => {
  const isConcerned = touches(changed, /^etc\/(?:systemd\/system\/|fstab$|crypttab$)/u);
  if (!isConcerned || areServicesDone) return [];
  return [{ what: 'systemd reads units and mounts anew', commands: ['systemctl daemon-reload'] }];
};

const mountAll: Rule = (_input, changed) =>
  touches(changed, /^etc\/fstab$/u)
    ? [{ what: 'mounts that came back into fstab', commands: ['findmnt --verify', 'mount -a'] }]
    : [];

const tellServices: Rule = ({ plan, areServicesDone }) => {
  const verb = { reload: 'try-reload-or-restart', restart: 'try-restart', stop: 'try-restart' } as const;
  if (areServicesDone || plan.services.length === 0) return [];
  return [
    {
      what: 'services read their configuration anew',
      commands: plan.services.map(({ unit, how }) => `systemctl ${verb[how]} ${unit}`),
    },
  ];
};

/** Nothing starts them now: whether they should run before the next boot is the admin's choice. */
const startUnits: Rule = ({ plan }) => {
  const { newlyEnabled, changed } = unitFileEffects(plan);
  const others = changed.filter((unit) => !newlyEnabled.includes(unit));
  return [
    ...(newlyEnabled.length === 0
      ? []
      : [
          {
            what: 'units that start at boot from now on; to start them now',
            commands: [`systemctl start ${newlyEnabled.join(' ')}`],
          },
        ]),
    ...(others.length === 0
      ? []
      : [{ what: 'units that changed themselves', commands: [`systemctl try-restart ${others.join(' ')}`] }]),
  ];
};

const rebuildBoot: Rule = ({ live }, changed) => {
  const commands: string[] = [];
  const initramfs =
    /^etc\/(?:initramfs-tools\/|modprobe\.d\/|modules|crypttab$|mdadm\/|lvm\/|zfs\/|hostid$|udev\/)/u;
  if (touches(changed, initramfs)) commands.push('update-initramfs -u -k all');
  if (touches(changed, /^etc\/(?:default\/grub|grub\.d\/|kernel\/)/u))
    commands.push(
      live.pve !== undefined || live.pbs !== undefined ? 'proxmox-boot-tool refresh' : 'update-grub',
    );
  return commands.length === 0 ? [] : [{ what: 'boot files are made from what came back', commands }];
};

const rebuildOthers: Rule = (_input, changed) => [
  ...(touches(changed, /^etc\/aliases$/u) ? [{ what: 'mail aliases', commands: ['newaliases'] }] : []),
  ...(touches(changed, /^etc\/locale\.gen$/u) ? [{ what: 'languages', commands: ['locale-gen'] }] : []),
  ...(touches(changed, /^usr\/local\/share\/ca-certificates\//u)
    ? [{ what: 'certificates of your own authorities', commands: ['update-ca-certificates'] }]
    : []),
];

const installPackages: Rule = ({ missingPackages }) => {
  if (missingPackages === undefined) return [];
  const { count, path } = missingPackages;
  return [
    {
      what: `packages that were installed there and are not here: ${count}`,
      commands: ['apt-get update', `xargs -r -a ${path} apt-get install`],
    },
  ];
};

const applyNetwork: Rule = ({ plan, network, exportDirectory }) => {
  const entries = plan.entries.filter(({ strategy }) => strategy === 'network');
  const chores: Chore[] = [];
  const removed = network?.removed ?? [];
  if (removed.length > 0 && entries.some(changesHost))
    chores.push({
      what: 'these would undo the network at the next boot',
      commands: removed.map((path) => `rm ${path}`),
    });
  const [held] = entries.filter(handsOut);
  if (held !== undefined)
    chores.push({
      what: `the network was not put in place: ${held.reason}`,
      commands: [`diff -ru ${exportDirectory}/etc/network /etc/network`],
    });
  return chores;
};

const applyCluster: Rule = ({ plan, exportDirectory }) => {
  const staged = plan.entries.filter(
    (entry) => entry.action === 'stage' && handsOut(entry) && entry.type !== 'directory',
  );
  const below = (prefix: string) => staged.filter(({ path }) => path.startsWith(prefix)).length;
  const chores: Chore[] = [];
  const cluster = below('etc/pve/') + below('var/lib/pve-cluster/');
  if (cluster > 0)
    chores.push({
      what: `files of the cluster file system (${cluster}); they are put in place by hand, while /etc/pve is mounted`,
      commands: [`ls -R ${exportDirectory}/etc/pve ${exportDirectory}/var/lib/pve-cluster`],
    });
  const backupServer = below('etc/proxmox-backup/');
  if (backupServer > 0)
    chores.push({
      what: `files of Proxmox Backup Server (${backupServer}); they are put in place by hand`,
      commands: [
        `diff -ru ${exportDirectory}/etc/proxmox-backup /etc/proxmox-backup`,
        'systemctl restart proxmox-backup proxmox-backup-proxy',
      ],
    });
  return chores;
};

const reboot: Rule = ({ plan }) =>
  plan.rebootReasons.length === 0
    ? []
    : [{ what: 'some of it counts only after a reboot', commands: ['systemctl reboot'] }];

const rules: readonly Rule[] = [
  installPackages,
  applyNetwork,
  applyCluster,
  rebuildBoot,
  rebuildOthers,
  reloadUnits,
  mountAll,
  tellServices,
  startUnits,
  reboot,
];
