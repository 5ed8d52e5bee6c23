// proxsave decrypt ARCHIVE: the same archive without its encryption, as a file or on stdout.

import { posix } from 'node:path';
import {
  bundleExtension,
  compressionOfName,
  encryptedExtension,
  sidecarNames,
} from '../archiver/archive-name.ts';
import { readDecrypted } from '../archiver/read/decrypted-content.ts';
import type { OpenArchive } from '../archiver/read/open-archive.ts';
import {
  AppError,
  exitCodeOf,
  InterruptedError,
  UsageError,
  VerificationError,
  type ExitCode,
} from '../errors.ts';
import {
  decryptArchive,
  decryptedBundleName,
  plainNameOf,
  type DecryptTarget,
  type DecryptedArchive,
} from '../orchestrator/decrypt-archive.ts';
import { asRealPath, joinReal, type Host, type RealPath } from '../host/host.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { keyOptions, unlock } from './keys-given.ts';
import { archiveArgument, openNamed } from './open-named.ts';
import { programName } from './program-name.ts';

export const decryptCommand: Command = {
  name: 'decrypt',
  summary: 'Make an encrypted archive a plain one',
  description:
    'The result is a complete archive again, with manifest and checksum: a bundle NAME.decrypted.bundle.tar in the current ' +
    'directory, or what -o names. A name that ends in .bundle.tar gives a bundle, any other the archive itself with its ' +
    'sidecars beside it, and - writes the archive to stdout. A file gets its name when every byte was authenticated and ' +
    'read back. To look into an archive, or take files out, decrypting it first is not needed: all commands take keys.',
  arguments: [archiveArgument],
  options: [
    { flags: '-o, --output <file>', description: 'file or directory to write to; - for stdout' },
    { flags: '--overwrite', description: 'replace a file that exists' },
    {
      flags: '--ignore-checksum',
      description: 'go on although checksum or manifest do not fit the encrypted file',
    },
    ...keyOptions,
  ],
  examples: [
    {
      what: 'A plain copy of the newest archive, on another disk',
      command: 'proxsave decrypt latest -o /mnt/usb/ --identity /root/key.txt',
    },
    {
      what: 'Unattended, with a passphrase',
      command: 'proxsave decrypt latest -o /var/tmp/ --passphrase-file /root/passphrase',
    },
    {
      what: 'List it with tar',
      command: 'proxsave decrypt latest -o - --identity /root/key.txt | zstd -dc | tar -tv',
    },
  ],
  exits: [
    'warnings',
    'verification',
    'archive',
    'compression',
    'disk-space',
    'encryption',
    'permission',
    'storage',
    'interrupted',
  ],
  run: async (context, input) => {
    const output = input.text('output');
    if (output === '-') refuseStdout(context);
    const archive = await openNamed(context, input.args[0] ?? '');
    refusePlain(context, archive);
    const to = output === '-' ? undefined : targetOf(context, archive, input);
    if (!input.flag('ignoreChecksum')) refuseAltered(archive);
    const opened = await unlock(context, input, archive);
    if (to === undefined) return decryptToStdout(context, input, opened);
    return decryptToFile(context, input, opened, to);
  },
};

function refuseStdout({ global, terminal }: CommandContext): void {
  if (global.isJson) {
    throw new UsageError('-o - writes the archive to stdout, where --json would write its summary', {
      hint: 'name a file, or leave --json away',
    });
  }
  if (!terminal.stdout.isTerminal) return;
  throw new UsageError('-o - would write a compressed archive to the terminal', {
    hint: 'send it somewhere: proxsave decrypt ARCHIVE -o - | zstd -dc | tar -tv',
  });
}

function refusePlain(context: CommandContext, archive: OpenArchive): void {
  if (archive.isEncrypted) return;
  throw new UsageError(`${archive.path} is not encrypted: there is nothing to decrypt`, {
    hint: `take files out of it: ${programName(context)} extract ${printable(archive.path)} --to DIR`,
  });
}

/** A manifest that somebody altered would get a seal of ours. */
function refuseAltered({ path, manifestFault }: OpenArchive): void {
  if (manifestFault === undefined) return;
  throw new VerificationError(`${path}: ${manifestFault}`, {
    hint: 'Use another copy. If you are sure of this one: --ignore-checksum goes on all the same.',
  });
}

/** @throws UsageError when the name does not fit, or is taken */
function targetOf(context: CommandContext, archive: OpenArchive, input: CommandInput): DecryptTarget {
  const { host } = context;
  const given = input.text('output') ?? '.';
  const resolved = asRealPath(posix.resolve(host.process.cwd, given));
  const isDirectory = given.endsWith('/') || kindOf(host, resolved) === 'directory';
  const path = isDirectory ? joinReal(resolved, decryptedBundleName(archive)) : resolved;
  const kind = path.endsWith(bundleExtension) ? 'bundle' : 'raw';
  if (kindOf(host, asRealPath(posix.dirname(path))) !== 'directory') {
    throw new UsageError(`there is no directory ${posix.dirname(path)}`, {
      hint: 'make it first, or name another place',
    });
  }
  if (kind === 'raw') checkRawName(path, archive);
  checkFree(host, { path, kind }, archive, input.flag('overwrite'));
  return { path, kind };
}

