// proxsave show ARCHIVE: what it is, and what it holds area by area. Reads only the head of the file.

import { areaById } from '../catalogue/index.ts';
import type { Manifest } from '../archiver/manifest.ts';
import type { OpenArchive } from '../archiver/read/open-archive.ts';
import { describeProduct } from '../host/facts.ts';
import { exitCodeOf } from '../errors.ts';
import type { Style } from '../ui/style.ts';
import { formatAge, formatBytes, formatCount, formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext } from './command.ts';
import { archiveArgument, openNamed, tierGiven, tierOption } from './open-named.ts';
import { programName } from './program-name.ts';

export const showCommand: Command = {
  name: 'show',
  summary: 'Show what an archive is and what it holds, area by area',
  arguments: [archiveArgument],
  options: [tierOption],
  examples: [
    { what: 'The newest archive', command: 'proxsave show latest' },
    {
      what: 'A file from anywhere, without any configuration',
      command: 'proxsave show /mnt/usb/pve1-backup-20260724-020000.tar.zst.bundle.tar',
    },
    {
      what: 'The newest one on the cloud tier; only its head is read',
      command: 'proxsave show latest --tier cloud',
    },
  ],
  exits: ['warnings', 'archive', 'permission', 'storage'],
  run: async (context, input) => {
    const archive = await openNamed(context, input.args[0] ?? '', {
      tier: tierGiven(input),
      isHeadOnly: true,
    });
    if (context.global.isJson) {
      const { path, kind, name, manifest, unverified, isEncrypted, compression, size } = archive;
      context.printJson({
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
  return [
    ...factRows(archive, context.host.clock.now()).flatMap(([label, text]) => {
      const [first = '', ...more] = text.split('\n');
      return [
        `${label.padEnd(10)} ${printable(first)}`,
        ...more.map((line) => `${' '.repeat(11)}${printable(line)}`),
      ];
    }),
    ...areaLines(archive, context.style),
    '',
    'Next:',
    `  ${context.style.bold(`${programName(context)} ls ${printable(archive.path)}`)}`,
  ].join('\n');
}

/** Label and text, which may have several lines. */
function factRows(archive: OpenArchive, now: Date): [string, string][] {
  const { manifest } = archive;
  const { hostname, file_count, content_bytes = 0, error_count = 0, warning_count = 0 } = manifest;
  const encryption = archive.isEncrypted ? 'encrypted with age' : 'not encrypted';
  const rows: [string, string][] = [
    ['file', archive.path],
    ['host', `${hostname === '' ? 'unknown' : hostname} (${productText(manifest)})`],
    ['made', madeAt(manifest.created_at, now)],
    ['by', manifest.script_version === undefined ? 'unknown version' : `ProxSave ${manifest.script_version}`],
    ['size', `${formatBytes(archive.size)}, ${archive.compression}, ${encryption}`],
    ['sha256', archive.expectedDigests[0]?.sha256 ?? 'unknown'],
    ['verified', verifiedText(archive)],
  ];
  for (const [at, recipient] of (manifest.recipients ?? []).entries()) {
    rows.push([at === 0 ? 'opened by' : '', recipient]);
  }
  if (file_count !== undefined) {
    rows.push(['holds', `${formatCount(file_count, 'file')}, ${formatBytes(content_bytes)}`]);
  }
  if (warning_count + error_count > 0) {
    const counts = `${formatCount(error_count, 'error')}, ${formatCount(warning_count, 'warning')}`;
    rows.push(['findings', `${counts} during the run`]);
  }
  return rows;
}

function productText({ proxmox_type, proxmox_version = '' }: Manifest): string {
  if (proxmox_type === 'unknown') return describeProduct(proxmox_type);
  return proxmox_version === '' ? proxmox_type : `${proxmox_type} ${proxmox_version}`;
}

function areaLines({ manifest, manifestSource }: OpenArchive, style: Style): string[] {
  if (manifest.areas === undefined) {
    const why = manifestSource === 'none' ? 'its manifest is missing' : 'made by the existing edition';
    return ['', `No list of areas: ${why}.`];
  }
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
  if (unverified.length > 0) return ['cannot be told:', ...unverified].join('\n');
  return manifest.verified_at === undefined
    ? 'not when it was made'
    : 'read back when it was made, every file compared';
}
