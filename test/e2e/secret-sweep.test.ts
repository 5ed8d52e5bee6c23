// A marked secret in every place that can hold one, and a search of everything that comes out of the program: no secret stands
// anywhere but in the one request that has to carry it. The services behind the channels repeat what they were sent in
// their refusals, as real ones do.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startReceiver, unusedOrigin, type Answer, type HttpReceiver } from '../support/http-receiver.ts';
import { hasPrograms } from '../support/needs.ts';
import { findLeaks, spellingsOf } from '../support/planted.ts';
import { runProgram } from '../support/run-program.ts';
import { addStub, createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startSmtpReceiver } from '../support/smtp-receiver.ts';

const relaySecret = Buffer.from('MARK-relay-secret-of-32-bytes-xx').toString('base64');
/** Odd characters, so that each spelling differs. */
const secrets = {
  telegram: '123456789:MARKtelegram-abcdefghijklmnopqrstuvw',
  gotify: 'MARKgotify/+%"&token',
  path: 'MARKpath-of-webhook-url',
  query: 'MARKquery-of-webhook-url',
  userinfo: 'MARKuserinfo-of-webhook-url',
  header: 'MARKheader/+="&<value>',
  bearer: 'MARKbearer/+="&<token>',
  basic: 'MARKbasic/+="&<pass>',
  hmac: 'MARKhmac/+="&<key>',
  smtp: 'MARKsmtp/+="&<pass>',
  relay: relaySecret,
  rcloneFlag: 'MARKrclone-flag-value',
  rcloneVariable: 'MARKrclone-variable',
  pingKey: 'MARKping-key-0123456789',
  passphrase: 'MARKpassphrase 12 /+="',
  proxy: 'MARKproxy-password-of-the-site',
  shortPass: 'q7Z',
};
/** What a service can repeat: what it was sent, or could have been. The relay's secret is known to the relay alone. */
const neverSent = ['proxy', 'relay', 'rcloneVariable', 'passphrase'];
const sent = Object.entries(secrets).flatMap(([name, secret]) => (neverSent.includes(name) ? [] : [secret]));

/** Refusals that quote one secret each in every spelling, in turn: an answer is cut, so each must come first. */
function refusals(status: number, quoted: readonly string[]): Answer[] {
  const answers = quoted.flatMap((secret) =>
    Object.values(spellingsOf(secret)).map((said) => ({
      status,
      body: JSON.stringify({ status: 'error', error: 'unauthenticated', message: said, description: said }),
    })),
  );
  return Array.from({ length: 20 }, () => answers).flat();
}

interface Stage {
  sandbox: Sandbox;
  env: Record<string, string>;
  receivers: Record<string, HttpReceiver>;
  mails: () => string;
}

