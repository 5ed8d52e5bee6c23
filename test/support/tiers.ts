// A sandbox with all three tiers: a directory as the secondary one, a directory behind rclone as the cloud.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, type Ended } from './run-program.ts';
import { archivesIn, createSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';

export interface TierSandbox extends Sandbox {
  /** Directories. */
  secondary: string;
  cloud: string;
  state: string;
  /** The program on this host. */
  run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ended>;
}

export function createTierSandbox(options: SandboxOptions = {}): TierSandbox {
  const sandbox = createSandbox(options);
  const secondary = join(sandbox.base, 'nas/backups');
  const cloud = join(sandbox.base, 'cloud/backups');
  // A remote whose root is not there is taken for one that does not answer.
  mkdirSync(join(sandbox.base, 'cloud'));
  const rcloneConfig = join(sandbox.base, 'rclone.conf');
  writeFileSync(rcloneConfig, `[far]\ntype = alias\nremote = ${join(sandbox.base, 'cloud')}\n`, {
    mode: 0o600,
  });
  Object.assign(sandbox.env, {
    SECONDARY_ENABLED: 'true',
    SECONDARY_PATH: secondary,
    SECONDARY_REQUIRE_MOUNT: 'no',
    CLOUD_ENABLED: 'true',
    CLOUD_REMOTE: 'far:',
    CLOUD_REMOTE_PATH: 'backups',
    CLOUD_BATCH_PAUSE: '0',
    RCLONE_CONFIG: rcloneConfig,
    MIN_DISK_SPACE_PRIMARY_GB: '0',
    MIN_DISK_SPACE_SECONDARY_GB: '0',
    MIN_DISK_SPACE_CLOUD_GB: '0',
    ...options.env,
  });
  return {
    ...sandbox,
    secondary,
    cloud,
    state: join(sandbox.root, 'var/lib/proxsave'),
    run: (args, env = {}) => runProgram([...args, '--root', sandbox.root], { ...sandbox.env, ...env }),
  };
}

/** The last document. */
export function jsonOf({ stdout }: Ended): unknown {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** Everything in the three tiers, by tier. */
export function allArchives({ backups, secondary, cloud }: TierSandbox): Record<string, string[]> {
  return {
    primary: archivesIn(backups),
    secondary: archivesIn(secondary),
    cloud: archivesIn(cloud),
  };
}
