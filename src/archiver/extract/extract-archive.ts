// Takes files out of an archive into a directory. The archive is hostile until proven otherwise: extract-path.ts
// checks names, extract-tree.ts writes. What cannot be extracted is a problem in the report; the rest goes on.

import type { EntryMeta } from '../../entry.ts';
import { ArchiveError, CompressionError, DiskSpaceError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';
import { ProblemList, type ArchiveProblem } from '../verify/archive-problem.ts';
import { dedupManifestPath, readDedupManifest } from '../read/dedup-manifest.ts';
import { finishDeferred } from './extract-deferred.ts';
import { addEntryProblem, writeChecked, type ExtractRun } from './extract-entry.ts';
import { defaultLimits, type ExtractLimits, type ExtractOptions } from './extract-options.ts';
import { createOwnerLookup, type OwnerLists } from '../../host/file-owners.ts';
import { EntryError, toSafePath, type SafePath } from './extract-path.ts';
import { planFromIndex, type IndexPlan } from './extract-plan.ts';
import { TargetTree, type TreeCounts } from './extract-tree.ts';
import { numberedEntries, type NumberedEntry } from './numbered-entries.ts';
import type { OpenArchive } from '../read/open-archive.ts';
import { indexArea } from '../index/index-file.ts';
import { formatIndexFacts } from '../index/index-writer.ts';
import { readRange } from '../read/read-content.ts';
import { isIndexMember } from '../index/read-index.ts';

/** Left free on the target, at least. */
const spaceMarginBytes = 16 * 1024 * 1024;

export interface ExtractReport {
  files: number;
  directories: number;
  /** Symbolic and hard links. */
  links: number;
  bytes: number;
  /** Existing files that were left as they are. */
  skipped: number;
  /** At most 100; `problemCount` counts all. */
  problems: readonly ArchiveProblem[];
  problemCount: number;
  /** Sentences on what was done differently on purpose, each once: owners, special modes. */
  notes: readonly string[];
}

/**
 * @throws DiskSpaceError before or while writing, StorageError and PermissionError when the target cannot be written,
 *   EncryptionError without a key, InterruptedError; ArchiveError or CompressionError when nothing at all can be read
 */
export async function extractArchive(
  host: Host,
  archive: OpenArchive,
  options: ExtractOptions,
): Promise<ExtractReport> {
  const to = prepareTarget(host, options.to);
  const problems = new ProblemList();
  const plan = await planFromIndex(host, archive, options, problems);
  checkSpace(host, to, plan);
  const keepsOwner = options.owner === 'keep' && host.process.uid === 0;
  const tree = new TargetTree(host, {
    to,
    overwrite: options.overwrite ?? false,
    keepSpecialModes: options.keepSpecialModes ?? false,
    ownerOf: keepsOwner ? createOwnerLookup(ownerLists(host)) : null,
  });
  const run: ExtractRun = { host, archive, options, tree, plan, problems, deferred: [], dedup: new Map() };
  // What was read before a damaged place is worth keeping, and gets its links and modes.
  await reportDamage(run, () => extractEntries(run, { ...defaultLimits, ...options.limits }));
  await reportDamage(run, () => finishDeferred(run));
  tree.finishDirectories((path, error) => addEntryProblem(problems, path, error));
  const ownerIsLost = options.owner === 'keep' && !keepsOwner;
  return reportOf(tree.counts, problems, notesOf(tree.counts, ownerIsLost));
}

/** Damage is a problem of the report when something was saved from it; else it is the whole answer. */
async function reportDamage({ tree, problems }: ExtractRun, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const isDamage = error instanceof ArchiveError || error instanceof CompressionError;
    if (!isDamage || tree.counts.files + tree.counts.directories === 0) throw error;
    problems.add({ code: 'archive-damaged', message: `not everything could be read: ${error.message}` });
  }
}

function prepareTarget(host: Host, to: RealPath): RealPath {
  host.fs.makeDirectory(to, 0o700);
  return host.fs.realPath(to);
}

function checkSpace(host: Host, to: RealPath, plan: IndexPlan | null): void {
  const needed = plan?.selectedBytes ?? 0;
  const { availableBytes } = host.fs.space(to);
  if (needed + spaceMarginBytes <= availableBytes || needed === 0) return;
  throw new DiskSpaceError(`${needed} bytes are to be extracted, but ${to} has only ${availableBytes} free`, {
    hint: 'Extract to another file system (--to), or fewer paths.',
  });
}

