// proxsave cat ARCHIVE:path: one file of an archive on stdout.

import { posix } from 'node:path';
import { catEntry } from '../archiver/read/cat-entry.ts';
import { readIndex } from '../archiver/index/read-index.ts';
import { exitCodeOf, UsageError } from '../errors.ts';
import { splitArchivePath } from '../orchestrator/find-archive.ts';
import type { NamedArchive } from '../orchestrator/tiers/find-on-tier.ts';
import type { Command, CommandContext } from './command.ts';
import { keyOptions, unlock } from './keys-given.ts';
import { openNamed, tierGiven, tierOption } from './open-named.ts';
import { archivePathOf } from './select-entries.ts';

export const catCommand: Command = {
  name: 'cat',
  summary: 'Print a file of an archive',
  arguments: [
    { name: 'archive:path', description: 'the archive, a colon, the path inside: latest:/etc/fstab' },
  ],
  options: [tierOption, ...keyOptions],
  examples: [
    {
      what: 'The network configuration of the newest archive',
      command: 'proxsave cat latest:/etc/network/interfaces',
    },
    {
      what: 'Compare it with what is there now',
      command: 'proxsave cat latest:/etc/hosts | diff - /etc/hosts',
    },
  ],
  exits: ['archive', 'compression', 'disk-space', 'encryption', 'permission', 'storage', 'interrupted'],
  run: async (context, input) => {
    const words = input.args[0] ?? '';
    const place = splitArchivePath(words);
    if (place === undefined || place.path === '') {
      throw new UsageError(`"${words}" is not ARCHIVE:path`, {
        hint: 'for example: proxsave cat latest:/etc/hosts',
      });
    }
    const archive = await unlock(
      context,
      input,
      await openNamed(context, place.archive, { tier: tierGiven(input) }),
    );
    const path = archivePathOf(place.path);
    const content = catEntry(context.host, archive, path, { signal: context.host.signal });
    try {
      if (context.global.isJson) await printAsJson(context, archive, path, content);
      else await printContent(context, content);
    } catch (error) {
      // Told by what is in the archive: worth a second reading only now.
      throw error instanceof UsageError ? await explain(context, archive, { ...place, path }, error) : error;
    }
    return exitCodeOf('ok');
  },
};

async function printContent(context: CommandContext, content: AsyncIterable<Buffer>): Promise<void> {
  for await (const part of content) {
    context.terminal.stdout.write(part);
    if (!context.hasReader()) return;
  }
}

async function printAsJson(
  context: CommandContext,
  archive: NamedArchive,
  path: string,
  content: AsyncIterable<Buffer>,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of content) parts.push(part);
  const bytes = Buffer.concat(parts);
  context.printJson({
    archive: archive.location,
    path,
    sizeBytes: bytes.length,
    contentBase64: bytes.toString('base64'),
  });
}

/** Why there is no such file, with the command that gets further. */
async function explain(
  context: CommandContext,
  archive: NamedArchive,
  place: { archive: string; path: string },
  cause: UsageError,
): Promise<UsageError> {
  const { path } = place;
  const name = posix.basename(path);
  const alike: string[] = [];
  for await (const item of readIndex(context.host, archive, { signal: context.host.signal })) {
    if (item.kind !== 'entry') continue;
    const { entry } = item;
    if (entry.path === path && entry.type === 'directory') {
      const hint = `see what is in it: proxsave ls ${place.archive} /${path}`;
      return new UsageError(`/${path} is a directory`, { hint, cause });
    }
    if (entry.path === path && entry.type === 'symlink') {
      const target = posix.resolve('/', posix.dirname(path), entry.target ?? '');
      return new UsageError(`/${path} is a symbolic link to ${entry.target ?? ''}`, {
        hint: `see what it leads to: proxsave cat ${place.archive}:${target}`,
        cause,
      });
    }
    if (entry.type === 'file' && posix.basename(entry.path).toLowerCase() === name.toLowerCase())
      alike.push(entry.path);
  }
  const hints = alike.slice(0, 5).map((other) => `did you mean proxsave cat ${place.archive}:/${other}`);
  return new UsageError(`/${path} is not in ${archive.name}`, {
    hint: hints.length > 0 ? hints.join('\n') : `see what is: proxsave ls ${place.archive}`,
    cause,
  });
}
