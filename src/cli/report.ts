// proxsave report --html FILE: the state of the backups as one page that can be mailed, kept or printed.

import { posix } from 'node:path';
import { asStorageError, exitCodeOf, UsageError } from '../errors.ts';
import { asRealPath, type Host, type RealPath } from '../host/host.ts';
import { detectProducts, readPackageDatabase } from '../host/detect-products.ts';
import { formatBytes } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { wantedHost } from './history.ts';

export const reportCommand: Command = {
  name: 'report',
  summary: 'Write the history, the copies and what retention keeps as one HTML page',
  description:
    'The page holds everything itself: it loads nothing, reads well in light and dark and can be printed. Names of files ' +
    'and hosts are in it, secrets of the configuration are not; the file is readable for its owner only.',
  arguments: [],
  options: [
    { flags: '--html <file>', description: 'where the page goes; - for stdout' },
    { flags: '--host <name>', description: 'runs of this host; all: of every host in LOG_PATH' },
    { flags: '--offline', description: 'ask no remote: of the cloud only what the runs tell' },
  ],
  examples: [
    { what: 'A page to look at', command: 'proxsave report --html /mnt/usb/report.html' },
    { what: 'For another program', command: 'proxsave report --html - > report.html' },
  ],
  exits: ['storage', 'disk-space', 'permission', 'interrupted'],
  run: async (context, input) => {
    const target = targetOf(context, input);
    const config = context.config.load();
    const { gatherReport } = await import('../orchestrator/gather-report.ts');
    const { renderReport } = await import('../report/html/render-report.ts');
    const { redactReport } = await import('../report/html/redact-report.ts');
    const data = await gatherReport(context.host, {
      config,
      hostname: await wantedHost(context, input),
      product: await productText(context.host),
      isOffline: input.flag('offline'),
    });
    const page = renderReport(redactReport(data, config.redact));
    if (target === undefined) {
      context.print(page.trimEnd());
      return exitCodeOf('ok');
    }
    writePage(context.host, target, page);
    const sizeBytes = Buffer.byteLength(page);
    if (context.global.isJson) context.printJson({ path: target, sizeBytes, runs: data.runs.length });
    else context.note(`${printable(target)}: ${formatBytes(sizeBytes)}`);
    return exitCodeOf('ok');
  },
};

/** undefined: stdout. */
function targetOf({ host, global }: CommandContext, input: CommandInput): RealPath | undefined {
  const file = input.text('html');
  if (file === undefined || file === '') {
    throw new UsageError('the report needs a place to go', { hint: 'proxsave report --html FILE' });
  }
  if (file !== '-') return replaceableFile(host, asRealPath(posix.resolve(host.process.cwd, file)));
  if (global.isJson) {
    throw new UsageError('--html - and --json both want stdout', { hint: 'give --html a file' });
  }
  return undefined;
}

/** Writing replaces what is there: a device, a pipe or a link must not be lost by a slip of the pen. */
function replaceableFile(host: Host, path: RealPath): RealPath {
  const kind = host.fs.lstatIfExists(path)?.kind ?? 'file';
  if (kind === 'file') return path;
  throw new UsageError(`${path} is a ${kind} and is not replaced`, {
    hint: 'name a file, or - for stdout',
  });
}

async function productText(host: Host): Promise<string> {
  const { pve, pbs } = await detectProducts(host, readPackageDatabase(host));
  return [
    ...(pve === undefined ? [] : [`Proxmox VE ${pve.version}`]),
    ...(pbs === undefined ? [] : [`Proxmox Backup Server ${pbs.version}`]),
  ].join(', ');
}

function writePage(host: Host, path: RealPath, page: string): void {
  try {
    host.fs.writeFileAtomic(path, page, { mode: 0o600 });
  } catch (error) {
    throw asStorageError(error, `the report cannot be written to ${path}`);
  }
}
