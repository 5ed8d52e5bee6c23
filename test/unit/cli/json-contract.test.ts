// The shape of every JSON document, strictly: a key that is added must be added here and to docs/json.md.

import { appendFileSync, copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { plantArchive } from '../../support/planted-archives.ts';
import { createCliHost, type CliHost } from './cli-host.ts';

const noReserve = { MIN_DISK_SPACE_PRIMARY_GB: '0', MIN_DISK_SPACE_SECONDARY_GB: '0' };

const schemaVersion = z.literal(1);
const count = z.int().nonnegative();
const finding = {
  severity: z.enum(['info', 'warning', 'error']),
  code: z.string().regex(/^[a-z-]+$/),
  message: z.string(),
  area: z.string().optional(),
  path: z.string().optional(),
  hint: z.string().optional(),
};
const problem = z.strictObject({
  code: z.string(),
  message: z.string(),
  path: z.string().optional(),
  pathBase64: z.base64().optional(),
});
const statusLine = z.strictObject({ type: z.literal('status'), schemaVersion, phase: z.string() });
const findingLine = z.strictObject({ type: z.literal('finding'), schemaVersion, ...finding });
const errorLine = z.strictObject({
  type: z.literal('error'),
  schemaVersion,
  code: count,
  exit: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  stack: z.string().optional(),
});
const entry = z.strictObject({
  path: z.string(),
  pathBase64: z.base64().optional(),
  area: z.string(),
  type: z.enum(['file', 'directory', 'symlink', 'hardlink']),
  mode: z.string().regex(/^[0-7]{4}$/),
  uid: count,
  gid: count,
  user: z.string(),
  group: z.string(),
  size: count,
  mtime: z.string().regex(/^\d+\.\d{9}$/),
  sha256: z.hex().length(64).optional(),
  target: z.string().optional(),
});
const entryLine = z.strictObject({ type: z.literal('entry'), schemaVersion, entry });

const differing = z.array(z.strictObject({ path: z.string(), pathBase64: z.base64().optional() }));

const verdict = z.enum(['keep', 'drop', 'foreign', 'unreadable']);
const reason = z.strictObject({ rule: z.string(), text: z.string() });
const nextRun = z.strictObject({
  source: z.enum(['systemd', 'cron']),
  where: z.string(),
  at: z.iso.datetime().optional(),
  rule: z.string().optional(),
});

const relayHost = {
  hostId: z.string(),
  hostname: z.string(),
  pairedAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime().optional(),
  revokedAt: z.iso.datetime().optional(),
  chatId: z.string().optional(),
};

const schemas = {
  diff: z.strictObject({
    schemaVersion,
    older: z.string(),
    newer: z.string(),
    areas: z.array(
      z.strictObject({
        area: z.string(),
        added: differing,
        removed: differing,
        changed: differing,
        omitted: z.strictObject({ added: count, removed: count, changed: count }).optional(),
      }),
    ),
  }),
  history: z.strictObject({
    schemaVersion,
    runs: z.array(
      z.strictObject({
        startedAt: z.iso.datetime(),
        endedAt: z.iso.datetime(),
        recordName: z.string(),
        hostname: z.string(),
        durationSeconds: z.number(),
        status: z.enum(['success', 'warning', 'failed', 'skipped', 'interrupted']),
        exitCode: count,
        exitName: z.string().optional(),
        error: z.string().optional(),
        files: count,
        filesFailed: count,
        contentBytes: count,
        archivePath: z.string(),
        archiveBytes: count,
        isVerified: z.boolean().optional(),
        isEncrypted: z.boolean().optional(),
        isPartial: z.boolean(),
        tiers: z.array(z.looseObject({ tier: z.string(), status: z.string(), location: z.string() })),
        findings: z.array(z.strictObject(finding)),
        findingsOmitted: z.record(z.string(), count),
        phases: z.array(z.strictObject({ phase: z.string(), seconds: z.number() })),
        changes: z.array(z.looseObject({ area: z.string() })).optional(),
      }),
    ),
    total: count,
    notRead: count,
    damaged: z.array(z.strictObject({ path: z.string(), problem: z.string() })),
  }),
  report: z.strictObject({ schemaVersion, path: z.string(), sizeBytes: count, runs: count }),
  backup: z.looseObject({
    type: z.literal('summary'),
    schemaVersion,
    recordPath: z.string(),
    status: z.enum(['success', 'warning', 'failed', 'skipped', 'interrupted']),
    exit_code: count,
    exit_name: z.string(),
    error: z.string().optional(),
    hint: z.string().optional(),
    hostname: z.string(),
    archive_path: z.string(),
    archive_size: count,
    checksum: z.string(),
    verified: z.boolean(),
    files_collected: count,
    files_failed: count,
    bytes_collected: count,
    findings: z.array(z.strictObject(finding)),
    areas: z.array(z.strictObject({ id: z.string(), files: count, bytes: count })),
    tiers: z.array(z.looseObject({ tier: z.string(), status: z.string(), location: z.string() })),
    phases: z.array(z.strictObject({ phase: z.string(), seconds: z.number() })),
    log_path: z.string(),
  }),
  dryRun: z.strictObject({
    type: z.literal('summary'),
    schemaVersion,
    hostname: z.string(),
    proxmoxType: z.string(),
    proxmoxVersion: z.string(),
    areas: z.array(
      z.strictObject({
        areaId: z.string(),
        title: z.string(),
        state: z.enum(['enabled', 'disabled', 'not-this-product']),
        reason: z.string().optional(),
        files: count,
        directories: count,
        links: count,
        bytes: count,
        commands: count,
      }),
    ),
    files: count,
    bytes: count,
    target: z.string(),
    availableBytes: count.optional(),
    compression: z.string(),
    isEncrypted: z.boolean(),
    findings: z.array(z.strictObject(finding)),
  }),
  areas: z.strictObject({
    schemaVersion,
    hostname: z.string(),
    areas: z.array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        product: z.enum(['host', 'pve', 'pbs']),
        state: z.enum(['present', 'absent', 'not this product', 'disabled']),
        reason: z.string().optional(),
        files: count,
        links: count,
        bytes: count,
        commands: count,
        toggles: z.array(z.string()),
        comesBack: z.array(z.string()),
        items: z.array(
          z.strictObject({
            what: z.string(),
            kind: z.string(),
            category: z.string(),
            comesBack: z.string(),
            across: z.enum(['safe', 'review']),
            secret: z.boolean(),
            essential: z.string().optional(),
          }),
        ),
      }),
    ),
  }),
  list: z.strictObject({
    schemaVersion,
    location: z.string(),
    archives: z.array(
      z.strictObject({
        tier: z.literal('primary'),
        name: z.string(),
        path: z.string(),
        hostname: z.string(),
        createdAt: z.iso.datetime(),
        sizeBytes: count,
        proxmoxType: z.string().optional(),
        proxmoxVersion: z.string().optional(),
        fileCount: count.optional(),
        verifiedAt: z.string().optional(),
        status: z.enum(['complete', 'partial']).optional(),
        installId: z.string().optional(),
        encryption: z.enum(['age', 'none']).optional(),
        unverified: z.array(z.string()).optional(),
        problem: z.string().optional(),
      }),
    ),
  }),
  show: z.strictObject({
    schemaVersion,
    path: z.string(),
    kind: z.enum(['bundle', 'raw']),
    name: z.string(),
    sizeBytes: count,
    compression: z.string(),
    isEncrypted: z.boolean(),
    unverified: z.array(z.string()),
    manifest: z.looseObject({ hostname: z.string(), sha256: z.string() }),
  }),
  ls: z.strictObject({
    type: z.literal('summary'),
    schemaVersion,
    path: z.string(),
    entries: count,
    unmatched: z.array(z.string()),
  }),
  cat: z.strictObject({
    schemaVersion,
    archive: z.string(),
    path: z.string(),
    sizeBytes: count,
    contentBase64: z.base64(),
  }),
  find: z.strictObject({
    type: z.literal('summary'),
    schemaVersion,
    found: count,
    archives: count,
    damaged: count,
  }),
  verify: z.strictObject({
    type: z.literal('summary'),
    schemaVersion,
    path: z.string(),
    unverified: z.array(z.string()),
    ok: z.boolean(),
    level: z.enum(['content', 'structure']),
    sha256: z.string(),
    hasExpectedDigest: z.boolean(),
    checked: z.strictObject({ entries: count, files: count, bytes: count }),
    problems: z.array(problem),
    problemCount: count,
  }),
  extract: z.strictObject({
    type: z.literal('summary'),
    schemaVersion,
    path: z.string(),
    to: z.string(),
    unmatched: z.array(z.string()),
    files: count,
    directories: count,
    links: count,
    bytes: count,
    skipped: count,
    problems: z.array(problem),
    problemCount: count,
    notes: z.array(z.string()),
  }),
  configCheck: z.strictObject({
    schemaVersion,
    file: z.string().optional(),
    layout: z.enum(['fhs', 'legacy']),
    errors: z.array(
      z.strictObject({
        where: z.string(),
        line: count.optional(),
        message: z.string(),
        allowed: z.string().optional(),
        hint: z.string().optional(),
      }),
    ),
    findings: z.array(z.strictObject(finding)),
    paths: z.array(z.strictObject({ name: z.string(), path: z.string(), origin: z.string() })),
  }),
  configShow: z.strictObject({
    schemaVersion,
    file: z.string().optional(),
    layout: z.enum(['fhs', 'legacy']),
    values: z.array(
      z.strictObject({
        name: z.string(),
        value: z.string(),
        origin: z.string(),
        where: z.string().optional(),
        line: count.optional(),
      }),
    ),
  }),
  configTemplate: z.strictObject({ schemaVersion, template: z.string() }),
  notifyTest: z.strictObject({
    type: z.literal('summary'),
    schemaVersion,
    deliveries: z.array(
      z.strictObject({
        channel: z.enum(['telegram', 'email', 'gotify', 'webhook']),
        name: z.string(),
        status: z.enum(['sent', 'failed']),
        attempts: count,
        via: z.string().optional(),
        detail: z.string().optional(),
        hint: z.string().optional(),
      }),
    ),
    misconfigured: z.array(
      z.strictObject({ channel: z.string(), name: z.string(), message: z.string(), hint: z.string() }),
    ),
  }),
  notifyPreview: z.strictObject({
    type: z.literal('preview'),
    schemaVersion,
    channel: z.string(),
    name: z.string(),
    payload: z.string(),
  }),
  notifyPreviewEnd: z.strictObject({ type: z.literal('summary'), schemaVersion, previews: count }),
  notifyPair: z.strictObject({
    schemaVersion,
    hostId: z.string(),
    channels: z.array(z.enum(['telegram', 'mail'])),
    secretFile: z.string(),
    toSet: z.array(z.strictObject({ key: z.string(), value: z.string() })),
  }),
  relayEvent: z.strictObject({
    type: z.literal('event'),
    schemaVersion,
    level: z.enum(['info', 'warning', 'error']),
    message: z.string(),
  }),
  relay: z.strictObject({ type: z.literal('summary'), schemaVersion, address: z.url() }),
  relayCode: z.strictObject({ schemaVersion, code: z.string(), expiresAt: z.iso.datetime() }),
  relayHosts: z.strictObject({ schemaVersion, hosts: z.array(z.strictObject(relayHost)) }),
  relayRevoke: z.strictObject({ schemaVersion, ...relayHost }),
  relayUnit: z.strictObject({ schemaVersion, unit: z.string() }),
  overview: z.strictObject({
    schemaVersion,
    configFile: z.string().optional(),
    location: z.string(),
    lastRun: z.looseObject({ start_time: z.string() }).optional(),
    copies: z.array(
      z.strictObject({
        tier: z.enum(['primary', 'secondary', 'cloud']),
        location: z.string(),
        lastAt: z.iso.datetime().optional(),
      }),
    ),
    nextRun: nextRun.optional(),
  }),
  listTiers: z.strictObject({
    schemaVersion,
    tiers: z.array(
      z.strictObject({
        tier: z.enum(['primary', 'secondary', 'cloud']),
        location: z.string(),
        state: z.enum(['ok', 'unknown']),
        problem: z.string().optional(),
        hint: z.string().optional(),
      }),
    ),
    archives: z.array(
      z.strictObject({
        name: z.string(),
        hostname: z.string(),
        sizeBytes: count,
        createdAt: z.iso.datetime(),
        copies: z.array(
          z.strictObject({
            tier: z.enum(['primary', 'secondary', 'cloud']),
            location: z.string(),
            sizeBytes: count,
            problem: z.string().optional(),
            status: z.enum(['complete', 'partial']).optional(),
            installId: z.string().optional(),
            provedAt: z.iso.datetime().optional(),
            proof: z.enum(['every-file', 'read-back', 'remote-hash', 'size-only']).optional(),
            verdict: verdict.optional(),
            reasons: z.array(reason).optional(),
          }),
        ),
      }),
    ),
  }),
  status: z.strictObject({
    schemaVersion,
    hostname: z.string(),
    verdict: z.enum(['good', 'attention', 'no-recent-copy']),
    maxAgeSeconds: count,
    lastRun: z
      .strictObject({
        startedAt: z.string(),
        status: z.string(),
        exitCode: count.optional(),
        error: z.string().optional(),
        archivePath: z.string().optional(),
      })
      .optional(),
    nextRun: nextRun.optional(),
    tiers: z.array(
      z.strictObject({
        tier: z.enum(['primary', 'secondary', 'cloud']),
        location: z.string(),
        isRequired: z.boolean(),
        state: z.enum(['ok', 'unknown']),
        problem: z.string().optional(),
        hint: z.string().optional(),
        archives: count,
        isYoungEnough: z.boolean(),
        newestGood: z.strictObject({ name: z.string(), createdAt: z.iso.datetime() }).optional(),
        availableBytes: count.optional(),
        totalBytes: count.optional(),
      }),
    ),
    remarks: z.array(
      z.strictObject({
        level: z.enum(['attention', 'note']),
        text: z.string(),
        command: z.string().optional(),
      }),
    ),
  }),
  prune: z.strictObject({
    schemaVersion,
    isDryRun: z.boolean(),
    tiers: z.array(
      z.strictObject({
        tier: z.enum(['primary', 'secondary', 'cloud']),
        location: z.string(),
        mayPrune: z.boolean(),
        held: z.array(z.string()),
        problem: z.string().optional(),
        decisions: z.array(z.strictObject({ name: z.string(), verdict, reasons: z.array(reason) })),
        notes: z.array(z.string()),
        removed: z.array(z.string()),
        failed: z.array(z.strictObject({ name: z.string(), message: z.string() })),
      }),
    ),
  }),
  simulation: z.strictObject({
    schemaVersion,
    days: count,
    tiers: z.array(
      z.strictObject({
        tier: z.enum(['primary', 'secondary', 'cloud']),
        policy: z.string(),
        mostArchives: count,
        kept: z.array(z.strictObject({ createdAt: z.iso.datetime(), reasons: z.array(reason) })),
      }),
    ),
  }),
  hold: z.strictObject({ schemaVersion, name: z.string(), isHeld: z.literal(true), reason: z.string() }),
  release: z.strictObject({
    schemaVersion,
    name: z.string(),
    isHeld: z.literal(false),
    wasHeld: z.boolean(),
  }),
  adopt: z.strictObject({
    schemaVersion,
    hostname: z.string(),
    isAdopted: z.boolean(),
    groups: z.array(
      z.strictObject({
        tier: z.enum(['primary', 'secondary', 'cloud']),
        installId: z.string().nullable(),
        archives: z.array(z.strictObject({ name: z.string(), createdAt: z.iso.datetime() })),
      }),
    ),
    problems: z.array(z.strictObject({ tier: z.string(), message: z.string() })),
  }),
  copy: z.strictObject({
    type: z.literal('summary'),
    schemaVersion,
    archive: z.string(),
    tier: z.enum(['primary', 'secondary', 'cloud']),
    location: z.string(),
    status: z.enum(['stored', 'already-there']),
    proof: z.enum(['read-back', 'remote-hash', 'size-only']),
    bytes: count,
    hash: z.string().optional(),
    hashValue: z.hex().optional(),
  }),
};

