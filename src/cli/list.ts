// proxsave list: the archives there are.

import type { ExitCode } from '../errors.ts';
import { exitCodeOf } from '../errors.ts';
import { listArchives, type ListedArchive } from '../orchestrator/list-archives.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import { archivesElsewhere } from './archives-elsewhere.ts';
import type { Command, CommandContext } from './command.ts';
import { renderArchiveTable } from './archive-table.ts';
import { tierNames } from '../orchestrator/tiers/open-tiers.ts';
import { listTiers } from './list-tiers.ts';
import { tiersGiven } from './tier-access.ts';

export const listCommand: Command = {
  name: 'list',
  summary: 'List the archives, newest first',
  description:
    'On a narrow terminal names are shown without their endings; every command takes them like that. ' +
    'State: verified = read back when it was made; not checked = not read back then; incomplete = errors kept ' +
    'files out; unverified = something that would prove it is missing; damaged = cannot be read.\n' +
    'With --tier: how the bytes on each tier were proved and how long ago (? = the tier gave no answer), and the rule by ' +
    'which retention keeps the archive; -v tells all reasons.',
  arguments: [],
  options: [
    { flags: '--host <name>', description: 'only archives of this host' },
    {
      flags: '--tier <tier>',
      description: 'which archive is where: on this tier, or a column for each with all',
      choices: [...tierNames, 'all'],
    },
  ],
  examples: [
    { what: 'All archives in BACKUP_PATH', command: 'proxsave list' },
    { what: 'Those of one host, for a script', command: 'proxsave list --host pve1 --json' },
    { what: 'On every tier, and why each stays', command: 'proxsave list --tier all -v' },
    { what: 'Of another directory', command: 'BACKUP_PATH=/mnt/usb proxsave list' },
  ],
  exits: ['warnings', 'permission', 'storage'],
  run: async (context, input) => {
    if (input.text('tier') !== undefined) {
      return listTiers(context, tiersGiven(context, input), input.text('host'));
    }
    const { BACKUP_PATH } = context.config.load().values;
    const wantedHost = input.text('host');
    const all = await listArchives(context.host, 'primary', BACKUP_PATH);
    const archives = all.filter((archive) => wantedHost === undefined || archive.hostname === wantedHost);
    if (context.global.isJson) {
      context.printJson({ location: BACKUP_PATH, archives: archives.map(toJson) });
    } else if (archives.length > 0) {
      printTable(context, archives, BACKUP_PATH);
    } else noteNothing(context, { location: BACKUP_PATH, wantedHost, all });
    return exitOf(archives);
  },
};

function exitOf(archives: readonly ListedArchive[]): ExitCode {
  return exitCodeOf(archives.some((archive) => archive.problem !== undefined) ? 'warnings' : 'ok');
}

function toJson({
  tier,
  name,
  path,
  hostname,
  createdAt,
  sizeBytes,
  archive,
  problem,
}: ListedArchive): object {
  const manifest = archive?.manifest;
  return {
    tier,
    name,
    path,
    hostname,
    createdAt: createdAt.toISOString(),
    sizeBytes,
    ...(archive === undefined || manifest === undefined
      ? {}
      : {
          proxmoxType: manifest.proxmox_type,
          proxmoxVersion: manifest.proxmox_version,
          fileCount: manifest.file_count,
          verifiedAt: manifest.verified_at,
          status: manifest.status,
          installId: manifest.install_id,
          encryption: archive.isEncrypted ? 'age' : 'none',
          unverified: archive.unverified,
        }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function printTable(context: CommandContext, archives: readonly ListedArchive[], location: string): void {
  const { stdout } = context.terminal;
  const lines = renderArchiveTable(archives, {
    now: context.host.clock.now(),
    style: context.style,
    // What is piped is for programs or for reading later: whole names.
    columns: stdout.isTerminal ? stdout.columns : Number.POSITIVE_INFINITY,
  });
  context.print(lines.join('\n'));
  const total = archives.reduce((sum, archive) => sum + archive.sizeBytes, 0);
  context.note(`${formatCount(archives.length, 'archive')}, ${formatBytes(total)}, in ${location}`);
}

function noteNothing(
  context: CommandContext,
  {
    location,
    wantedHost,
    all,
  }: { location: string; wantedHost: string | undefined; all: readonly ListedArchive[] },
): void {
  if (wantedHost === undefined || all.length === 0) {
    const elsewhere = archivesElsewhere(context);
    context.note(`There is no archive in ${location}. ${elsewhere ?? 'Make one: proxsave backup'}`);
    return;
  }
  const hosts = [...new Set(all.map(({ hostname }) => printable(hostname)))];
  context.note(`There is no archive of ${wantedHost} in ${location}, but of: ${hosts.join(', ')}`);
}
