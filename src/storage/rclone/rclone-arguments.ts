// What every call of rclone gets: flags of ours that the user may change, the user's, flags of ours that they may not,
// the configuration file by name, and the environment with everything that is secret.

import { asRealPath, type Host } from '../../host/host.ts';
import { checkConfigFile, findConfigFile, noConfigFile } from './config-file.ts';
import { splitFlags } from './flags.ts';
import type { RclonePlace } from './place.ts';

export interface RcloneSettings {
  /** RCLONE_FLAGS, cut into arguments. */
  flags: readonly string[];
  /** Configuration file of rclone; absent: --config among the flags, RCLONE_CONFIG of the environment, rclone's default. */
  configFile?: string;
  /** How long a short request may give no sign of life. */
  connectionTimeoutMs: number;
  /** How long a transfer may get no further; 0: for ever. */
  operationTimeoutMs: number;
  /** In rclone's syntax; empty: none. */
  bandwidthLimit: string;
  /** 0 leaves it to rclone. */
  transfers: number;
}

/** Relative paths of a remote (`[nas] type = local`) start at the root, wherever a run was started. */
export const workingDirectory = asRealPath('/');
/** Variables by which our keys and a trial run would reach rclone unasked. */
const hiddenVariables = {
  RCLONE_RETRIES: undefined,
  RCLONE_TRANSFERS: undefined,
  RCLONE_DRY_RUN: undefined,
  RCLONE_INTERACTIVE: undefined,
};

export interface RcloneArguments {
  /** `statistics`: whether rclone tells each second how far it is. @throws CloudError for a missing configuration file */
  argvFor: (
    verb: readonly [string, ...string[]],
    paths: readonly string[],
    statistics: boolean,
  ) => [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @throws UsageError for flags that cannot be used */
export function createArguments(host: Host, place: RclonePlace, settings: RcloneSettings): RcloneArguments {
  const flags = splitFlags(settings.flags);
  return {
    env: { ...hiddenVariables, ...flags.env, ...place.env },
    argvFor: (verb, paths, statistics) => [
      'rclone',
      ...verb,
      ...defaultFlags(settings),
      ...flags.argv,
      ...fixedFlags(settings),
      `--stats=${statistics ? '1s' : '0'}`,
      `--config=${configFor(host, place, settings.configFile ?? flags.configFile)}`,
      '--',
      ...paths,
    ],
  };
}

/** What the user's flags may change. */
function defaultFlags(settings: RcloneSettings): string[] {
  const seconds = (ms: number) => `${Math.ceil(ms / 1000)}s`;
  return [
    '--low-level-retries=3',
    `--contimeout=${seconds(settings.connectionTimeoutMs)}`,
    `--timeout=${seconds(settings.operationTimeoutMs)}`,
  ];
}

/** What they may not: that we understand rclone, and that it never waits for an answer. */
function fixedFlags({ bandwidthLimit, transfers }: RcloneSettings): string[] {
  return [
    ...(bandwidthLimit.trim() === '' ? [] : [`--bwlimit=${bandwidthLimit.trim()}`]),
    ...(transfers === 0 ? [] : [`--transfers=${transfers}`]),
    '--retries=1',
    '--use-json-log',
    '--log-file=',
    '--stats-log-level=ERROR',
    '--progress=false',
    '--ask-password=false',
  ];
}

function configFor(host: Host, place: RclonePlace, named: string | undefined): string {
  const file = findConfigFile(host, named ?? host.env.RCLONE_CONFIG);
  const isGiven = named !== undefined || host.fs.lstatIfExists(file) !== undefined;
  if (!isGiven && !needsConfig(host, place)) return noConfigFile;
  checkConfigFile(host, file);
  return file;
}

function needsConfig(host: Host, { configuredName, env }: RclonePlace): boolean {
  if (configuredName === undefined) return false;
  const variable = `RCLONE_CONFIG_${configuredName.replaceAll('-', '_').toUpperCase()}_TYPE`;
  return host.env[variable] === undefined && env[variable] === undefined;
}