let host: CliHost;
let archive: string;

beforeAll(async () => {
  host = createCliHost();
  await host.backUp();
  archive = join(host.backups, host.archives()[0] ?? '');
});
afterAll(() => {
  host.remove();
});

const run = (...args: string[]) => host.run([...args, '--json']);

describe('one document', () => {
  test('areas tells of every area and its items', async () => {
    const { areas } = schemas.areas.parse((await run('areas')).json()[0]);
    expect(areas.find(({ id }) => id === 'dns')).toMatchObject({ state: 'present', product: 'host' });
    expect(schemas.areas.parse((await run('areas', 'dns')).json()[0]).areas).toHaveLength(1);
  });
  test('list tells of good and of damaged archives', async () => {
    const cut = join(host.backups, 'pve1-backup-20200101-000000.tar.zst.bundle.tar');
    copyFileSync(archive, cut);
    truncateSync(cut, 900);
    const listed = schemas.list.parse((await run('list')).json()[0]);
    expect(listed.archives.map(({ problem: text }) => text !== undefined)).toEqual([false, true]);
    rmSync(cut);
  });
  test('show tells what an archive is', async () => {
    const [line, ...more] = (await run('show', 'latest')).json();
    expect(schemas.show.parse(line)).toMatchObject({ path: archive, kind: 'bundle' });
    expect(more).toEqual([]);
  });
  test('diff of an archive with itself, and of one with another', async () => {
    expect(schemas.diff.parse((await run('diff', archive, archive)).json()[0]).areas).toEqual([]);
    writeFileSync(join(host.root, 'etc/motd'), 'new');
    const place = { BACKUP_PATH: join(host.base, 'diff') };
    await host.backUp([], { env: place });
    rmSync(join(host.root, 'etc/motd'));
    const result = await host.run(['--json', 'diff', archive, 'latest'], { env: place });
    const added = schemas.diff.parse(result.json()[0]).areas.flatMap((area) => area.added);
    expect(added).toContainEqual({ path: '/etc/motd' });
  });
  test('history tells of runs and of damaged records', async () => {
    const broken = join(host.base, 'log', 'backup-stats-20200101-000000.json');
    writeFileSync(broken, '{');
    const { runs, damaged } = schemas.history.parse((await run('history')).json()[0]);
    rmSync(broken);
    expect(runs.length).toBeGreaterThan(0);
    expect(damaged).toHaveLength(1);
  });
  test('report tells what it wrote', async () => {
    const path = join(host.base, 'report.html');
    const [line] = (await run('report', '--html', path)).json();
    expect(schemas.report.parse(line).path).toBe(path);
  });
  test('cat carries the exact bytes', async () => {
    const found = schemas.cat.parse((await run('cat', 'latest:/etc/hosts')).json()[0]);
    expect(Buffer.from(found.contentBase64, 'base64').toString()).toBe('127.0.0.1 localhost\n');
  });
  test('config check, show and template', async () => {
    const file = join(host.base, 'bad.env');
    writeFileSync(file, 'COMPRESSION_TYPE=zipp\nFOO=1\n');
    const checked = await run('config', 'check', '--config', file);
    expect(checked.code).toBe(2);
    expect(schemas.configCheck.parse(checked.json()[0]).errors).toHaveLength(1);
    schemas.configShow.parse((await run('config', 'show')).json()[0]);
    schemas.configTemplate.parse((await run('config', 'template')).json()[0]);
  });
  test('list --tier, status, prune, hold, release, adopt', async () => {
    const secondary = { SECONDARY_ENABLED: 'true', SECONDARY_PATH: join(host.base, 'nas'), ...noReserve };
    const json = async (...args: string[]) => {
      const env = { ...secondary, SECONDARY_REQUIRE_MOUNT: 'no' };
      return (await host.run([...args, '--json'], { env })).json().at(-1);
    };
    const copied = schemas.copy.parse(await json('copy', archive, '--to', 'secondary'));
    expect(copied).toMatchObject({ status: 'stored', proof: 'read-back' });
    const { archives } = schemas.listTiers.parse(await json('list', '--tier', 'all'));
    expect(archives[0]?.copies).toHaveLength(2);
    expect(schemas.status.parse(await json('status')).verdict).not.toBe('no-recent-copy');
    expect(schemas.prune.parse(await json('prune', '--dry-run')).tiers).toHaveLength(2);
    expect(schemas.simulation.parse(await json('prune', '--simulate', '10d')).tiers[0]?.kept).toHaveLength(
      10,
    );
    schemas.hold.parse(await json('hold', 'latest', '--reason', 'x'));
    expect(schemas.release.parse(await json('release', 'latest')).wasHeld).toBe(true);
    plantArchive(host.backups, { hostname: 'pve1', createdAt: new Date(2026, 6, 24) });
    const { groups } = schemas.adopt.parse(await json('adopt', '--dry-run'));
    expect(groups).toMatchObject([{ tier: 'primary', installId: null }]);
    rmSync(join(host.backups, groups[0]?.archives[0]?.name ?? ''));
  });
  test('bare proxsave on a terminal', async () => {
    const result = await host.run(['--json'], { isTerminal: true });
    expect(schemas.overview.parse(result.json()[0]).lastRun).toBeDefined();
  });
});

