// One pass from the live host to a finished archive: collect, write, read back, publish. Whatever goes wrong before
// the last step, nothing stays under the archive's name, and earlier archives are untouched.

import { makeArchiveName } from '../archiver/archive-name.ts';
import type { ArchiveSink } from '../archiver/write/archive-sink.ts';
import { createBundleWriter } from '../archiver/write/bundle-writer.ts';
import { createRawWriter } from '../archiver/write/raw-writer.ts';
import { verifyContent } from '../archiver/verify/verify-archive.ts';
import { writeArchive, type WrittenContent } from '../archiver/write/write-archive.ts';
import { collectEntries } from '../collector/collect.ts';
import type { SourceEntry } from '../entry.ts';
import { CollectionError, VerificationError } from '../errors.ts';
import { formatRfc3339 } from '../util/format.ts';
import type { ArchiveJob, MadeArchive } from './archive-job.ts';
import { createCoverage, type Coverage } from './coverage/coverage.ts';
import { archiveStatus, describeArchive } from './describe-archive.ts';
import {
  backupMetadataPath,
  backupMetadataText,
  coveragePath,
  hostFactsPath,
  infoEntry,
  rootManifestPath,
  rootManifestText,
  type CollectionCounts,
} from './info-entries.ts';
import type { Run } from './run-state.ts';

export async function makeArchive(run: Run, job: ArchiveJob): Promise<MadeArchive> {
  const sink = createSink(run, job);
  const coverage = createCoverage(job.source, job.collection.plan);
  try {
    const content = await run.phase('archive', 'Saving the configuration of this host', () =>
      writeContent(run, job, { sink, coverage }),
    );
    if (job.isVerified) {
      await run.phase('verify', 'Reading the archive back', () => readBack(run, job, sink, content));
    }
    await run.phase('publish', 'Finishing', () => publish(run, job, sink, content));
    return {
      path: sink.finalPath,
      fileBytes: run.host.fs.stat(sink.finalPath).size,
      sha256: content.sha256,
      tally: content.tally,
      coverage: coverage.finish().counts,
      isVerified: job.isVerified,
      isEncrypted: job.encryption !== undefined,
      status: archiveStatus(run, job),
    };
  } catch (error) {
    sink.discard();
    throw error;
  } finally {
    job.encryption?.forget();
  }
}

function createSink(run: Run, job: ArchiveJob): ArchiveSink {
  const archiveName = makeArchiveName({
    hostname: job.facts.hostname,
    startedAt: run.startedAt,
    compressionExtension: job.compression.codec.extension,
    isEncrypted: job.encryption !== undefined,
  });
  const { path: directory } = job.store;
  const areaCount = job.collection.plan.areas.length + 1;
  const target = {
    directory,
    archiveName,
    createdAt: run.startedAt,
    areaCount,
    ...(job.encryption === undefined ? {} : { recipients: job.encryption.recipients }),
  };
  return job.isBundle ? createBundleWriter(run.host, target) : createRawWriter(run.host, target);
}

async function writeContent(
  run: Run,
  job: ArchiveJob,
  { sink, coverage }: { sink: ArchiveSink; coverage: Coverage },
): Promise<WrittenContent> {
  const { areas } = job.collection.plan;
  const titles = new Map(areas.map(({ area }) => [area.id, area.title]));
  const content = await writeArchive(run.host, {
    entries: withInfo(run, job, coverage),
    onEntry: coverage.see,
    ...(job.onIndex === undefined ? {} : { onIndex: job.onIndex }),
    indexHead: {
      schemaVersion: 1,
      createdAt: formatRfc3339(run.startedAt),
      hostname: job.facts.hostname,
      areas: areas.map(({ area }) => ({ id: area.id, title: area.title })),
    },
    compression: job.compression,
    ...(job.encryption === undefined ? {} : { extraStages: [await job.encryption.createEncryptStage()] }),
    sink,
    signal: run.host.signal,
    onProgress: ({ area, files, bytes }) => {
      const label = titles.get(area) ?? area;
      const total = job.expectedBytes === undefined ? {} : { totalBytes: job.expectedBytes };
      run.reporter.progress({ label, files, bytes, ...total });
    },
  });
  return content;
}

/** The collection, then the documents which describe it. */
async function* withInfo(
  run: Run,
  job: ArchiveJob,
  coverage: Coverage,
): AsyncGenerator<Iterable<SourceEntry>> {
  const counts: CollectionCounts = { files: 0, directories: 0, bytes: 0, failed: 0 };
  const collection = { ...job.collection, mode: 'read', onDatabase: coverage.seeDatabase } as const;
  for await (const group of collectEntries(job.source, collection)) yield counted(group, counts);
  if (counts.files === 0) {
    throw new CollectionError('nothing could be saved: not one file was read', {
      hint: '`proxsave backup --dry-run` shows what each area holds; check the root directory and the toggles',
    });
  }
  counts.failed = run.findings.filter((finding) => finding.code === 'file-unreadable').length;
  const { document, findings } = coverage.finish();
  for (const finding of findings) run.report(finding);
  const { facts } = job;
  const documents = [
    [coveragePath, `${JSON.stringify(document, null, 2)}\n`],
    [hostFactsPath, `${JSON.stringify(facts, null, 2)}\n`],
    [backupMetadataPath, backupMetadataText(facts, run.startedAt)],
    [rootManifestPath, rootManifestText(facts, run.startedAt, counts)],
  ] as const;
  yield documents.map(([path, text]) => infoEntry(path, text, run.startedAt));
}

function* counted(group: Iterable<SourceEntry>, counts: CollectionCounts): Generator<SourceEntry> {
  for (const entry of group) {
    if (entry.type === 'directory') counts.directories += 1;
    else counts.files += 1;
    counts.bytes += entry.size;
    yield entry;
  }
}

/** Throws VerificationError naming the first differences. */
async function readBack(
  run: Run,
  job: ArchiveJob,
  sink: ArchiveSink,
  content: WrittenContent,
): Promise<void> {
  let bytes = 0;
  const report = await verifyContent(
    run.host,
    {
      path: sink.partialPath,
      offset: content.archiveOffset,
      size: content.archiveSize,
      compression: job.compression.type,
      isEncrypted: job.encryption !== undefined,
      ...(job.encryption === undefined ? {} : { decrypt: job.encryption.createDecryptStage }),
      expectedDigests: [{ source: 'manifest', sha256: content.sha256 }],
      expectsIndex: true,
      expectedEntries: content.tally.entryCount,
    },
    {
      signal: run.host.signal,
      onBytes: (count) => {
        bytes += count;
        run.reporter.progress({ label: 'archive', files: 0, bytes, totalBytes: content.archiveSize });
      },
    },
  );
  if (report.ok) return;
  sink.demandOurs();
  const shown = report.problems.slice(0, 5).map((problem) => `\n    ${problem.message}`);
  throw new VerificationError(
    `the archive that was just written does not read back right:${shown.join('')}`,
    {
      hint: 'it was removed; check the disk and the memory of this machine, then run the backup again',
    },
  );
}

function publish(run: Run, job: ArchiveJob, sink: ArchiveSink, content: WrittenContent): void {
  sink.finishManifest(describeArchive(run, job, sink, content));
  // The last moment at which an interrupt may still win.
  run.host.signal.throwIfAborted();
  sink.publish();
}
