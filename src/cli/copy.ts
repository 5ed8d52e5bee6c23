// proxsave copy ARCHIVE --to TIER: a proved copy of any archive on another tier.

import { basename, dirname } from 'node:path';
import { parseArchiveName } from '../archiver/archive-name.ts';
import { exitCodeOf, UsageError, type ExitCode } from '../errors.ts';
import { worstSeverity, type Finding } from '../findings.ts';
import { detectHostname } from '../host/detect-hostname.ts';
import { ensureInstallId } from '../orchestrator/install-id.ts';
import { withRunLock } from '../orchestrator/run-lock.ts';
import { localFilesOf } from '../orchestrator/tiers/archive-files.ts';
import type { CopyResult } from '../orchestrator/tiers/copy-archive.ts';
import type { NamedArchive } from '../orchestrator/tiers/find-on-tier.ts';
import { locationOf } from '../orchestrator/tiers/list-tier.ts';
import { demandEnabled, tierNames } from '../orchestrator/tiers/open-tiers.ts';
import { copyTo } from '../orchestrator/tiers/serve-tiers.ts';
import { withTier } from '../orchestrator/tiers/survey-tiers.ts';
import type { Store, TierName } from '../storage/store.ts';
import { formatBytes } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import { withoutUndefined } from '../util/without-undefined.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { archiveArgument, openNamed } from './open-named.ts';

export const copyCommand: Command = {
  name: 'copy',
  summary: 'Copy an archive to another tier and prove the copy there',
  description:
    'The copy gets its name only when its bytes were read back or its hash compared. One that is there already is proved ' +
    'and left as it is; after an interrupt the same command goes on. HOW-TO-RESTORE.txt and recover.sh are put beside it.',
  arguments: [archiveArgument],
  options: [
    { flags: '--to <tier>', description: 'where to: primary, secondary or cloud', choices: tierNames },
    { flags: '--from <tier>', description: 'where it lies (default: primary)', choices: tierNames },
    { flags: '-n, --dry-run', description: 'show what would be copied, and what is there already' },
  ],
  examples: [
    { what: 'The newest archive, after the share was away', command: 'proxsave copy latest --to secondary' },
    { what: 'Bring one back from the cloud', command: 'proxsave copy 2026-07-24 --from cloud --to primary' },
    {
      what: 'One from a USB disk',
      command: 'proxsave copy /mnt/usb/pve1-backup-20260724-020000.tar.zst.bundle.tar --to primary',
    },
  ],
  exits: [
    'warnings',
    'storage',
    'network',
    'verification',
    'disk-space',
    'permission',
    'skipped',
    'interrupted',
  ],
  run: async (context, input) => {
    const to = targetOf(context, input);
    const from = tierNames.find((name) => name === input.text('from'));
    const isDryRun = input.flag('dryRun');
    const archive = await openNamed(context, input.args[0] ?? '', {
      tier: from,
      isHeadOnly: isDryRun,
      tierFlag: '--from',
    });
    refuseSelf(context, archive, to, from);
    for (const note of archive.unverified)
      context.warn(`of ${archive.name} it is not proved: ${printable(note)}`);
    return isDryRun ? dryRun(context, archive, to) : copy(context, archive, to);
  },
};

function targetOf(context: CommandContext, input: CommandInput): TierName {
  const to = tierNames.find((name) => name === input.text('to'));
  if (to === undefined) {
    throw new UsageError('copy needs --to TIER, where the copy is to lie', {
      hint: `for example: proxsave copy ${input.args[0] ?? 'latest'} --to secondary`,
    });
  }
  demandEnabled(context.config.load(), to);
  return to;
}

function refuseSelf(
  context: CommandContext,
  archive: NamedArchive,
  to: TierName,
  from: TierName | undefined,
): void {
  const { BACKUP_PATH } = context.config.load().values;
  const name = basename(archive.path);
  if (parseArchiveName(name) === undefined) {
    throw new UsageError(`${archive.path} has no archive's name, so it would be found on no tier`, {
      hint: 'give it its name back: HOST-backup-YYYYMMDD-HHMMSS.tar.zst.bundle.tar',
    });
  }
  if (from !== to && !(to === 'primary' && dirname(archive.path) === BACKUP_PATH)) return;
  throw new UsageError(`${name} is on the ${to} tier already`, {
    hint: 'name where it lies and where it shall be: proxsave copy ARCHIVE --from TIER --to TIER',
  });
}

async function dryRun(context: CommandContext, archive: NamedArchive, to: TierName): Promise<ExitCode> {
  const { host } = context;
  const config = context.config.load();
  const name = basename(archive.path);
  const access = { config, installId: undefined, report: () => undefined };
  const { location, existing } = await withTier(host, to, access, async ({ store }) => ({
    location: locationOf(store, name),
    existing: await store.stat(name, host.signal),
  }));
  const sizeBytes =
    archive.copy?.sizeBytes ?? localFilesOf(host, archive.path).at(-1)?.sizeBytes ?? archive.size;
  if (context.global.isJson) {
    const isThere = existing !== undefined;
    context.printJson({ type: 'summary', archive: archive.location, tier: to, location, sizeBytes, isThere });
  } else if (existing === undefined) {
    context.print(
      `would copy ${printable(archive.location)} (${formatBytes(sizeBytes)}) to ${printable(location)}`,
    );
  } else {
    const size = formatBytes(existing.sizeBytes);
    context.print(`there already, and would be proved: ${printable(location)} (${size})`);
  }
  return exitCodeOf('ok');
}

async function copy(context: CommandContext, archive: NamedArchive, to: TierName): Promise<ExitCode> {
  const { host } = context;
  const config = context.config.load();
  const reporter = context.createReporter();
  const findings: Finding[] = [];
  const report = (finding: Finding) => {
    findings.push(finding);
    reporter.finding(finding);
  };
  const name = basename(archive.path);
  const hostname = await detectHostname(host);
  const { result, location } = await withRunLock({ host, report }, config, hostname, () => {
    const installId = ensureInstallId(host, config.places.state, report);
    return withTier(host, to, { config, installId, report }, async ({ store }) => {
      reporter.phase(`Copying ${name} to ${store.location}`);
      try {
        return {
          result: await copyTo({ host, report, reporter }, config, store, archive.path),
          location: locationOf(store, name),
        };
      } finally {
        reporter.done();
      }
    });
  });
  tell(context, { archive, to, location, result });
  return exitCodeOf(worstSeverity(findings) === 'warning' ? 'warnings' : 'ok');
}

const proofWords: Readonly<Record<CopyResult['proof'], string>> = {
  'read-back': 'read back there and compared',
  'remote-hash': 'hash compared',
  'size-only': 'only its size compared: the remote gives no hash',
};

interface Copied {
  archive: NamedArchive;
  to: Store['tier'];
  location: string;
  result: CopyResult;
}

function tell(context: CommandContext, { archive, to, location, result }: Copied): void {
  const { status, proof, hash, hashValue, bytes } = result;
  if (context.global.isJson) {
    const fields = { archive: archive.location, tier: to, location, status, proof, bytes };
    context.printJson({ type: 'summary', ...fields, ...withoutUndefined({ hash, hashValue }) });
    return;
  }
  const what = status === 'stored' ? 'copied' : 'there already';
  const kind = hash === undefined ? '' : ` (${hash})`;
  context.print(`${what}: ${printable(location)}, ${formatBytes(bytes)}; ${proofWords[proof]}${kind}`);
  if (archive.manifest.verified_at === undefined) {
    context.note(
      `It is the same as its source, which was never read back: proxsave verify ${archive.location}`,
    );
  }
}