describe('relay and notifications', () => {
  test('a relay, from its first event to its end, and a host that joins it and leaves it', async () => {
    const env = { SMTP_HOST: '127.0.0.1', SMTP_PORT: '9', RELAY_LISTEN: '127.0.0.1:0' };
    const stop = new AbortController();
    let found: (address: string) => void = () => undefined;
    const listening = new Promise<string>((resolve) => (found = resolve));
    const onPrint = (text: string) => {
      const address = /listening on (\S+),/.exec(text)?.[1];
      if (address !== undefined) found(address);
    };
    const running = host.run(['relay', '--json'], { env, signal: stop.signal, onPrint });
    const runHere = async (...args: string[]) => (await host.run([...args, '--json'], { env })).json()[0];
    const { code } = schemas.relayCode.parse(await runHere('relay', 'code', '--chat-id', '-1001'));
    const address = await listening;
    const pairing = await runHere('notify', 'pair', '--relay', address, '--code', code);
    const { hostId, toSet } = schemas.notifyPair.parse(pairing);
    expect(toSet).toContainEqual({ key: 'RELAY_URL', value: address });
    const { hosts } = schemas.relayHosts.parse(await runHere('relay', 'hosts'));
    expect(hosts).toMatchObject([{ hostId, hostname: 'pve1', chatId: '-1001' }]);
    expect(schemas.relayRevoke.parse(await runHere('relay', 'revoke', hostId)).revokedAt).toBeDefined();
    expect(schemas.relayUnit.parse(await runHere('relay', 'unit')).unit).toContain('[Service]');
    stop.abort();
    const lines = (await running).json();
    expect(schemas.relay.parse(lines.at(-1)).address).toBe(address);
    for (const line of lines.slice(0, -1)) schemas.relayEvent.parse(line);
  });
  test('notify test and preview tell of each channel', async () => {
    const env = {
      WEBHOOK_ENABLED: 'true',
      WEBHOOK_ENDPOINTS: 'gone,wrong',
      WEBHOOK_GONE_URL: 'http://127.0.0.1:9/',
      WEBHOOK_MAX_RETRIES: '0',
    };
    const tried = await host.run(['notify', 'test', '--json'], { env });
    const { deliveries, misconfigured } = schemas.notifyTest.parse(tried.json().at(-1));
    expect([tried.code, deliveries.length, misconfigured.length]).toEqual([6, 1, 1]);
    const [preview, end] = (await host.run(['notify', 'preview', '--json'], { env })).json();
    expect(schemas.notifyPreview.parse(preview).payload).toContain('Test message');
    expect(schemas.notifyPreviewEnd.parse(end).previews).toBe(1);
  });
});

