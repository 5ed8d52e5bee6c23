// proxsave list: the archives there are.

import type { ExitCode } from '../errors.ts';
import { exitCodeOf } from '../errors.ts';
import { listArchives, type ListedArchive } from '../orchestrator/list-archives.ts';
import { formatAge, formatBytes, formatCount, formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import { schemaVersion, type Command, type CommandContext } from './command.ts';
import { readConfig } from './read-config.ts';

export const listCommand: Command = {
  name: 'list',
  summary: 'List the archives, newest first',
  arguments: [],
  options: [{ flags: '--host <name>', description: 'only archives of this host' }],
  examples: [
    { what: 'All archives in BACKUP_PATH', command: 'proxsave list' },
    { what: 'Those of one host, for a script', command: 'proxsave list --host pve1 --json' },
    { what: 'Of another directory', command: 'BACKUP_PATH=/mnt/usb proxsave list' },
  ],
  exits: ['warnings', 'permission'],
  run: async (context, input) => {
    const { BACKUP_PATH } = readConfig(context).values;
    const wantedHost = input.text('host');
    const all = await listArchives(context.host, 'primary', BACKUP_PATH);
    const archives = all.filter((archive) => wantedHost === undefined || archive.hostname === wantedHost);
    if (context.global.isJson) {
      context.printJson({ schemaVersion, location: BACKUP_PATH, archives: archives.map(toJson) });
    } else {
      printTable(context, archives, BACKUP_PATH);
    }
    return exitOf(archives);
  },
};

function exitOf(archives: readonly ListedArchive[]): ExitCode {
  return exitCodeOf(archives.some((archive) => archive.problem !== undefined) ? 'warnings' : 'ok');
}

function toJson(archive: ListedArchive): object {
  const manifest = archive.archive?.manifest;
  return {
    tier: archive.tier,
    name: archive.name,
    path: archive.path,
    hostname: archive.hostname,
    createdAt: archive.createdAt.toISOString(),
    sizeBytes: archive.sizeBytes,
    ...(manifest === undefined
      ? {}
      : {
          proxmoxType: manifest.proxmox_type,
          proxmoxVersion: manifest.proxmox_version,
          fileCount: manifest.file_count,
          verifiedAt: manifest.verified_at,
          status: manifest.status,
          installId: manifest.install_id,
          encryption: archive.archive?.isEncrypted === true ? 'age' : 'none',
          unverified: archive.archive?.unverified,
        }),
    ...(archive.problem === undefined ? {} : { problem: archive.problem }),
  };
}

function printTable(context: CommandContext, archives: readonly ListedArchive[], location: string): void {
  if (archives.length === 0) {
    context.print(`There is no archive in ${location}. \`proxsave backup\` makes one.`);
    return;
  }
  const now = context.host.clock.now();
  const width = Math.max(4, ...archives.map((archive) => archive.hostname.length));
  context.print(
    context.style.bold(
      `${'made'.padEnd(20)}${'age'.padEnd(16)}${'host'.padEnd(width + 2)}${'size'.padStart(10)}  state        name`,
    ),
  );
  for (const archive of archives) context.print(tableRow(archive, now, width));
  const total = archives.reduce((sum, archive) => sum + archive.sizeBytes, 0);
  context.note(`${formatCount(archives.length, 'archive')}, ${formatBytes(total)}, in ${location}`);
}

function tableRow(archive: ListedArchive, now: Date, width: number): string {
  const columns = [
    formatLocalTime(archive.createdAt).padEnd(20),
    formatAge(archive.createdAt, now).padEnd(16),
    printable(archive.hostname).padEnd(width + 2),
    formatBytes(archive.sizeBytes).padStart(10),
    '  ',
    stateOf(archive).padEnd(13),
    printable(archive.name),
  ];
  return columns.join('');
}

function stateOf({ archive, problem }: ListedArchive): string {
  if (archive === undefined) return `damaged: ${printable(problem ?? '')} `;
  if (archive.manifest.status === 'partial') return 'partial';
  if (archive.unverified.length > 0) return 'unverified';
  return archive.manifest.verified_at === undefined ? 'not verified' : 'verified';
}
