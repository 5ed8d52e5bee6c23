// What one key alone cannot tell. An error only where a run would do something else than was asked for; a
// notification that cannot work is a warning, because it must not stop a backup.

import { note, type ConfigProblem, type Notes } from './config-problem.ts';
import type { WebhookEndpoint } from './webhook-endpoints.ts';
import type { ConfigValues, OptionName } from './options.ts';

/** `whereOf`: where a key was given. */
export function crossCheck(
  values: ConfigValues,
  endpoints: readonly WebhookEndpoint[],
  whereOf: (name: OptionName) => string,
  notes: Notes,
): void {
  const problem = (name: OptionName, message: string, hint: string) => {
    notes.problems.push({ where: whereOf(name), message, hint } satisfies ConfigProblem);
  };
  const warn = (name: OptionName, message: string, hint: string) =>
    note(notes, 'warning', 'config-incomplete', { where: whereOf(name), message, hint });
  checkSecondary(values, problem);
  checkCloud(values, problem, warn);
  checkNotifications(values, endpoints, warn);
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
  } else if (/^[-:]/.test(remote) || /[\p{Cc}\\]/u.test(remote)) {
    problem(
      'CLOUD_REMOTE',
      `CLOUD_REMOTE=${remote} is not a remote`,
      'give the name of an rclone remote, or name:path',
    );
  }
  const path = `${remote.split(':').slice(1).join(':')}/${values.CLOUD_REMOTE_PATH}`;
  if (path.split('/').includes('..') || /\p{Cc}/u.test(path)) {
    problem(
      'CLOUD_REMOTE_PATH',
      'the path on the remote holds .. or control characters',
      'give a plain path',
    );
  }
}

function checkNotifications(values: ConfigValues, endpoints: readonly WebhookEndpoint[], warn: Report): void {
  if (values.TELEGRAM_ENABLED && values.BOT_TELEGRAM_TYPE === 'personal') {
    const isComplete = values.TELEGRAM_BOT_TOKEN !== '' && values.TELEGRAM_CHAT_ID !== '';
    const message = 'Telegram with a bot of your own needs TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID';
    if (!isComplete) warn('TELEGRAM_ENABLED', message, 'set both, or TELEGRAM_ENABLED=false');
  }
  if (values.GOTIFY_ENABLED && (values.GOTIFY_SERVER_URL === '' || values.GOTIFY_TOKEN === '')) {
    const hint = 'set both, or GOTIFY_ENABLED=false';
    warn('GOTIFY_ENABLED', 'Gotify needs GOTIFY_SERVER_URL and GOTIFY_TOKEN', hint);
  }
  if (!values.WEBHOOK_ENABLED) return;
  if (endpoints.length === 0) {
    const hint = 'name endpoints, or set WEBHOOK_ENABLED=false';
    warn('WEBHOOK_ENABLED', 'WEBHOOK_ENABLED is true and WEBHOOK_ENDPOINTS is empty', hint);
  }
  for (const { name, prefix, values: own } of endpoints) {
    const hint = `set ${prefix}URL, or take ${name} out of WEBHOOK_ENDPOINTS`;
    if (own.URL === '') warn('WEBHOOK_ENDPOINTS', `the webhook endpoint ${name} has no address`, hint);
  }
}