/** The ending tells how an archive is read; it must not lie. */
function checkRawName(path: RealPath, archive: OpenArchive): void {
  const { compression } = archive;
  const named = path.endsWith(encryptedExtension) ? undefined : compressionOfName(path);
  const isSame = named === compression || (named === 'gz' && compression === 'pigz');
  if (isSame) return;
  throw new UsageError(`-o ${path}: the name does not end like ${plainNameOf(archive)}, which it will hold`, {
    hint: 'end it the same way, or with .bundle.tar for an archive with manifest and checksum in one file',
  });
}

function checkFree(host: Host, to: DecryptTarget, archive: OpenArchive, overwrite: boolean): void {
  const existing = host.fs.lstatIfExists(to.path);
  if (existing !== undefined && existing.kind !== 'file') {
    throw new UsageError(`${to.path} is a ${existing.kind}, not a file`, { hint: 'for stdout: -o -' });
  }
  const { checksum, metadata, manifest } = sidecarNames(to.path);
  const names = [to.path, `${to.path}.partial`, ...(to.kind === 'raw' ? [checksum, metadata, manifest] : [])];
  const taken = names.find((name) => host.fs.lstatIfExists(asRealPath(name)) !== undefined);
  if (taken === undefined) return;
  const source = host.fs.stat(archive.path);
  if (existing?.inode === source.inode && existing.device === source.device) {
    throw new UsageError(`${to.path} is the encrypted archive itself`, {
      hint: 'name another file: -o FILE',
    });
  }
  if (overwrite) return;
  const why = taken.endsWith('.partial') ? ', from a decryption that runs or was killed' : '';
  throw new UsageError(`${taken} exists already${why}`, {
    hint: '--overwrite replaces it; -o FILE names another place',
  });
}

function kindOf(host: Host, path: RealPath): string | undefined {
  return host.fs.lstatIfExists(path) === undefined ? undefined : host.fs.stat(path).kind;
}

async function decryptToStdout(
  context: CommandContext,
  input: CommandInput,
  archive: OpenArchive,
): Promise<ExitCode> {
  const { stdout } = context.terminal;
  const { host } = context;
  const options = { signal: host.signal, ignoreChecksum: input.flag('ignoreChecksum') };
  try {
    for await (const bytes of readDecrypted(host, archive, options)) {
      stdout.write(bytes);
      await stdout.flush();
      if (!context.hasReader()) return exitCodeOf('ok');
    }
  } catch (error) {
    if (error instanceof AppError) context.warn('what was written to stdout is not complete: do not use it');
    throw error;
  }
  return tellNotes(context, archive);
}

async function decryptToFile(
  context: CommandContext,
  input: CommandInput,
  archive: OpenArchive,
  to: DecryptTarget,
): Promise<ExitCode> {
  const { host } = context;
  const reporter = context.createReporter();
  reporter.phase(`Decrypting ${archive.name} to ${to.path}`);
  const seen = { decrypt: 0, 'read back': 0 };
  try {
    const done = await decryptArchive(host, {
      archive,
      to,
      overwrite: input.flag('overwrite'),
      ignoreChecksum: input.flag('ignoreChecksum'),
      onBytes: (label, count) => {
        seen[label] += count;
        reporter.progress({ label, files: 0, bytes: seen[label], totalBytes: archive.size });
      },
    });
    reporter.done();
    report(context, archive, done);
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    throw new InterruptedError(error.message, { hint: 'nothing was left behind', cause: error });
  } finally {
    reporter.done();
  }
  return context.global.isJson ? exitOf(archive) : tellNotes(context, archive);
}

function report(context: CommandContext, archive: OpenArchive, done: DecryptedArchive): void {
  if (context.global.isJson) {
    const { unverified } = archive;
    context.printJson({ type: 'summary', archive: archive.path, ...done, unverified });
    return;
  }
  const { checked, level } = done;
  const counts = `${formatCount(checked.entries, 'entry', 'entries')}, ${formatBytes(checked.bytes)}`;
  const depth =
    level === 'content' ? 'every file compared with the index' : 'structure only: it has no index';
  context.print(`decrypted to ${printable(done.path)}: ${formatBytes(done.sizeBytes)}`);
  context.print(`${context.style.green('good')}: ${counts}; ${depth}`);
  context.note('It is not encrypted any more: remove it when you are done.');
}

/** What of the encrypted archive could not be proved is not proved of the plain one either. */
function tellNotes(context: CommandContext, archive: OpenArchive): ExitCode {
  for (const note of archive.unverified) context.warn(note);
  return exitOf(archive);
}

function exitOf({ unverified }: OpenArchive): ExitCode {
  return exitCodeOf(unverified.length > 0 ? 'warnings' : 'ok');
}