async function setTheStage(): Promise<Stage> {
  const [gotify, hook, good, ping, relay] = await Promise.all([
    startReceiver(refusals(401, [secrets.gotify])),
    startReceiver(refusals(401, sent)),
    startReceiver([{}]),
    startReceiver(refusals(404, [secrets.pingKey])),
    startReceiver(refusals(401, [secrets.relay])),
  ]);
  const smtp = await startSmtpReceiver({
    account: { user: 'admin', password: 'another' },
    allowInsecureAuth: true,
  });
  const goodSmtp = await startSmtpReceiver();
  const sandbox = createSandbox();
  // Says all that it was given, as a careless program would.
  const words = '$*; $(env | tr "\\n" " ")';
  addStub(
    sandbox,
    'rclone',
    `echo "rclone was called: ${words}" >&2; printf '{"level":"error","msg":"failed: %s"}\\n' "${words}" >&2; exit 1`,
  );
  const gone = await unusedOrigin();
  const lines = [
    `TELEGRAM_BOT_TOKEN=${secrets.telegram}`,
    'TELEGRAM_CHAT_ID=-1001',
    'GOTIFY_ENABLED=true',
    `GOTIFY_SERVER_URL=${gotify.origin}`,
    `GOTIFY_TOKEN='${secrets.gotify}'`,
    'WEBHOOK_ENABLED=true',
    'WEBHOOK_ENDPOINTS=bearer,basic,hmac,gone,good,short',
    'WEBHOOK_MAX_RETRIES=1',
    'WEBHOOK_RETRY_DELAY=0',
    `WEBHOOK_BEARER_URL=${hook.origin}/${secrets.path}/x?key=${secrets.query}`,
    'WEBHOOK_BEARER_AUTH_TYPE=bearer',
    `WEBHOOK_BEARER_AUTH_TOKEN='${secrets.bearer}'`,
    `WEBHOOK_BEARER_HEADERS='X-Api-Key:${secrets.header}'`,
    `WEBHOOK_BASIC_URL=${hook.origin}/basic`,
    'WEBHOOK_BASIC_AUTH_TYPE=basic',
    'WEBHOOK_BASIC_AUTH_USER=admin',
    `WEBHOOK_BASIC_AUTH_PASS='${secrets.basic}'`,
    `WEBHOOK_HMAC_URL=${hook.origin}/hmac`,
    'WEBHOOK_HMAC_AUTH_TYPE=hmac',
    `WEBHOOK_HMAC_AUTH_SECRET='${secrets.hmac}'`,
    `WEBHOOK_GONE_URL=${gone.replace('//', `//user:${secrets.userinfo}@`)}/${secrets.path}`,
    `WEBHOOK_GOOD_URL=${good.origin}/good`,
    `WEBHOOK_SHORT_URL=${hook.origin}/short`,
    'WEBHOOK_SHORT_AUTH_TYPE=basic',
    'WEBHOOK_SHORT_AUTH_USER=admin',
    `WEBHOOK_SHORT_AUTH_PASS=${secrets.shortPass}`,
    'EMAIL_ENABLED=true',
    'EMAIL_ATTACH_LOG=true',
    'EMAIL_RECIPIENT=admin@example.net',
    'SMTP_HOST=127.0.0.1',
    'SMTP_TLS=none',
    `SMTP_PASSWORD='${secrets.smtp}'`,
    `RELAY_URL=${relay.origin}`,
    'CLOUD_ENABLED=true',
    'CLOUD_REMOTE=dav:backups',
    `RCLONE_FLAGS=--webdav-pass=${secrets.rcloneFlag}`,
    'RCLONE_RETRIES=1',
    'HEALTHCHECK_ENABLED=true',
    'HEALTHCHECK_MODE=self',
    `HEALTHCHECK_PING_ENDPOINT=${ping.origin}`,
    `HEALTHCHECK_PING_KEY=${secrets.pingKey}`,
    'HEALTHCHECK_BACKUP_ID=backup-of-this-host',
    'METRICS_ENABLED=true',
    `METRICS_PATH=${sandbox.base}/metrics`,
  ];
  const configuration = join(sandbox.root, 'etc/proxsave');
  mkdirSync(configuration);
  writeFileSync(join(configuration, 'backup.env'), `${lines.join('\n')}\n`, { mode: 0o600 });
  const credentials = { schema_version: 1, host_id: 'ABCD1234', secret: relaySecret };
  writeFileSync(join(configuration, 'relay.secret'), JSON.stringify(credentials), { mode: 0o600 });
  const ofRclone = join(sandbox.root, 'root/.config/rclone');
  mkdirSync(ofRclone, { recursive: true });
  writeFileSync(join(ofRclone, 'rclone.conf'), `[dav]\ntype = webdav\npass = x\n`, { mode: 0o600 });
  const env = {
    ...sandbox.env,
    SMTP_PORT: String(smtp.port),
    SMTP_USER: 'admin',
    EMAIL_DELIVERY_METHOD: 'smtp',
    EMAIL_FALLBACK_SENDMAIL: 'false',
    BOT_TELEGRAM_TYPE: 'personal',
    RCLONE_CONFIG_DAV_PASS: secrets.rcloneVariable,
    PROXSAVE_PASSPHRASE: secrets.passphrase,
    // Telegram is not asked: what is in the way refuses, and is told of as the proxy.
    HTTPS_PROXY: good.origin.replace('//', `//proxy:${secrets.proxy}@`),
    GOOD_SMTP_PORT: String(goodSmtp.port),
  };
  const mails = () => [...smtp.mails, ...goodSmtp.mails].map(({ raw }) => raw).join('\n');
  return { sandbox, env, receivers: { gotify, hook, good, ping, relay }, mails };
}

const commands = [
  'backup',
  'backup --log-level debug',
  'backup --quiet',
  'backup --dry-run',
  'backup --only nonsense',
  'list',
  'show latest',
  'verify latest',
  'ls latest',
  'decrypt latest -o /nonexistent/x.bundle.tar',
  'config check',
  'config show --origin',
  'config show --changed',
  'notify test',
  'notify test gotify --level failure',
  'notify preview',
  'notify preview --level failure',
  'notify test nobody',
  'history',
  'relay hosts',
  'relay unit',
  'notify pair --relay http://127.0.0.1:9 --code ABCD-EFGH-JKMN-PQRS-TVWX',
  '',
];

const inBothForms = commands.flatMap((command) => [command, `${command} --json`]);