describe('lines', () => {
  test('backup: status and finding lines, the run record last', async () => {
    const lines = (await run('backup', '--only', 'dns')).json();
    schemas.backup.parse(lines.at(-1));
    for (const line of lines.slice(0, -1)) z.union([statusLine, findingLine]).parse(line);
    expect(lines.length).toBeGreaterThan(2);
  });
  test('backup that fails ends with a summary that says why', async () => {
    const result = await run('backup', '--only', 'nonsense');
    const summary = schemas.backup.parse(result.json().at(-1));
    expect(result.code).toBe(2);
    expect(summary).toMatchObject({ status: 'failed', exit_code: 2, exit_name: 'usage' });
    expect(summary.error).toContain('nonsense');
    expect(summary.hint).toContain('dns');
  });
  test('backup --dry-run is a summary alone', async () => {
    const lines = (await run('backup', '--dry-run')).json();
    expect(lines).toHaveLength(1);
    schemas.dryRun.parse(lines[0]);
  });
  test('ls: entries, with the bytes of names that are not UTF-8', async () => {
    const lines = (await run('ls', archive)).json();
    const entries = lines.slice(0, -1).map((line) => entryLine.parse(line).entry);
    expect(schemas.ls.parse(lines.at(-1)).entries).toBe(entries.length);
    const raw = entries.find(({ pathBase64 }) => pathBase64 !== undefined);
    expect(Buffer.from(raw?.pathBase64 ?? '', 'base64')).toEqual(Buffer.from('etc/raw\u00ff', 'latin1'));
  });
  test('ls of something that is not there names the word', async () => {
    const result = await run('ls', archive, '/etc/hosts', 'netwrk');
    expect(result.code).toBe(1);
    expect(schemas.ls.parse(result.json().at(-1))).toMatchObject({ entries: 1, unmatched: ['netwrk'] });
  });
  test('find: entries with their archive', async () => {
    const lines = (await run('find', 'hosts', archive)).json();
    const found = entryLine.extend({ archive: z.string() }).parse(lines[0]);
    expect(found).toMatchObject({ archive, entry: { path: 'etc/hosts' } });
    expect(schemas.find.parse(lines.at(-1))).toMatchObject({ found: 1, archives: 1, damaged: 0 });
  });
  test('verify of a good and of a damaged archive', async () => {
    const good = (await run('verify', archive)).json();
    statusLine.parse(good[0]);
    expect(schemas.verify.parse(good.at(-1)).ok).toBe(true);
    const damaged = join(host.base, 'damaged.tar.zst.bundle.tar');
    const bytes = readFileSync(archive);
    bytes.fill(0x55, bytes.length - 4000, bytes.length - 3500);
    writeFileSync(damaged, bytes);
    const result = await run('verify', damaged);
    expect(result.code).toBe(8);
    expect(schemas.verify.parse(result.json().at(-1)).problemCount).toBeGreaterThan(0);
  });
  test('extract twice: files, then what was left alone', async () => {
    const to = join(host.base, 'out');
    const first = await run('extract', archive, '--to', to, '/etc/hosts', 'network');
    expect(first.code).toBe(0);
    expect(schemas.extract.parse(first.json().at(-1)).files).toBeGreaterThan(1);
    const second = await run('extract', archive, '--to', to, '/etc/hosts');
    expect(second.code).toBe(1);
    expect(schemas.extract.parse(second.json().at(-1))).toMatchObject({ files: 0, skipped: 1 });
  });
});