/** The pass over the archive. It ends early only when the index says that everything selected was seen. */
async function extractEntries(run: ExtractRun, limits: ExtractLimits): Promise<void> {
  const { options, plan } = run;
  if (plan?.selectedEntries === 0) return;
  let selected = 0;
  for await (const entry of numberedEntries(run.host, run.archive, options)) {
    if (entry.meta.type === 'other') {
      refuseOther(
        run,
        entry.meta.path,
        entry.meta.typeFlag,
        options.select({ ...entry.meta, type: 'file' }, ''),
      );
      continue;
    }
    const known = checkedNumber(run, entry.meta, entry.number);
    if (!options.select(entry.meta, isIndexMember(entry) ? indexArea : (plan?.areas[known] ?? ''))) {
      await passBy(run, entry.meta, entry.content);
      continue;
    }
    selected += 1;
    const isBeyond = selected > limits.entries || run.tree.counts.bytes + entry.meta.size > limits.totalBytes;
    if (isBeyond) {
      const message = `the archive holds more than the limit of ${limits.entries} entries or ${limits.totalBytes} bytes; the rest was left out`;
      run.problems.add({ code: 'limit-reached', path: entry.meta.path, message });
      return;
    }
    await extractEntry(run, { ...entry, meta: entry.meta, number: known }, limits);
    if (selected === plan?.selectedEntries) return;
  }
}

function refuseOther(run: ExtractRun, path: string, typeFlag: string, isSelected: boolean): void {
  if (!isSelected) return;
  const message = `it is a device, FIFO or unknown kind of member (tar type ${JSON.stringify(typeFlag)}): never extracted`;
  run.problems.add({ code: 'refused-type', path, message });
}

/** The entry's number if the index knows it as what it is, else -1: then nothing that the index says applies to it. */
function checkedNumber(run: ExtractRun, meta: EntryMeta, number: number): number {
  if (run.plan === null || number === -1) return -1;
  const verdict = run.plan.digests.compareFacts(number, formatIndexFacts(meta));
  if (verdict === 'same') return number;
  const message = verdict === 'unknown' ? 'the index does not list it' : 'it is not what the index says';
  run.problems.add({ code: verdict === 'unknown' ? 'not-in-index' : verdict, path: meta.path, message });
  return -1;
}

/** Not selected, but of use: directories lend their modes, the dedup manifest names files that are stored as links. */
async function passBy(run: ExtractRun, meta: EntryMeta, content: AsyncIterable<Buffer>): Promise<void> {
  if (meta.type === 'directory') {
    try {
      run.tree.rememberDirectory(toSafePath(meta.path), meta);
    } catch (error) {
      // An unsafe name that nobody asked for: no selected entry can have it as its parent.
      if (!(error instanceof EntryError)) throw error;
    }
  } else if (meta.path === dedupManifestPath && run.plan === null) await loadDedup(run, content);
}

async function loadDedup(run: ExtractRun, content: AsyncIterable<Buffer>): Promise<void> {
  try {
    run.dedup = await readDedupManifest(content);
  } catch (error) {
    if (!(error instanceof EntryError)) throw error;
    addEntryProblem(run.problems, dedupManifestPath, error);
  }
}

async function extractEntry(
  run: ExtractRun,
  entry: NumberedEntry<EntryMeta>,
  limits: ExtractLimits,
): Promise<void> {
  const { meta } = entry;
  try {
    const path = toSafePath(meta.path);
    if (meta.type === 'file') await extractFile(run, path, entry, limits);
    else if (meta.type === 'directory') run.tree.addDirectory(path, meta);
    else {
      run.tree.planLink(path);
      run.deferred.push({ path, meta });
    }
  } catch (error) {
    addEntryProblem(run.problems, meta.path, error);
  }
}

async function extractFile(
  run: ExtractRun,
  path: SafePath,
  entry: NumberedEntry<EntryMeta>,
  limits: ExtractLimits,
): Promise<void> {
  if (entry.meta.size > limits.fileBytes) {
    throw new EntryError(
      'limit-reached',
      `it has ${entry.meta.size} bytes, more than the limit of ${limits.fileBytes}`,
    );
  }
  await writeChecked(run, path, entry);
  if (entry.meta.path !== dedupManifestPath || run.plan !== null) return;
  await loadDedup(
    run,
    readRange(run.host, { path: run.tree.realPath(path), offset: 0, size: entry.meta.size }),
  );
}

function notesOf(counts: TreeCounts, ownerIsLost: boolean): string[] {
  const notes: string[] = [];
  if (ownerIsLost) notes.push('Owners were not restored: that needs root. All files belong to you.');
  if (counts.ownersNotKept > 0)
    notes.push(`The owner of ${counts.ownersNotKept} entries could not be set here.`);
  if (counts.droppedSpecialModes > 0) {
    notes.push(`The setuid or setgid bit of ${counts.droppedSpecialModes} entries was dropped.`);
  }
  return notes;
}

function reportOf(counts: TreeCounts, problems: ProblemList, notes: readonly string[]): ExtractReport {
  return {
    files: counts.files,
    directories: counts.directories,
    links: counts.links,
    bytes: counts.bytes,
    skipped: counts.existing,
    problems: problems.items,
    problemCount: problems.total,
    notes,
  };
}

/** Of the host on which it is extracted. */
function ownerLists(host: Host): OwnerLists {
  const text = (path: string) => host.fs.readTextIfExists(host.resolve(path));
  return { passwd: text('/etc/passwd'), group: text('/etc/group') };
}
