// What one key alone cannot tell. An error only where a run would do something else than was asked for. What a notification
// channel lacks is said by the channel itself (src/notifications): it is no reason to stop a backup.

import { posix } from 'node:path';
import { note, type ConfigProblem, type Notes } from './config-problem.ts';
import type { ConfigValues, OptionName } from './options.ts';

/** `whereOf`: where a key was given. */
export function crossCheck(values: ConfigValues, whereOf: (name: OptionName) => string, notes: Notes): void {
  const problem = (name: OptionName, message: string, hint: string) => {
    notes.problems.push({ where: whereOf(name), message, hint } satisfies ConfigProblem);
  };
  const warn = (name: OptionName, message: string, hint: string) =>
    note(notes, 'warning', 'config-incomplete', { where: whereOf(name), message, hint });
  checkSecondary(values, problem);
  checkCloud(values, problem, warn);
}

type Report = (name: OptionName, message: string, hint: string) => void;

function checkSecondary(values: ConfigValues, problem: Report): void {
  if (!values.SECONDARY_ENABLED) return;
  if (values.SECONDARY_PATH === undefined) {
    const hint = 'set SECONDARY_PATH, or SECONDARY_ENABLED=false';
    problem('SECONDARY_ENABLED', 'SECONDARY_ENABLED is true and SECONDARY_PATH is empty', hint);
  } else if (values.SECONDARY_PATH === values.BACKUP_PATH) {
    const message = 'SECONDARY_PATH is the same directory as BACKUP_PATH';
    problem('SECONDARY_PATH', message, 'name a directory on another disk or share');
  }
}

function checkCloud(values: ConfigValues, problem: Report, warn: Report): void {
  if (!values.CLOUD_ENABLED) return;
  const remote = values.CLOUD_REMOTE.trim();
  if (remote === '') {
    const hint = 'set CLOUD_REMOTE to a remote that `rclone listremotes` shows, or CLOUD_ENABLED=false';
    warn('CLOUD_ENABLED', 'CLOUD_ENABLED is true and CLOUD_REMOTE is empty: nothing goes to the cloud', hint);
  } else if (/^-|^:?$|^::/.test(remote) || /[\p{Cc}\\]/u.test(remote)) {
    problem(
      'CLOUD_REMOTE',
      `CLOUD_REMOTE=${remote} is not a remote`,
      'give the name of an rclone remote, or name:path',
    );
  }
  checkCloudDirectory(values, problem);
  const path = `${remote.split(':').slice(1).join(':')}/${values.CLOUD_REMOTE_PATH}`;
  if (path.split('/').includes('..') || /\p{Cc}/u.test(path)) {
    problem(
      'CLOUD_REMOTE_PATH',
      'the path on the remote holds .. or control characters',
      'give a plain path',
    );
  }
}

/** A directory of this machine as the remote. Links and mounts are found when something is copied there. */
function checkCloudDirectory(values: ConfigValues, problem: Report): void {
  const remote = values.CLOUD_REMOTE.trim();
  if (!remote.startsWith('/')) return;
  const directory = posix.resolve(remote, `./${values.CLOUD_REMOTE_PATH}`);
  const others = [
    ['BACKUP_PATH', values.BACKUP_PATH],
    ['SECONDARY_PATH', values.SECONDARY_ENABLED ? values.SECONDARY_PATH : undefined],
  ] as const;
  for (const [name, path] of others) {
    if (directory !== path) continue;
    const message = `CLOUD_REMOTE with CLOUD_REMOTE_PATH is the same directory as ${name}`;
    problem(
      'CLOUD_REMOTE',
      message,
      'name another place: a remote of rclone, or a directory on another disk',
    );
  }
}
