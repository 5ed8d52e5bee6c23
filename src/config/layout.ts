// Where ProxSave's own files lie, and which configuration file counts.
//   fhs     the usual places of a package: /etc/proxsave, /var/lib/proxsave, /var/log/proxsave, /run/proxsave
//   legacy  a host of the Go edition that was not migrated: everything below its BASE_DIR
//   user    started without root rights on the running system: the XDG directories of the user
// State (install id, history, snapshots) of a legacy host already lies in the fhs place, so that a migration keeps it.

import { posix } from 'node:path';
import { describeSystemError, isSystemError, PermissionError, UsageError } from '../errors.ts';
import { asRealPath, type Host, type RealPath } from '../host/host.ts';
import type { OwnPlace } from './types.ts';

export type Layout = 'fhs' | 'legacy' | 'user';

type PlaceName = OwnPlace | 'config' | 'state' | 'run';

/** Directories, but for `config` and `recipients`, which are files. */
export interface Places extends Readonly<Record<PlaceName, RealPath>> {
  layout: Layout;
  /** What ${BASE_DIR} stands for: a path of the host, without the root prefix. */
  base: string;
  /** BASE_DIR of an installation of the Go edition on this host, in use or left over. */
  olderBase: string | undefined;
}

export interface Location {
  places: Places;
  /** The file to read; undefined: there is none, defaults apply. */
  file: RealPath | undefined;
}

/** The places of a layout as paths of the host, before the root prefix. */
export interface PlacePaths extends Readonly<Record<PlaceName, string>> {
  base: string;
}

export const fhsPaths: PlacePaths = {
  base: '/var/lib/proxsave',
  config: '/etc/proxsave/backup.env',
  // Install id, history, restore snapshots.
  state: '/var/lib/proxsave',
  // Work files of one boot.
  run: '/run/proxsave',
  backups: '/var/lib/proxsave/backups',
  log: '/var/log/proxsave',
  lock: '/run/proxsave',
  recipients: '/etc/proxsave/age/recipient.txt',
  metrics: '/var/lib/prometheus/node-exporter',
};

export function legacyPaths({ base, config }: { base: string; config: string }): PlacePaths {
  return {
    ...fhsPaths,
    base,
    config,
    backups: `${base}/backup`,
    log: `${base}/log`,
    lock: `${base}/lock`,
    recipients: `${base}/identity/age/recipient.txt`,
  };
}

export function userPaths(configHome: string, stateHome: string, runtime: string | undefined): PlacePaths {
  const state = `${stateHome}/proxsave`;
  return {
    base: state,
    config: `${configHome}/proxsave/backup.env`,
    state,
    run: `${runtime ?? state}/${runtime === undefined ? 'run' : 'proxsave'}`,
    backups: `${state}/backups`,
    log: `${state}/log`,
    lock: `${state}/lock`,
    recipients: `${configHome}/proxsave/age/recipient.txt`,
    metrics: `${state}/metrics`,
  };
}

/** Configuration files of the Go edition and the BASE_DIR that each belongs to. */
export const legacyConfigs = [
  { config: '/opt/proxsave/configs/backup.env', base: '/opt/proxsave' },
  { config: '/opt/proxmox-backup/configs/backup.env', base: '/opt/proxmox-backup' },
  { config: '/opt/proxmox-backup/env/backup.env', base: '/opt/proxmox-backup' },
] as const;

/** Finds the file and the places. Throws UsageError when `configPath` names nothing. */
export function locate(host: Host, configPath: RealPath | undefined): Location {
  if (configPath !== undefined) {
    if (!exists(host, configPath)) {
      throw new UsageError(`the configuration file ${configPath} does not exist`, {
        hint: 'correct the path, or write a new file: proxsave config template > FILE',
      });
    }
    const legacy = legacyConfigs.find(({ config }) => isSameFile(host, host.resolve(config), configPath));
    const places = legacy === undefined ? detect(host).places : placesOf(host, 'legacy', legacyPaths(legacy));
    return { places, file: configPath };
  }
  return detect(host);
}

