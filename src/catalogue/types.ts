// The vocabulary of the catalogue. An area says WHAT a part of a Proxmox host is made of and, for each item, how
// it is read and how it comes back. Areas are pure data with small pure functions; collector and restore do the work.

import type { HostFacts } from '../host/facts.ts';
import type { OptionName, BooleanOptionName, ListOptionName, PathOptionName } from '../config/options.ts';

export type Product = 'host' | 'pve' | 'pbs';

/** Restore categories: ids of the existing edition, so that old archives and scripts keep their meaning. */
export const categoryIds = [
  'pve_config_export',
  'pve_cluster',
  'storage_pve',
  'pve_jobs',
  'pve_notifications',
  'pve_access_control',
  'pve_firewall',
  'pve_ha',
  'pve_sdn',
  'corosync',
  'ceph',
  'pbs_config',
  'pbs_host',
  'datastore_pbs',
  'maintenance_pbs',
  'pbs_jobs',
  'pbs_remotes',
  'pbs_notifications',
  'pbs_access_control',
  'pbs_tape',
  'filesystem',
  'storage_stack',
  'network',
  'ssl',
  'ssh',
  'scripts',
  'crontabs',
  'services',
  'accounts',
  'user_data',
  'zfs',
  'proxsave_info',
] as const;
export type CategoryId = (typeof categoryIds)[number];

/** Files that are merged line by line, never overwritten. */
export type MergeKind =
  'fstab' | 'passwd' | 'group' | 'shadow' | 'gshadow' | 'subid' | 'sudoers' | 'crypttab';
/** Files that are put aside, checked as a set, then applied by a strategy of their own. */
export type StageKind = 'network' | 'packages' | 'boot' | 'apt' | 'pve' | 'pbs' | 'own-config';

/** How an item comes back. */
export type Comeback =
  | { how: 'replace' }
  | { how: 'merge'; kind: MergeKind }
  | { how: 'stage'; kind: StageKind }
  /** Written through the rules of the mounted cluster file system only. */
  | { how: 'pmxcfs' }
  /** Handed to the admin as files; never applied by itself. */
  | { how: 'export' }
  | { how: 'never'; reason: string };

export interface ItemBase {
  category: CategoryId;
  restore: Comeback;
  /** May it come back across a major version or onto other hardware? `review`: only when asked for by name. */
  across: 'safe' | 'review';
  /** Content is never shown (diffs, logs). */
  secret?: true;
  /** More toggles, besides those of the area, that must all be on. */
  toggles?: readonly BooleanOptionName[];
  /** Only on hosts for which this holds. Absent: always. */
  when?: (facts: HostFacts) => boolean;
  /** Key that limits single files here, instead of MAX_FILE_SIZE. `none`: whoever names the files looked at their size. */
  maxFileSizeOption?: 'MAX_FILE_SIZE' | 'USER_HOMES_MAX_FILE_SIZE' | 'none';
  /** Key with more names or globs, relative to the item's root, that are not saved. */
  excludeOption?: 'USER_HOMES_EXCLUDE_PATTERNS';
  /** A rebuild of the host needs it: why. Listed by the coverage proof, for hosts on which the item applies. */
  essential?: string;
  /** Absence is a warning where this holds. Absent: absence is normal. */
  expected?: (facts: HostFacts) => boolean;
}

/** Places that only the run knows: the configuration file in use. */
export type KnownPlace = 'config-file';

/**
 * A path of the host, the key that names it (`below`: relative, something in the directory that it names), or a place
 * that the run knows (the item is skipped without one).
 */
export type PathSource = string | OptionPath | { known: KnownPlace };
export interface OptionPath {
  option: PathOptionName;
  below?: string;
}

export interface FileItem extends ItemBase {
  kind: 'file';
  path: PathSource;
  /** Archive it below this directory (relative) instead of its own place. */
  saveBelow?: string;
}

export interface TreeItem extends ItemBase {
  kind: 'tree';
  path: PathSource;
  /**
   * Globs, anchored at the tree, that are not saved: virtual files, caches. `lxc` is TREE/lxc alone, `**\/.git` any
   * depth; `dir/**` prunes the directory itself too.
   */
  exclude?: readonly string[];
  saveBelow?: string;
}

