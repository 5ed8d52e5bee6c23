// Where ProxSave's own files lie, and which configuration file counts.
//   fhs     the usual places of a package: /etc/proxsave, /var/lib/proxsave, /var/log/proxsave, /run/proxsave
//   legacy  a host of the Go edition that was not migrated: everything below its BASE_DIR
//   user    started without root rights on the running system: the XDG directories of the user
// State (install id, history, snapshots) of a legacy host already lies in the fhs place, so that a migration keeps it.

import { posix } from 'node:path';
import { describeSystemError, isSystemError, PermissionError, UsageError } from '../errors.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import type { OwnPlace } from './types.ts';

export type Layout = 'fhs' | 'legacy' | 'user';

/** All but `config` are directories, except `recipients`, which is a file. */
export interface Places extends Readonly<Record<OwnPlace, RealPath>> {
  layout: Layout;
  /** What ${BASE_DIR} stands for: a path of the host, without the root prefix. */
  base: string;
  /** Where the configuration belongs, whether or not it is there. */
  config: RealPath;
  /** Install id, history, restore snapshots. */
  state: RealPath;
  /** Work files of one boot. */
  run: RealPath;
}

export interface Location {
  places: Places;
  /** The file to read; undefined: there is none, defaults apply. */
  file: RealPath | undefined;
}

const fhsConfig = '/etc/proxsave/backup.env';
/** Configuration files of the Go edition and the BASE_DIR that each belongs to. */
const legacyConfigs = [
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
    const legacy = legacyConfigs.find(({ config }) => host.resolve(config) === configPath);
    const places = legacy === undefined ? detect(host).places : legacyPlaces(host, legacy);
    return { places, file: configPath };
  }
  return detect(host);
}

function detect(host: Host): Location {
  const systemConfig = host.resolve(fhsConfig);
  const ofUser = userPlaces(host);
  if (ofUser !== undefined) {
    const file = [ofUser.config, systemConfig].find((path) => isReadable(host, path));
    return { places: ofUser, file };
  }
  if (exists(host, systemConfig)) return { places: fhsPlaces(host), file: systemConfig };
  const legacy = legacyConfigs.find(({ config }) => exists(host, host.resolve(config)));
  if (legacy === undefined) return { places: fhsPlaces(host), file: undefined };
  const places = legacyPlaces(host, legacy);
  return { places, file: places.config };
}

function fhsPlaces(host: Host): Places {
  return {
    layout: 'fhs',
    base: '/var/lib/proxsave',
    config: host.resolve(fhsConfig),
    state: host.resolve('/var/lib/proxsave'),
    run: host.resolve('/run/proxsave'),
    backups: host.resolve('/var/lib/proxsave/backups'),
    log: host.resolve('/var/log/proxsave'),
    lock: host.resolve('/run/proxsave'),
    recipients: host.resolve('/etc/proxsave/age/recipient.txt'),
    metrics: host.resolve('/var/lib/prometheus/node-exporter'),
  };
}

function legacyPlaces(host: Host, { base, config }: { base: string; config: string }): Places {
  return {
    ...fhsPlaces(host),
    layout: 'legacy',
    base,
    config: host.resolve(config),
    backups: host.resolve(`${base}/backup`),
    log: host.resolve(`${base}/log`),
    lock: host.resolve(`${base}/lock`),
    recipients: host.resolve(`${base}/identity/age/recipient.txt`),
  };
}

/** Undefined when the places of a user do not apply: root, another root directory, or no home directory. */
function userPlaces(host: Host): Places | undefined {
  if (host.root !== '/' || host.process.uid === 0) return undefined;
  const { HOME, XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR } = host.env;
  const home = absolute(HOME);
  const configHome = absolute(XDG_CONFIG_HOME) ?? (home && `${home}/.config`);
  const stateHome = absolute(XDG_STATE_HOME) ?? (home && `${home}/.local/state`);
  if (configHome === undefined || stateHome === undefined) return undefined;
  const runtime = absolute(XDG_RUNTIME_DIR);
  const state = host.resolve(`${stateHome}/proxsave`);
  const config = host.resolve(`${configHome}/proxsave`);
  return {
    layout: 'user',
    base: state,
    config: joinReal(config, 'backup.env'),
    state,
    run: runtime === undefined ? joinReal(state, 'run') : host.resolve(`${runtime}/proxsave`),
    backups: joinReal(state, 'backups'),
    log: joinReal(state, 'log'),
    lock: joinReal(state, 'lock'),
    recipients: joinReal(config, 'age', 'recipient.txt'),
    metrics: joinReal(state, 'metrics'),
  };
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

function isReadable(host: Host, path: RealPath): boolean {
  try {
    host.fs.close(host.fs.openFollowing(path));
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