function detect(host: Host): Location {
  const ofUser = pathsOfUser(host);
  if (ofUser !== undefined) {
    const places = placesOf(host, 'user', ofUser);
    const file = [places.config, host.resolve(fhsPaths.config)].find((path) => isReadable(host, path));
    return { places, file };
  }
  const fhs = placesOf(host, 'fhs', fhsPaths);
  if (exists(host, fhs.config)) return { places: fhs, file: fhs.config };
  const legacy = findLegacy(host);
  if (legacy === undefined) return { places: fhs, file: undefined };
  const places = placesOf(host, 'legacy', legacyPaths(legacy));
  return { places, file: places.config };
}

function findLegacy(host: Host) {
  return legacyConfigs.find(({ config }) => exists(host, host.resolve(config)));
}

/**
 * Own places of a host below another root lie below that root too, so that it keeps what belongs to it. When nothing can be
 * written there (a rescued disk, mounted read-only) they are those of the running system; only the file is read there.
 */
function placesOf(host: Host, layout: Layout, { base, ...paths }: PlacePaths): Places {
  const olderBase = layout === 'legacy' ? base : layout === 'fhs' ? findLegacy(host)?.base : undefined;
  const isForeign = host.root !== '/' && !host.fs.isWritable(asRealPath(host.root));
  const at = (name: string, path: string) =>
    isForeign && name !== 'config' ? asRealPath(runningSystemPath(host, name, path)) : host.resolve(path);
  const pairs = Object.entries(paths).map(([name, path]) => [name, at(name, path)] as const);
  return { ...(Object.fromEntries(pairs) as Record<PlaceName, RealPath>), layout, base, olderBase };
}

function runningSystemPath(host: Host, name: string, path: string): string {
  if (host.process.uid === 0) return path;
  const user = pathsOfPerson(host);
  return user?.[name as keyof PlacePaths] ?? path;
}

/** Undefined when the places of a user do not apply: root, another root directory, or no home directory. */
function pathsOfUser(host: Host): PlacePaths | undefined {
  return host.root !== '/' || host.process.uid === 0 ? undefined : pathsOfPerson(host);
}

function pathsOfPerson(host: Host): PlacePaths | undefined {
  const { HOME, XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR } = host.env;
  const home = absolute(HOME);
  const configHome = absolute(XDG_CONFIG_HOME) ?? (home && `${home}/.config`);
  const stateHome = absolute(XDG_STATE_HOME) ?? (home && `${home}/.local/state`);
  if (configHome === undefined || stateHome === undefined) return undefined;
  return userPaths(configHome, stateHome, absolute(XDG_RUNTIME_DIR));
}

/** The XDG rules say to ignore relative values. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') === true ? posix.normalize(path) : undefined;
}

/** A path of the host's own text for a place, as `${BACKUP_PATH}` in a file stands for it. */
export function hostPathOf(host: Host, path: RealPath): string {
  return host.root !== '/' && path.startsWith(`${host.root}/`) ? path.slice(host.root.length) : path;
}

function exists(host: Host, path: RealPath): boolean {
  try {
    return host.fs.lstatIfExists(path) !== undefined;
  } catch (error) {
    if (!isSystemError(error, 'EACCES')) throw error;
    throw new PermissionError(`cannot look for the configuration ${path}: ${describeSystemError(error)}`, {
      cause: error,
    });
  }
}

/** Also when one of the two leads through a symbolic link. */
function isSameFile(host: Host, legacyConfig: RealPath, configPath: RealPath): boolean {
  try {
    return host.fs.realPath(legacyConfig) === host.fs.realPath(configPath);
  } catch (error) {
    // One of them is not there or out of reach; whether that matters shows when it is read.
    if (isSystemError(error)) return false;
    throw error;
  }
}

function isReadable(host: Host, path: RealPath): boolean {
  try {
    host.fs.close(host.fs.openFollowing(path));
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
