// Merges /etc/fstab. What the live host mounts stays as it is, byte for byte: it boots with it. Entries of the backup for
// other mount points are appended, and none of them can stop a boot: every one gets `nofail`. A device that is not there
// keeps its entry, so that it is mounted once it is attached; only a name that may mean another disk here is commented out.

import { judgeDevice } from './devices.ts';
import { isBelow, parseFstabLine, renderFstabEntry, type FstabEntry } from './fstab-grammar.ts';
import { isBlockDevice, isNetwork, isSwap, isSystemPlace, pathsNeeded } from './fstab-place.ts';
import type { MergeContext, MergeNote, MergeResult } from './merge-types.ts';
import { appendLines, lineContents } from './text-lines.ts';

const blockTitle = '# From the backup, added by ProxSave. nofail: the host boots without them.';

interface Addition {
  entry: FstabEntry;
  /** Undefined: added as it is. */
  commentedOut?: string;
}

type FstabContext = Pick<MergeContext, 'devices' | 'archivedDevices'>;

export function mergeFstab(live: string | undefined, archived: string, context: FstabContext): MergeResult {
  const notes: MergeNote[] = [];
  const additions = inMountOrder(chooseEntries(entriesOf(live ?? ''), entriesOf(archived), notes)).map(
    (entry) => prepareEntry(entry, context, notes),
  );
  const present = new Set(lineContents(live ?? ''));
  const lines = additions
    .map(({ entry, commentedOut }) =>
      commentedOut === undefined ? renderFstabEntry(entry) : `# ${commentedOut}: ${entry.line.trim()}`,
    )
    // What an earlier restore commented out is there already.
    .filter((line) => !present.has(line));
  const title = present.has(blockTitle) || lines.length === 0 ? [] : [blockTitle];
  return {
    text: appendLines(live ?? '', [...title, ...lines]),
    notes,
    isChanged: lines.length > 0 || live === undefined,
    directories: additions
      .filter(({ commentedOut }) => commentedOut === undefined)
      .map(({ entry }) => entry.mountPoint),
  };
}

function entriesOf(text: string): FstabEntry[] {
  return lineContents(text).flatMap((line) => parseFstabLine(line) ?? []);
}

/** Entries of the backup whose place is free on the live host; the others are explained. */
function chooseEntries(
  live: readonly FstabEntry[],
  archived: readonly FstabEntry[],
  notes: MergeNote[],
): FstabEntry[] {
  const liveByPlace = new Map(live.map((entry) => [entry.mountPoint, entry]));
  const chosen = new Map<string, FstabEntry>();
  const own = (what: string, line: string) => notes.push({ severity: 'info', what, line });
  for (const entry of archived) {
    const { mountPoint, line } = entry;
    const liveEntry = liveByPlace.get(mountPoint);
    if (isSwap(entry)) {
      if (!live.some((other) => isSwap(other) && other.spec === entry.spec))
        own('swap of the backup is left out: the live host keeps its own', line);
    } else if (liveEntry !== undefined) {
      if (renderFstabEntry(liveEntry) !== renderFstabEntry(entry) && liveEntry.spec !== entry.spec)
        own(`${mountPoint} stays what it is on the live host (${liveEntry.spec})`, line);
    } else if (isSystemPlace(mountPoint)) {
      own(`${mountPoint} is left out: it belongs to the installation of the live host`, line);
    } else if (chosen.has(mountPoint)) {
      notes.push({
        severity: 'warning',
        what: `${mountPoint} stands twice in the backup; its first line is used`,
        line,
      });
    } else {
      chosen.set(mountPoint, entry);
    }
  }
  return [...chosen.values()];
}

/**
 * `mount -a` goes from top to bottom: an entry comes after those on which its mount point or its source lies. Apart from
 * that the order of the backup stays.
 */
function inMountOrder(entries: readonly FstabEntry[]): FstabEntry[] {
  const ordered: FstabEntry[] = [];
  const visited = new Set<FstabEntry>();
  const visit = (entry: FstabEntry) => {
    // Marked before its needs are visited: entries that need each other do not turn in circles.
    if (visited.has(entry)) return;
    visited.add(entry);
    const needed = [entry.mountPoint, ...pathsNeeded(entry)];
    for (const other of entries) {
      const isBase = needed.some(
        (path) => isBelow(path, other.mountPoint) || (path === other.mountPoint && path !== entry.mountPoint),
      );
      if (other !== entry && isBase) visit(other);
    }
    ordered.push(entry);
  };
  for (const entry of entries) visit(entry);
  return ordered;
}

function prepareEntry(archived: FstabEntry, context: FstabContext, notes: MergeNote[]): Addition {
  const entry = withStableDevice(archived, context, notes);
  const warn = (what: string) => notes.push({ severity: 'warning', what, line: entry.line.trim() });
  const added = { entry: withSafeOptions(entry) };
  if (!isBlockDevice(entry)) {
    if (isMissingDataset(entry, context)) warn(`dataset ${entry.spec} for ${entry.mountPoint} is not here`);
    else notes.push({ severity: 'info', what: `${entry.mountPoint} is added`, line: entry.line.trim() });
    return added;
  }
  switch (judgeDevice(entry.spec, context.devices)) {
    case 'unstable':
      warn(
        `${entry.mountPoint} is commented out: ${entry.spec} may be another disk here; name it by UUID (see blkid)`,
      );
      return { entry, commentedOut: `${entry.spec} may be another disk here` };
    case 'missing':
      warn(`device ${entry.spec} for ${entry.mountPoint} is not attached; it is mounted once it is`);
      return added;
    case 'unknown':
      warn(`whether device ${entry.spec} for ${entry.mountPoint} is attached could not be found out`);
      return added;
    case 'present':
      notes.push({ severity: 'info', what: `${entry.mountPoint} is added`, line: entry.line.trim() });
      return added;
  }
}

/** `/dev/sdb1` becomes the UUID which it had when the backup was made. */
function withStableDevice(entry: FstabEntry, context: FstabContext, notes: MergeNote[]): FstabEntry {
  const stable = context.archivedDevices?.get(entry.spec);
  if (stable === undefined || judgeDevice(entry.spec, context.devices) !== 'unstable') return entry;
  notes.push({
    severity: 'info',
    what: `${entry.spec} for ${entry.mountPoint} is named ${stable}, as the backup knew it`,
  });
  return { ...entry, spec: stable, raw: [stable, entry.raw[1]] };
}

function isMissingDataset(entry: FstabEntry, { devices }: FstabContext): boolean {
  return entry.type === 'zfs' && devices !== undefined && !devices.zfsDatasets.has(entry.spec);
}

function withSafeOptions(entry: FstabEntry): FstabEntry {
  const kept = entry.options.filter(
    // In the initramfs a missing device stops the boot before anything else can run.
    (option) => option !== 'x-initrd.mount' && option !== 'fail',
  );
  const extra = [...(isNetwork(entry) ? ['_netdev'] : []), 'nofail'];
  const options = [...kept, ...extra.filter((option) => !kept.includes(option))];
  // 1 is for the root file system.
  return { ...entry, options, pass: entry.pass === '1' ? '2' : entry.pass };
}
