import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { renderTemplate } from '../../src/config/render-template.ts';
import { UsageError } from '../../src/errors.ts';
import { hostWith } from '../unit/config/config-host.ts';

const file = `# A file with one fault of each kind
BACKUP_PATH=backups
LOG_PATH=\${NOWHERE}/log
LOCK_PATH=$SECURE_ACCOUNT/lock
SECURE_ACCOUNT=$LOCK_PATH
SECONDARY_ENABLED=treu
SECONDARY_PATH=nas:/export
COMPRESSION_TYPE=zstandard
COMPRESSION_LEVEL=99
MAX_LOCAL_BACKUPS=30d
MAX_FILE_SIZE=huge
MAX_RUN_DURATION=90
SCHEDULER_TIME=25:00
SUSPICIOUS_PORTS=22 ssh
RCLONE_FLAGS=--a "b
PVE_CONFIG_PATH=etc/pve
GOTIFY_TOKEN="open
BACKUP_BLACKLIST="
/fine
/wrong[
"
this line says nothing
MAX_LOCAL_BACKUP=3
Dry_Run=true
DRY_RUN=false
DRY_RUN=true
BACKUP_CRONTABS=true
MAX_CLOUD_BACKUPS=3
CLOUD_RETENTION_DAYS=4
ENABLE_DEDUPLICATION=true
BASE_DIR=/srv/proxsave
BACKUP_SSH_KEYS=
EMAIL_FROM=a#b
EMAIL_RECIPIENT="x@example.net" y@example.net
WEBHOOK_OLD_URL=https://example.net/
BACKUP_EXCLUDE_PATTERNS=*.iso lxc
`;

function withoutRoot(text: string, root: string): string {
  return text.replaceAll(root, '');
}

describe('what is said about a configuration', () => {
  test('errors come as one message', async () => {
    const host = hostWith(file);
    const error = errorOf(() => loadConfig(host));
    const text = `${withoutRoot(error.message, host.root)}\n\n${error.hint ?? ''}\n`;
    await expect(text).toMatchFileSnapshot('config-errors.txt');
  });

  test('everything else comes as findings', async () => {
    const host = hostWith(file.split('\n').slice(20).join('\n'));
    const lines = loadConfig(host).findings.map(
      ({ severity, code, message, hint }) => `${severity} ${code}\n  ${message}\n${hint === undefined ? '' : `  -> ${hint}\n`}`,
    );
    await expect(withoutRoot(lines.join(''), host.root)).toMatchFileSnapshot('config-findings.txt');
  });
});

function errorOf(action: () => unknown): UsageError {
  try {
    action();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('the template is the one that was looked over', async () => {
  await expect(renderTemplate()).toMatchFileSnapshot('config-template.env');
});