describe('errors', () => {
  const wrong: [string, string[], number][] = [
    ['an unknown command', ['bakup'], 2],
    ['an unknown option', ['list', '--bogus'], 2],
    ['a missing argument', ['show'], 2],
    ['an archive that does not exist', ['show', '/nope'], 2],
    ['an old flag', ['--restore'], 2],
    ['a configuration that does not exist', ['list', '--config', '/nope'], 2],
  ];
  test.each(wrong)('%s is one error object, and stderr stays empty', async (_, args, code) => {
    const result = await run(...args);
    const lines = result.json();
    expect(errorLine.parse(lines[0])).toMatchObject({ code });
    expect([lines.length, result.code, result.stderr]).toEqual([1, code, '']);
  });
  test('an archive that cannot be opened has not passed verification', async () => {
    const file = join(host.base, 'text.tar.bundle.tar');
    appendFileSync(file, 'no archive');
    expect(errorLine.parse((await run('verify', file)).json().at(-1))).toMatchObject({ code: 8 });
  });
});

test('docs/json.md names every key of every document', () => {
  const text = readFileSync(new URL('../../../docs/json.md', import.meta.url), 'utf8');
  const keys = [...Object.values(schemas), errorLine, entryLine, findingLine].flatMap((schema) =>
    keysOf(schema),
  );
  const missing = [...new Set(keys)].filter((key) => !text.includes(`\`${key}\``));
  expect(missing).toEqual([]);
});

/** Keys of an object schema and of those inside it. */
function keysOf(schema: unknown): string[] {
  if (schema instanceof z.ZodObject) {
    const shape: Record<string, unknown> = schema.shape;
    return Object.entries(shape).flatMap(([key, part]) => [key, ...keysOf(part)]);
  }
  if (schema instanceof z.ZodArray) return keysOf(schema.element);
  return schema instanceof z.ZodOptional ? keysOf(schema.unwrap()) : [];
}
