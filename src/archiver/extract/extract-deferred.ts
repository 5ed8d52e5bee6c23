// The end of an extraction: hard links, files that the existing edition stored as links (dedup), then symbolic links.
// A source that was not selected itself is read from the archive once more.

import type { EntryMeta } from '../../entry.ts';
import { linkedPath } from '../read/dedup-manifest.ts';
import { addEntryProblem, writeChecked, type Deferred, type ExtractRun } from './extract-entry.ts';
import { EntryError, toSafePath, type SafePath } from './extract-path.ts';
import { numberedEntries } from './numbered-entries.ts';
import { readRange, withoutProgress } from '../read/read-content.ts';

/** A file that gets the content of another member. */
interface Borrower extends Deferred {
  source: SafePath;
  /** `link`: a second name of it. `copy`: a file of its own. */
  how: 'link' | 'copy';
}

export async function finishDeferred(run: ExtractRun): Promise<void> {
  const symlinks: Deferred[] = [];
  const borrowers: Borrower[] = [];
  for (const deferred of run.deferred) {
    await attempt(run, deferred, () => {
      const borrower = asBorrower(run, deferred);
      if (borrower === undefined) symlinks.push(deferred);
      else borrowers.push(borrower);
    });
  }
  try {
    await provideContents(run, borrowers);
  } finally {
    for (const { path, meta } of symlinks) {
      await attempt(run, { path, meta }, () => run.tree.makeSymlink(path, meta));
    }
  }
}

async function attempt(
  run: ExtractRun,
  { path }: Deferred,
  action: () => void | Promise<void>,
): Promise<void> {
  try {
    await action();
  } catch (error) {
    addEntryProblem(run.problems, path, error);
  }
}

/** Undefined for a symbolic link that is just that. */
function asBorrower(run: ExtractRun, { path, meta }: Deferred): Borrower | undefined {
  if (meta.type === 'hardlink') return { path, meta, source: toSafePath(meta.linkTarget), how: 'link' };
  const original = run.dedup.get(path);
  if (original === undefined) return undefined;
  const source = toSafePath(linkedPath(path, meta.linkTarget));
  const { mode, uid = meta.uid, gid = meta.gid } = original;
  const names = original.uid === undefined ? {} : { userName: '', groupName: '' };
  return { path, meta: { ...meta, ...names, type: 'file', mode, uid, gid }, source, how: 'copy' };
}

async function provideContents(run: ExtractRun, borrowers: readonly Borrower[]): Promise<void> {
  /** Extracted file that holds the content of a source. */
  const contentAt = new Map<SafePath, SafePath>();
  const missing = new Map<SafePath, Borrower>();
  for (const borrower of borrowers) {
    const { source } = borrower;
    if (run.tree.has(source)) contentAt.set(source, source);
    else if (!missing.has(source)) missing.set(source, borrower);
  }
  if (missing.size > 0) await readMissing(run, missing, contentAt);
  for (const borrower of borrowers) {
    if (run.tree.has(borrower.path)) continue;
    await attempt(run, borrower, () => borrow(run, borrower, contentAt.get(borrower.source)));
  }
}

/** One more pass: the first that needs a source becomes the file. */
async function readMissing(
  run: ExtractRun,
  missing: Map<SafePath, Borrower>,
  contentAt: Map<SafePath, SafePath>,
): Promise<void> {
  const options = withoutProgress(run.options);
  for await (const { meta, content, number } of numberedEntries(run.host, run.archive, options)) {
    const borrower = missing.get(meta.path as SafePath);
    if (borrower === undefined || meta.type !== 'file') continue;
    await attempt(run, borrower, async () => {
      run.tree.releaseLink(borrower.path);
      const asFile: EntryMeta = { ...borrower.meta, type: 'file', size: meta.size };
      await writeChecked(run, borrower.path, { meta: asFile, content, number });
      contentAt.set(borrower.source, borrower.path);
    });
    missing.delete(borrower.source);
    if (missing.size === 0) return;
  }
}

async function borrow(run: ExtractRun, borrower: Borrower, at: SafePath | undefined): Promise<void> {
  const { path, meta, source } = borrower;
  if (at === undefined) {
    throw new EntryError('link-target-missing', `${source}, whose content it has, was not extracted`);
  }
  if (borrower.how === 'link') {
    run.tree.linkFile(path, at);
    return;
  }
  run.tree.releaseLink(path);
  const file = run.tree.realPath(at);
  const { size } = run.host.fs.lstat(file);
  await run.tree.writeFile(
    path,
    { ...meta, size },
    readRange(run.host, { path: file, offset: 0, size }),
    () => undefined,
  );
}
