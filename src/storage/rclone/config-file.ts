// Which configuration file rclone gets. Always said by name: under systemd HOME may be missing, and rclone would then
// quietly work with an empty configuration.

import { describeSystemError } from '../../errors.ts';
import { asRealPath, type Host, type RealPath } from '../../host/host.ts';
import { CloudError } from './rclone-error.ts';

/** For rclone: no configuration file at all. */
export const noConfigFile = '';

/**
 * The file that somebody named, else rclone's default of the user (of root: /root/.config/rclone/rclone.conf). May not exist.
 * @param named from --config in RCLONE_FLAGS, or RCLONE_CONFIG in the environment; a relative one starts at the working directory
 */
export function findConfigFile(host: Host, named: string | undefined): RealPath {
  if (named !== undefined && named !== '') {
    return asRealPath(named.startsWith('/') ? named : `${host.process.cwd}/${named}`);
  }
  const candidates = defaultPlaces(host);
  const existing = candidates.find((path) => host.fs.lstatIfExists(path) !== undefined);
  return existing ?? candidates[0] ?? host.resolve('/root/.config/rclone/rclone.conf');
}

function defaultPlaces(host: Host): RealPath[] {
  const ofRoot = [host.resolve('/root/.config/rclone/rclone.conf'), host.resolve('/root/.rclone.conf')];
  // Another host's disk: what counts is in the home of its root, not in ours.
  if (host.root !== '/') return ofRoot;
  const { XDG_CONFIG_HOME: configHome, HOME: home } = host.env;
  return [
    ...(isAbsolute(configHome) ? [asRealPath(`${configHome}/rclone/rclone.conf`)] : []),
    ...(isAbsolute(home)
      ? [asRealPath(`${home}/.config/rclone/rclone.conf`), asRealPath(`${home}/.rclone.conf`)]
      : []),
    ...(host.process.uid === 0 ? ofRoot : []),
  ];
}

function isAbsolute(path: string | undefined): path is string {
  return path?.startsWith('/') === true;
}

/** @throws CloudError when the file is missing or cannot be read */
export function checkConfigFile(host: Host, path: RealPath): void {
  try {
    host.fs.close(host.fs.openFollowing(path));
  } catch (error) {
    throw new CloudError(
      'remote',
      `the configuration file of rclone, ${path}, cannot be read: ${describeSystemError(error)}`,
      'make one with `rclone config` as the user that backups run as, or name another: --config FILE in RCLONE_FLAGS, or RCLONE_CONFIG in the environment',
      error,
    );
  }
}
