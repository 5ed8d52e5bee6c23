// proxsave cat ARCHIVE:path: one file of an archive on stdout.

import { catEntry } from '../archiver/cat-entry.ts';
import { exitCodeOf, UsageError } from '../errors.ts';
import { splitArchivePath } from '../orchestrator/find-archive.ts';
import { schemaVersion, type Command } from './command.ts';
import { openNamed } from './open-named.ts';

export const catCommand: Command = {
  name: 'cat',
  summary: 'Print a file of an archive',
  arguments: [
    { name: 'archive:path', description: 'the archive, a colon, the path inside: latest:/etc/fstab' },
  ],
  options: [],
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
  exits: ['archive', 'compression', 'encryption', 'permission', 'interrupted'],
  run: async (context, input) => {
    const words = input.args[0] ?? '';
    const place = splitArchivePath(words);
    if (place === undefined || place.path === '') {
      throw new UsageError(`"${words}" is not ARCHIVE:path`, {
        hint: 'for example: proxsave cat latest:/etc/hosts',
      });
    }
    const archive = await openNamed(context, place.archive);
    const content = catEntry(context.host, archive, place.path, { signal: context.host.signal });
    if (context.global.isJson) {
      const parts: Buffer[] = [];
      for await (const part of content) parts.push(part);
      const bytes = Buffer.concat(parts);
      context.printJson({
        schemaVersion,
        archive: archive.path,
        path: place.path,
        sizeBytes: bytes.length,
        contentBase64: bytes.toString('base64'),
      });
    } else {
      for await (const part of content) context.terminal.stdout.write(part);
    }
    return exitCodeOf('ok');
  },
};