/** Each match that is a directory is taken as a tree. `*` does not cross `/`. */
export interface GlobItem extends ItemBase {
  kind: 'glob';
  /** With an option, `below` holds the pattern. */
  pattern: string | OptionPath;
  exclude?: readonly string[];
  saveBelow?: string;
}

/** Paths that the user lists in a key; each is a file or a tree, and a missing one is a warning. */
export interface ListedItem extends ItemBase {
  kind: 'listed';
  option: ListOptionName;
}

/** Files that other configuration files name: each absolute path that is found there. A missing one is normal. */
export interface ReferencedItem extends ItemBase {
  kind: 'referenced';
  /** Who names them: see collector/references/NAME.ts. */
  references: ReferenceName;
  saveBelow?: string;
}
export type ReferenceName =
  'key-files' | 'pve-guest-files' | 'pve-backup-scripts' | 'pve-small-backups' | 'pve-selected-backups';

/** The stdout of a command is the content. */
export interface CommandItem extends ItemBase {
  kind: 'command';
  argv: readonly [string, ...string[]];
  /** ArchivePath of the result. */
  output: string;
  /** Seconds; default 30. */
  timeoutSeconds?: number;
  /** Exit codes besides 0 that still mean a usable output. */
  acceptExitCodes?: readonly number[];
  /**
   * What a failing command means. `warning` (default): it should work here. `info`: it often cannot (containers,
   * hardware that is not there). A missing program is never more than info.
   */
  onFailure?: 'warning' | 'info';
}

/** One command for each name of a list (collector/lists/NAME.ts), e.g. for each datastore. */
export interface EachItem extends ItemBase {
  kind: 'each';
  of: NameList;
  argv: (name: string) => readonly [string, ...string[]];
  /** ArchivePath of a result; `key` is the name made fit for a file name, and unique (util/file-key.ts). */
  output: (key: string, name: string) => string;
  timeoutSeconds?: number;
  acceptExitCodes?: readonly number[];
  onFailure?: 'warning' | 'info';
}
export type NameList =
  | 'pve-nodes'
  | 'pbs-datastores'
  | 'pbs-users'
  | 'pbs-acme-accounts'
  | 'pbs-acme-plugins'
  | 'pbs-s3-endpoints';

/**
 * A consistent copy of a SQLite database. `pmxcfs`: rows are files below /etc/pve; those that a switched-off area owns are
 * removed from the copy.
 */
export interface DatabaseItem extends ItemBase {
  kind: 'database';
  path: PathSource;
  rows?: 'pmxcfs';
  /** Tables that are empty in the copy: what stands there is of no use later. Those that are missing are no matter. */
  withoutRowsOf?: readonly string[];
}

/** Documents that a small inventory module makes (collector/inventories/NAME.ts). */
export interface InventoryItem extends ItemBase {
  kind: 'inventory';
  inventory: InventoryName;
  /** ArchivePath of the document; of the directory when the module makes several. */
  output: string;
}
export type InventoryName =
  | 'network'
  | 'bonding'
  | 'partitions'
  | 'pve-guests'
  | 'pve-storages'
  | 'pbs-datastores'
  | 'pbs-namespaces'
  | 'pbs-pxar';

export type Item =
  | FileItem
  | TreeItem
  | GlobItem
  | ListedItem
  | ReferencedItem
  | CommandItem
  | EachItem
  | DatabaseItem
  | InventoryItem;

export interface Area {
  /** Kebab-case, unique; what `--only` and `--skip` take. */
  id: string;
  title: string;
  /** One sentence: what is lost without it. */
  about: string;
  product: Product;
  /** All must be on. Empty: always saved. */
  toggles: readonly BooleanOptionName[];
  items: readonly Item[];
}

/** Where information that ProxSave gathers lies inside an archive. */
export const infoDirectory = 'var/lib/proxsave-info';

export type { BooleanOptionName, OptionName };
