import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import {
  canonicalNameOf,
  ignoredKeys,
  knownKeys,
  optionNames,
  options,
  sections,
  webhookEndpointKeyOf,
  webhookEndpointOptions,
} from '../../src/config/options.ts';
import { renderReference } from '../../src/config/render-reference.ts';
import { renderTemplate } from '../../src/config/render-template.ts';
import { configHost, fhsFile } from '../unit/config/config-host.ts';

const allRows = [...Object.entries(options), ...Object.entries(webhookEndpointOptions)];
const aliases = allRows.flatMap(([, row]) => (row.aliases ?? []).map(({ name }) => name));

describe('every option', () => {
  test.each(allRows)('%s has one or two plain sentences of documentation', (_name, row) => {
    expect(row.doc).toMatch(/^[^\n]{8,330}[.)]$/);
    expect(row.allowed).not.toBe('');
  });

  test.each(optionNames)('%s has a name in capitals and stands in exactly one section', (name) => {
    expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
    expect(sections.filter(({ rows }) => Object.hasOwn(rows, name))).toHaveLength(1);
  });
});

test('the sections hold no key besides the table, and have unique ids', () => {
  expect(sections.flatMap(({ rows }) => Object.keys(rows)).sort()).toEqual([...optionNames].sort());
  expect(new Set(sections.map(({ id }) => id)).size).toBe(sections.length);
});

const mayHaveNoValue: readonly string[] = [
  ...['COMPRESSION_LEVEL', 'SECONDARY_PATH', 'SECONDARY_LOG_PATH', 'SMTP_PORT', 'SMTP_CA_FILE'],
  ...['RELAY_SECRET_FILE', 'RELAY_CA_FILE', 'RELAY_TLS_CERT_FILE', 'RELAY_TLS_KEY_FILE'],
];

test('all defaults are right values of their own kind', () => {
  const { values, details, findings } = loadConfig(configHost({}));
  for (const name of optionNames) expect(details.has(name), name).toBe(true);
  expect(findings).toEqual([]);
  for (const name of optionNames) {
    const value: unknown = values[name];
    const mayBeMissing = mayHaveNoValue.includes(name);
    expect(value === undefined, name).toBe(mayBeMissing);
  }
});

test('older names are unique and are names of nothing else', () => {
  expect(new Set(aliases).size).toBe(aliases.length);
  const others = new Set<string>([...optionNames, ...Object.keys(ignoredKeys)]);
  expect(aliases.filter((name) => others.has(name))).toEqual([]);
  expect(optionNames.filter((name) => Object.hasOwn(ignoredKeys, name))).toEqual([]);
});

test('only true/false keys have an older name that means the opposite', () => {
  const inverse = allRows.filter(([, row]) => (row.aliases ?? []).some((alias) => alias.inverse === true));
  expect(inverse.map(([, row]) => row.kind)).toEqual(inverse.map(() => 'bool'));
  expect(inverse).not.toEqual([]);
});

test('no known key looks like the key of a webhook endpoint, or like the file of a secret', () => {
  expect(knownKeys.filter((key) => webhookEndpointKeyOf(key) !== undefined)).toEqual([]);
  const secretFiles = optionNames
    .filter((name) => options[name].secret === true)
    .map((name) => `${name}_FILE`);
  expect(knownKeys.filter((key) => secretFiles.includes(key))).toEqual([]);
});

test('every key that holds a token, password, secret or ping address is marked as a secret', () => {
  const looksSecret = /TOKEN|PASS(WORD)?$|_SECRET$|PING_KEY|HEALTHCHECK_.*_(URL|ID)$/;
  const rows = allRows.filter(([name]) => looksSecret.test(name));
  expect(rows.filter(([, row]) => row.secret !== true).map(([name]) => name)).toEqual([]);
});

test('keys without effect say why', () => {
  for (const [name, { ignored }] of Object.entries(ignoredKeys)) {
    expect(ignored, name).toMatch(/^[a-zA-Z][^\n]{20,}[^.]$/);
  }
});

