// The storages of this node, as storage.cfg has them: which have a directory here, and where in it what lies.

import { posix } from 'node:path';
import type { ConfigValues } from '../../config/options.ts';
import { readHostText } from '../../host/detect-text.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import {
  listPropertyOf,
  parseSectionConfig,
  propertyOf,
  type ConfigSection,
} from '../../host/section-config.ts';

/** Kinds of content that Proxmox VE names. */
export type StorageContent =
  'backup' | 'images' | 'import' | 'iso' | 'none' | 'rootdir' | 'snippets' | 'vztmpl';

export interface PveStorage {
  id: string;
  type: string;
  /** Directory of a storage that is one; host path. */
  path?: string;
  content: readonly string[];
  /** Below `path`, for each kind of content. */
  contentDirectories: Readonly<Record<string, string>>;
  isDisabled: boolean;
  /** Empty: all nodes. */
  nodes: readonly string[];
}

const defaultDirectories = {
  backup: 'dump',
  images: 'images',
  import: 'import',
  iso: 'template/iso',
  rootdir: 'private',
  snippets: 'snippets',
  vztmpl: 'template/cache',
} as const satisfies Partial<Record<StorageContent, string>>;

/** Types whose `path` is a directory of the node; the others below are mounted to /mnt/pve/ID. */
const mountedTypes = ['nfs', 'cifs', 'cephfs', 'glusterfs'];
const directoryTypes = ['dir', 'btrfs', ...mountedTypes];

/** Proxmox VE adds it by itself where storage.cfg does not have it. */
const builtInLocal = 'dir: local\n\tpath /var/lib/vz\n\tcontent backup,iso,vztmpl\n';

/** In the order of the file. */
export function readPveStorages(host: Host, values: ConfigValues): PveStorage[] {
  const text = readHostText(host, posix.join(values.PVE_CONFIG_PATH, 'storage.cfg')) ?? '';
  const storages = parsePveStorages(text);
  return storages.some(({ id }) => id === 'local')
    ? storages
    : [...parsePveStorages(builtInLocal), ...storages];
}

export function parsePveStorages(text: string): PveStorage[] {
  return parseSectionConfig(text)
    .filter(({ id }) => id !== '')
    .map(toStorage);
}

/** Storages with a directory on this node that are switched on. */
export function directoriesOf(
  storages: readonly PveStorage[],
  facts: HostFacts,
): (PveStorage & { path: string })[] {
  return storages.flatMap((storage) => {
    const { path, isDisabled, nodes } = storage;
    const isHere = !isDisabled && (nodes.length === 0 || nodes.includes(facts.nodeName));
    return isHere && path !== undefined ? [{ ...storage, path }] : [];
  });
}

function toStorage(section: ConfigSection): PveStorage {
  const path = pathOf(section);
  return {
    id: section.id,
    type: section.type,
    ...(path === undefined ? {} : { path }),
    content: listPropertyOf(section, 'content'),
    contentDirectories: { ...defaultDirectories, ...ownDirectories(section) },
    isDisabled: isOn(propertyOf(section, 'disable')),
    nodes: listPropertyOf(section, 'nodes'),
  };
}

function pathOf(section: ConfigSection): string | undefined {
  if (!directoryTypes.includes(section.type)) return undefined;
  const path =
    propertyOf(section, 'path') ??
    (mountedTypes.includes(section.type) ? `/mnt/pve/${section.id}` : undefined);
  return path?.startsWith('/') === true ? posix.resolve(path) : undefined;
}

/** `content-dirs backup=custom/dump,iso=images` */
function ownDirectories(section: ConfigSection): Record<string, string> {
  const pairs = listPropertyOf(section, 'content-dirs').flatMap((pair) => {
    const [kind, directory] = pair.split('=');
    return kind === undefined || directory === undefined
      ? []
      : [[kind, posix.resolve('/', directory).slice(1)]];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['0', 'no', 'off', 'false'].includes(value.toLowerCase());
}
