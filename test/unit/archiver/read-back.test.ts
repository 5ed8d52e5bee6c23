// What the write side makes, the read side proves and takes apart: every codec, as a run does it.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBundleWriter } from '../../../src/archiver/write/bundle-writer.ts';
import { catEntry } from '../../../src/archiver/read/cat-entry.ts';
import { compressionTypes, type CompressionType } from '../../../src/archiver/codec.ts';
import { codecFor } from '../../../src/archiver/codecs/index.ts';
import { extractArchive } from '../../../src/archiver/extract/extract-archive.ts';
import { resolveCodec } from '../../../src/archiver/resolve-codec.ts';
import { verifyArchive, verifyContent } from '../../../src/archiver/verify/verify-archive.ts';
import { writeArchive } from '../../../src/archiver/write/write-archive.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { collect, host, makeTempDirectory, open } from './archive-samples.ts';
import { directoryEntry, fileEntry, linkEntry } from './entry-samples.ts';

const entries = [
  directoryEntry('etc'),
  ...Array.from({ length: 300 }, (_, number) =>
    fileEntry(`etc/f${number}`, `${number}\n`.repeat(number), { mtimeNs: 1_700_000_000_123_456_000n }),
  ),
  fileEntry(`etc/${'long/'.repeat(40)}ünï-\udce9`, Buffer.alloc(700_000, 'abc')),
  linkEntry('hardlink', 'etc/hard', 'etc/f7', { mode: 0o644 }),
  linkEntry('symlink', 'etc/soft', 'f7'),
];

let directory: string;
beforeEach(() => {
  directory = makeTempDirectory();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const isMissing = (type: CompressionType) => {
  const { programs } = codecFor(type);
  return programs.length > 0 && programs.every((program) => host.tools.find(program) === undefined);
};

for (const type of compressionTypes) {
  test.skipIf(isMissing(type))(
    `a bundle with ${type} is proved, before and after it gets its name, and extracted (needs its program)`,
    async () => {
      const archiveName = `pve1-backup-20260724-020000.tar${codecFor(type).extension}`;
      const target = { directory: asRealPath(directory), archiveName, createdAt: new Date(0), areaCount: 1 };
      const sink = createBundleWriter(host, target);
      const request = { type, level: undefined, mode: 'fast', threads: 2 } as const;
      const written = await writeArchive(host, {
        entries: [entries],
        indexHead: { schemaVersion: 1, createdAt: '2026-07-24T02:00:00Z', hostname: 'pve1', areas: [] },
        compression: resolveCodec(host, request, () => undefined),
        sink,
        signal: host.signal,
      });
      const readBack = await verifyContent(host, {
        path: sink.partialPath,
        offset: written.archiveOffset,
        size: written.archiveSize,
        compression: type,
        isEncrypted: false,
        expectsIndex: true,
        expectedEntries: entries.length,
        expectedDigests: [{ source: 'digest taken while writing', sha256: written.sha256 }],
      });
      expect(readBack).toMatchObject({ ok: true, level: 'content', checked: { entries: 304, files: 301 } });

      sink.finishManifest({
        archive_path: sink.finalPath,
        archive_size: written.archiveSize,
        sha256: written.sha256,
        created_at: '2026-07-24T02:00:00Z',
        compression_type: type,
        compression_level: 1,
        proxmox_type: 'pve',
        hostname: 'pve1',
        schema_version: 1,
        entry_count: entries.length,
      });
      sink.publish();
      const archive = await open(sink.finalPath);
      expect(archive).toMatchObject({ name: archiveName, offset: written.archiveOffset, unverified: [] });
      expect(await verifyArchive(host, archive)).toMatchObject({ ok: true, level: 'content', problems: [] });
      expect(String(await collect(catEntry(host, archive, 'etc/hard')))).toBe('7\n'.repeat(7));

      const to = join(directory, 'out');
      const report = await extractArchive(host, archive, {
        to: asRealPath(to),
        select: () => true,
        owner: 'mine',
      });
      // The index itself is a file too.
      expect(report).toMatchObject({ files: 302, links: 2, problems: [] });
      expect(readFileSync(join(to, 'etc/f299'), 'utf8')).toBe('299\n'.repeat(299));
      const printed = execFileSync('find', [join(to, 'etc/f7'), '-printf', '%m %n %T@'], {
        encoding: 'utf8',
      });
      expect(printed).toMatch(/^644 2 1700000000\.12345/);
      expect(readdirSync(directory).sort()).toEqual(['out', `${archiveName}.bundle.tar`]);
    },
  );
}