test('the template holds every key once, and with every comment sign removed it changes nothing', () => {
  const text = renderTemplate();
  const assignments = [...text.matchAll(/^#([A-Z_0-9]+)=/gm)].map((match) => match[1]);
  const endpointKeys = Object.keys(webhookEndpointOptions).map((key) => `WEBHOOK_CHAT_${key}`);
  expect(assignments.sort()).toEqual([...optionNames, ...endpointKeys].sort());
  expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);

  const live = text
    .replace(/^#([A-Z_0-9]+=)/gm, '$1')
    .replace('WEBHOOK_ENDPOINTS=', 'WEBHOOK_ENDPOINTS=chat');
  const withFile = configHost({ [fhsFile]: live });
  const loaded = loadConfig(withFile);
  expect(loaded.findings).toEqual([]);
  const plain = loadConfig({ ...withFile, env: { WEBHOOK_ENDPOINTS: 'chat' } });
  expect(loaded.values).toEqual(plain.values);
  expect(loaded.values).toEqual({
    ...loadConfig({ ...configHost({}), resolve: (path: string) => withFile.resolve(path) }).values,
    WEBHOOK_ENDPOINTS: ['chat'],
  });
});

test('the lines of the template fit into 100 columns, but for values', () => {
  expect(
    renderTemplate()
      .split('\n')
      .filter((line) => line.startsWith('# ') && line.length > 100),
  ).toEqual([]);
});

test('the reference names every key, older name and key without effect', () => {
  const text = renderReference();
  const missing = [
    ...knownKeys,
    ...Object.keys(webhookEndpointOptions).map((key) => `WEBHOOK_<NAME>_${key}`),
  ].filter((key) => !text.includes(`\`${key}\``));
  expect(missing).toEqual([]);
});

test('each table of the reference has the same number of cells in each row', () => {
  for (const part of renderReference()
    .trim()
    .split('\n\n')
    .filter((block) => block.startsWith('|'))) {
    const widths = part.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length);
    expect(new Set(widths).size, part.slice(0, 60)).toBe(1);
  }
});

/** Keys that files of the Go edition hold, by the part of the program that reads them. */
const keysOfExistingFiles = `
  BACKUP_ENABLED DRY_RUN PROFILING_ENABLED DEBUG_LEVEL USE_COLOR DISABLE_COLORS COLORIZE_STEP_LOGS
  MIN_DISK_SPACE_PRIMARY_GB MIN_DISK_SPACE_SECONDARY_GB MIN_DISK_SPACE_CLOUD_GB
  BACKUP_PATH LOCAL_BACKUP_PATH LOG_PATH LOCAL_LOG_PATH LOCK_PATH SECURE_ACCOUNT
  COMPRESSION_TYPE COMPRESSION_LEVEL COMPRESSION_THREADS COMPRESSION_MODE
  ENABLE_DEDUPLICATION ENABLE_PREFILTER PREFILTER_MAX_FILE_SIZE_MB
  BACKUP_EXCLUDE_PATTERNS BACKUP_BLACKLIST CUSTOM_BACKUP_PATHS
  BUNDLE_ASSOCIATED_FILES ENCRYPT_ARCHIVE AGE_RECIPIENT AGE_RECIPIENTS AGE_RECIPIENT_FILE
  METRICS_ENABLED PROMETHEUS_ENABLED METRICS_PATH PROMETHEUS_TEXTFILE_DIR

  BACKUP_CLUSTER_CONFIG BACKUP_PVE_FIREWALL BACKUP_VZDUMP_CONFIG BACKUP_PVE_ACL BACKUP_PVE_JOBS
  BACKUP_PVE_SCHEDULES BACKUP_PVE_REPLICATION BACKUP_PVE_BACKUP_FILES BACKUP_VM_CONFIGS
  BACKUP_SMALL_PVE_BACKUPS MAX_PVE_BACKUP_SIZE PVE_BACKUP_INCLUDE_PATTERN BACKUP_CEPH_CONFIG CEPH_CONFIG_PATH
  PVESH_TIMEOUT FS_IO_TIMEOUT PVE_CONFIG_PATH PVE_CLUSTER_PATH COROSYNC_CONFIG_PATH VZDUMP_CONFIG_PATH

  PBS_CONFIG_PATH BACKUP_DATASTORE_CONFIGS BACKUP_PBS_NODE_CONFIG BACKUP_PBS_ACME_ACCOUNTS
  BACKUP_PBS_ACME_PLUGINS BACKUP_PBS_METRIC_SERVERS BACKUP_PBS_TRAFFIC_CONTROL BACKUP_PBS_NOTIFICATIONS
  BACKUP_USER_CONFIGS BACKUP_SYNC_JOBS BACKUP_VERIFICATION_JOBS BACKUP_TAPE_CONFIGS BACKUP_PRUNE_SCHEDULES
  BACKUP_REMOTE_CONFIGS BACKUP_REMOTE_CFG BACKUP_PBS_S3_ENDPOINTS BACKUP_PBS_NOTIFICATIONS_PRIV
  BACKUP_PBS_NETWORK_CONFIG PXAR_SCAN_ENABLE BACKUP_PXAR_FILES PXAR_SCAN_DS_CONCURRENCY
  PXAR_FILE_INCLUDE_PATTERN PXAR_INCLUDE_PATTERN PXAR_FILE_EXCLUDE_PATTERN PBS_DATASTORE_PATH
  PBS_REPOSITORY PBS_PASSWORD PBS_FINGERPRINT

  BACKUP_NETWORK_CONFIGS BACKUP_NETWORK_CONFIG BACKUP_APT_SOURCES BACKUP_CRON_JOBS BACKUP_CRONTABS
  BACKUP_SYSTEMD_SERVICES BACKUP_SSL_CERTS BACKUP_SYSCTL_CONFIG BACKUP_KERNEL_MODULES
  BACKUP_INSTALLED_PACKAGES BACKUP_SCRIPT_DIR BACKUP_CRITICAL_FILES BACKUP_SSH_KEYS BACKUP_ZFS_CONFIG
  BACKUP_ROOT_HOME BACKUP_CONFIG_FILE BACKUP_FIREWALL_RULES BACKUP_SCRIPT_REPOSITORY HOST_BACKUP_MODE
  SYSTEM_ROOT_PREFIX BACKUP_USER BACKUP_GROUP SET_BACKUP_PERMISSIONS SKIP_PERMISSION_CHECK

  SECURITY_CHECK_ENABLED FULL_SECURITY_CHECK AUTO_UPDATE_HASHES AUTO_FIX_PERMISSIONS
  CONTINUE_ON_SECURITY_ISSUES ABORT_ON_SECURITY_ISSUES CHECK_NETWORK_SECURITY CHECK_FIREWALL CHECK_OPEN_PORTS
  SUSPICIOUS_PORTS PORT_WHITELIST SUSPICIOUS_PROCESSES SAFE_BRACKET_PROCESSES SAFE_KERNEL_PROCESSES
  SAFE_PROCESSES DISABLE_NETWORK_PREFLIGHT

  SECONDARY_ENABLED ENABLE_SECONDARY_BACKUP SECONDARY_PATH SECONDARY_BACKUP_PATH SECONDARY_LOG_PATH
  CLOUD_ENABLED ENABLE_CLOUD_BACKUP CLOUD_REMOTE RCLONE_REMOTE CLOUD_REMOTE_PATH CLOUD_LOG_PATH
  CLOUD_UPLOAD_MODE CLOUD_PARALLEL_MAX_JOBS CLOUD_PARALLEL_VERIFICATION CLOUD_WRITE_HEALTHCHECK
  CLOUD_VERIFY_CHECKSUM CLOUD_VERIFY_DOWNLOAD RCLONE_TIMEOUT_CONNECTION CLOUD_CONNECTIVITY_TIMEOUT
  RCLONE_TIMEOUT_OPERATION RCLONE_BANDWIDTH_LIMIT RCLONE_TRANSFERS RCLONE_RETRIES RCLONE_VERIFY_METHOD
  RCLONE_FLAGS CLOUD_BATCH_SIZE CLOUD_BATCH_PAUSE
  RETENTION_POLICY MAX_LOCAL_BACKUPS LOCAL_RETENTION_DAYS MAX_SECONDARY_BACKUPS SECONDARY_RETENTION_DAYS
  MAX_CLOUD_BACKUPS CLOUD_RETENTION_DAYS RETENTION_DAILY RETENTION_WEEKLY RETENTION_MONTHLY RETENTION_YEARLY

  TELEGRAM_ENABLED TELEGRAM_ENABLE BOT_TELEGRAM_TYPE TELEGRAM_BOT_TOKEN TELEGRAM_CHAT_ID
  TELEGRAM_CONFIRM_DELIVERY TELEGRAM_CONFIRM_TIMEOUT_SECONDS TELEGRAM_CONFIRM_INTERVAL_SECONDS
  EMAIL_ENABLED EMAIL_ENABLE EMAIL_DELIVERY_METHOD EMAIL_FALLBACK_SENDMAIL EMAIL_FALLBACK_PMF
  EMAIL_RECIPIENT EMAIL_FROM
  GOTIFY_ENABLED GOTIFY_ENABLE GOTIFY_SERVER_URL GOTIFY_TOKEN GOTIFY_PRIORITY_SUCCESS GOTIFY_PRIORITY_WARNING
  GOTIFY_PRIORITY_FAILURE
  WEBHOOK_ENABLED WEBHOOK_ENABLE WEBHOOK_ENDPOINTS WEBHOOK_FORMAT WEBHOOK_TIMEOUT WEBHOOK_MAX_RETRIES
  WEBHOOK_RETRY_DELAY

  SCHEDULER_MODE SCHEDULER_TIME MAX_RUN_DURATION DAEMON_OPT_OUT
  HEALTHCHECK_ENABLED HEALTHCHECK_MODE HEALTHCHECK_HEARTBEAT_INTERVAL HEALTHCHECK_SEND_LOG
  HEALTHCHECK_ALIVE_URL HEALTHCHECK_BACKUP_URL HEALTHCHECK_PING_ENDPOINT HEALTHCHECK_PING_KEY
  HEALTHCHECK_ALIVE_ID HEALTHCHECK_BACKUP_ID HEALTHCHECK_UPDATES_URL HEALTHCHECK_UPDATES_ID
  HEALTHCHECK_UPDATE_INTERVAL
  HEALTHCHECK_NOTIFY_EMAIL_URL HEALTHCHECK_NOTIFY_EMAIL_ID HEALTHCHECK_NOTIFY_TELEGRAM_URL
  HEALTHCHECK_NOTIFY_TELEGRAM_ID HEALTHCHECK_NOTIFY_GOTIFY_URL HEALTHCHECK_NOTIFY_GOTIFY_ID
  HEALTHCHECK_NOTIFY_WEBHOOK_URL HEALTHCHECK_NOTIFY_WEBHOOK_ID

  BASE_DIR CRON_SCHEDULE CRON_HOUR CRON_MINUTE ENABLE_SMART_CHUNKING CHUNK_SIZE_MB CHUNK_THRESHOLD_MB
  BACKUP_USER_HOMES
`
  .trim()
  .split(/\s+/);

/** Keys that only this edition has. */
const ownKeys = `
  MAX_FILE_SIZE BACKUP_ETC_REST USER_HOMES_MAX_FILE_SIZE USER_HOMES_EXCLUDE_PATTERNS BACKUP_MAIL_CONFIG
  BACKUP_STORAGE_STACK BACKUP_BOOT_CONFIG BACKUP_HARDWARE_INFO BACKUP_TIME_CONFIG BACKUP_MONITORING_CONFIG
  BACKUP_VPN_CONFIG BACKUP_LETSENCRYPT BACKUP_LOCALE_CONFIG BACKUP_SECURITY_CONFIG BACKUP_LOGROTATE_CONFIG
  HEALTHCHECK_VERIFY_URL HEALTHCHECK_VERIFY_ID HEALTHCHECK_AGE_URL HEALTHCHECK_AGE_ID
  SMTP_HOST SMTP_PORT SMTP_TLS SMTP_USER SMTP_PASSWORD SMTP_CA_FILE EMAIL_ATTACH_LOG
  RELAY_URL RELAY_SECRET_FILE RELAY_CA_FILE RELAY_LISTEN RELAY_STATE RELAY_TLS_CERT_FILE RELAY_TLS_KEY_FILE
  RELAY_MAIL_RECIPIENTS RELAY_HOURLY_LIMIT_PER_HOST RELAY_HOURLY_LIMIT
  BACKUP_UDEV_RULES COMMAND_TIMEOUT COMMAND_CONCURRENCY VERIFY_AFTER_BACKUP XZ_MEMORY_LIMIT
  SECONDARY_RETENTION_POLICY SECONDARY_RETENTION_DAILY SECONDARY_RETENTION_WEEKLY SECONDARY_RETENTION_MONTHLY
  SECONDARY_RETENTION_YEARLY CLOUD_RETENTION_POLICY CLOUD_RETENTION_DAILY CLOUD_RETENTION_WEEKLY
  CLOUD_RETENTION_MONTHLY CLOUD_RETENTION_YEARLY KEEP_WITHIN MAX_FAILED_LOGS
  SECONDARY_REQUIRED CLOUD_REQUIRED SECONDARY_REQUIRE_MOUNT
  EMAIL_NOTIFY_ON TELEGRAM_NOTIFY_ON GOTIFY_NOTIFY_ON WEBHOOK_NOTIFY_ON
`
  .trim()
  .split(/\s+/);

test.each(keysOfExistingFiles)('%s of existing files is known', (key) => {
  expect(canonicalNameOf(key) ?? ignoredKeys[key]).toBeDefined();
});

test('every key is one of existing files or one of our own', () => {
  const expected = [...new Set([...keysOfExistingFiles, ...ownKeys])].sort();
  expect([...knownKeys].sort()).toEqual(expected);
});

test('the fields of a webhook endpoint are those of existing files and its level', () => {
  const fields =
    'URL FORMAT METHOD HEADERS AUTH_TYPE AUTH_TOKEN AUTH_USER AUTH_PASS AUTH_SECRET PRIORITY NOTIFY_ON';
  expect(Object.keys(webhookEndpointOptions).sort()).toEqual(fields.split(' ').sort());
});
