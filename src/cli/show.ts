// proxsave show ARCHIVE: what it is, and what it holds area by area. Reads only the head of the file.

import { areaById } from '../catalogue/index.ts';
import type { OpenArchive } from '../archiver/open-archive.ts';
import { exitCodeOf } from '../errors.ts';
import type { Style } from '../ui/style.ts';
import { formatAge, formatBytes, formatCount, formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import { programName } from './backup.ts';
import { schemaVersion, type Command, type CommandContext } from './command.ts';
import { archiveArgument, openNamed } from './open-named.ts';

export const showCommand: Command = {
  name: 'show',
  summary: 'Show what an archive is and what it holds, area by area',
  arguments: [archiveArgument],
  options: [],
  examples: [
    { what: 'The newest archive', command: 'proxsave show latest' },
    {
      what: 'A file from anywhere, without any configuration',
      command: 'proxsave show /mnt/usb/pve1-backup-20260724-020000.tar.zst.bundle.tar',
    },
  ],
  exits: ['warnings', 'archive', 'permission'],
  run: async (context, input) => {
    const archive = await openNamed(context, input.args[0] ?? '');
    if (context.global.isJson) {
      const { path, kind, name, manifest, unverified, isEncrypted, compression, size } = archive;
      context.printJson({
        schemaVersion,
        path,
        kind,
        name,
        sizeBytes: size,
        compression,
        isEncrypted,
        unverified,
        manifest,
      });
    } else {
      context.print(describe(context, archive));
    }
    return exitCodeOf(archive.unverified.length > 0 ? 'warnings' : 'ok');
  },
};

function describe(context: CommandContext, archive: OpenArchive): string {
  const { manifest } = archive;
  const { style } = context;
  const rows: [string, string][] = [
    ['file', archive.path],
    [
      'host',
      `${manifest.hostname === '' ? 'unknown' : manifest.hostname} (${manifest.proxmox_type} ${manifest.proxmox_version ?? ''})`,
    ],
    ['made', madeAt(manifest.created_at, context.host.clock.now())],
    ['by', manifest.script_version === undefined ? 'unknown version' : `ProxSave ${manifest.script_version}`],
    [
      'size',
      `${formatBytes(archive.size)}, ${archive.compression}${archive.isEncrypted ? ', encrypted with age' : ', not encrypted'}`,
    ],
    ['sha256', archive.expectedDigests[0]?.sha256 ?? 'unknown'],
    ['verified', verifiedText(archive)],
  ];
  if (manifest.file_count !== undefined) {
    rows.push([
      'holds',
      `${formatCount(manifest.file_count, 'file')}, ${formatBytes(manifest.content_bytes ?? 0)}`,
    ]);
  }
  if ((manifest.warning_count ?? 0) + (manifest.error_count ?? 0) > 0) {
    rows.push([
      'findings',
      `${formatCount(manifest.error_count ?? 0, 'error')}, ${formatCount(manifest.warning_count ?? 0, 'warning')} during the run`,
    ]);
  }
  return [
    ...rows.map(([label, text]) => `${label.padEnd(10)} ${printable(text)}`),
    ...areaLines(archive, style),
    '',
    `Next: ${programName(context)} ls ${archive.path}`,
  ].join('\n');
}

function areaLines({ manifest }: OpenArchive, style: Style): string[] {
  if (manifest.areas === undefined)
    return ['', 'This archive has no list of areas (made by the existing edition).'];
  return [
    '',
    style.bold(`${'area'.padEnd(22)}${'files'.padStart(8)}${'size'.padStart(12)}`),
    ...manifest.areas.map(({ id, files, bytes }) => {
      const title = areaById(id)?.title ?? '';
      return `${printable(id).padEnd(22)}${String(files).padStart(8)}${formatBytes(bytes).padStart(12)}  ${title}`;
    }),
  ];
}

function madeAt(createdAt: string, now: Date): string {
  const date = new Date(createdAt);
  return Number.isNaN(date.getTime()) ? createdAt : `${formatLocalTime(date)} (${formatAge(date, now)})`;
}

function verifiedText({ manifest, unverified }: OpenArchive): string {
  if (unverified.length > 0) return `cannot be told: ${unverified.join('; ')}`;
  return manifest.verified_at === undefined
    ? 'not when it was made'
    : `read back when it was made (${manifest.verified_at})`;
}