/** The same host with other channels. */
const variants = (
  env: Record<string, string>,
): Record<string, { keys: Record<string, string>; runs: readonly string[] }> => ({
  'smtp refused': { keys: {}, runs: inBothForms },
  'by relay': {
    keys: { TELEGRAM_ENABLED: 'true', BOT_TELEGRAM_TYPE: 'centralized', EMAIL_DELIVERY_METHOD: 'relay' },
    runs: ['backup', 'notify test', 'notify test --json'],
  },
  'smtp good': {
    keys: { SMTP_PORT: env.GOOD_SMTP_PORT ?? '', SMTP_USER: '' },
    runs: ['backup', 'notify test'],
  },
  // Its attempts take ten seconds.
  'own bot': {
    keys: {
      TELEGRAM_ENABLED: 'true',
      WEBHOOK_ENABLED: 'false',
      EMAIL_ENABLED: 'false',
      CLOUD_ENABLED: 'false',
    },
    runs: ['backup --log-level debug'],
  },
});

test.skipIf(!hasPrograms('age-keygen'))(
  'planted secrets stand in no output, file, mail or message (needs age-keygen)',
  async () => {
    const { sandbox, env, receivers, mails } = await setTheStage();
    const key = join(sandbox.base, 'key.txt');
    execFileSync('age-keygen', ['-o', key], { stdio: 'ignore' });
    const recipient = execFileSync('age-keygen', ['-y', key], { encoding: 'utf8' }).trim();
    const encrypted = { ...env, ENCRYPT_ARCHIVE: 'true', AGE_RECIPIENT: recipient };
    const outputs: Record<string, string> = {};
    for (const [variant, { keys, runs }] of Object.entries(variants(env))) {
      for (const command of runs) {
        const args = ['--root', sandbox.root, ...command.split(' ').filter(Boolean)];
        const { stdout, stderr } = await runProgram(args, { ...encrypted, ...keys });
        outputs[`${variant}: ${command}`] = stdout + stderr;
      }
    }
    expect(outputs['smtp refused: backup']).toContain('webhook basic answered 401');
    expect(outputs['smtp refused: backup']).toMatch(
      /no copy on the cloud tier: asking dav.*RCLONE_CONFIG_DAV_PASS=\*{8}/s,
    );
    expect(outputs['by relay: notify test']).toContain('the relay refused it');
    expect(mails()).toContain('Subject');

    const { shortPass, ...long } = secrets;
    const sinks: Record<string, string> = {
      ...outputs,
      ...filesBelow(sandbox),
      ...requestsTo(receivers),
      mails: mails(),
    };
    expect(findLeaks(long, sinks)).toEqual([]);
    // A word of three letters occurs by chance: it is looked for as a word, where the channel speaks.
    const asWord = new RegExp(`(?<![A-Za-z0-9])${shortPass}(?![A-Za-z0-9])`);
    expect(Object.keys(sinks).filter((sink) => asWord.test(sinks[sink] ?? ''))).toEqual([]);
  },
  180_000,
);

/** All that was written, but for the files that hold the secrets and the archives, which are encrypted. */
function filesBelow({ base }: Sandbox): Record<string, string> {
  const files = readdirSync(base, { recursive: true, withFileTypes: true }).filter(
    (entry) =>
      entry.isFile() &&
      !['backup.env', 'relay.secret', 'rclone', 'rclone.conf', 'key.txt'].includes(entry.name),
  );
  const written = files.filter(({ parentPath }) => !parentPath.startsWith(join(base, 'backups')));
  expect(written.some(({ name }) => name.startsWith('backup-stats-'))).toBe(true);
  const manifests = files.filter(({ name }) => /\.(metadata|manifest\.json|sha256)$/.test(name));
  return Object.fromEntries(
    [...written, ...manifests].map(({ parentPath, name }) => [
      join(parentPath, name).slice(base.length),
      readFileSync(join(parentPath, name), 'latin1'),
    ]),
  );
}

/** What the services were sent, without the places in which each of them gets its own secret. */
function requestsTo(receivers: Readonly<Record<string, HttpReceiver>>): Record<string, string> {
  const ownHeaders = ['authorization', 'proxy-authorization', 'x-api-key', 'x-gotify-key'];
  return Object.fromEntries(
    Object.entries(receivers).map(([name, { requests }]) => [
      `request to ${name}`,
      requests
        .map(({ url, headers, body }) => {
          const others = Object.entries(headers).filter(([header]) => !ownHeaders.includes(header));
          const address = name === 'ping' || name === 'hook' ? '' : url;
          return `${address}\n${JSON.stringify(others)}\n${body}`;
        })
        .join('\n'),
    ]),
  );
}
