// What a merge or a staged set has to fulfil. Strategies are pure: they get what is there and what was saved, and answer
// with what shall be there. The engine alone writes: its snapshot, journal and undo then cover strategies too.

import type { MergeKind, StageKind } from '../catalogue/types.ts';
import type { HostFacts } from '../host/facts.ts';
import type { RestoreRequest } from './request.ts';

/** What a strategy may depend on besides the texts. */
export interface StrategyContext {
  /** Absolute path of the file on the host, e.g. /etc/fstab. */
  path: string;
  live: HostFacts;
  /** Absent for archives of the existing edition. */
  backup: HostFacts | undefined;
  request: RestoreRequest;
  /** Small files of the archive by archive path: inventories, passwd beside shadow ... Bytes are kept (decodeBytePath). */
  archived: ReadonlyMap<string, string>;
  /** The same paths as they are on the host now; absent: no such file. */
  liveFiles: ReadonlyMap<string, string>;
}

export interface MergeResult {
  /** The whole new file. Equal to the live text: nothing is to be done. */
  text: string;
  /** For people, one sentence each: what was taken over, what was left alone and why. No secrets. */
  notes: readonly string[];
  /** Directories that the new content needs (mount points), as paths of the host; made where they are missing. */
  directories?: readonly string[];
}

/**
 * Texts hold bytes that are not UTF-8 as lone surrogates (util/byte-path.ts). `liveText` is undefined when the host has no
 * such file. The same input gives the same text: it is asked once for the plan and again when the content is staged, and
 * the plan's digest must come out. Throws AppError when the archived text cannot be used: the file is left alone then.
 */
export type MergeStrategy = (
  liveText: string | undefined,
  archivedText: string,
  context: StrategyContext,
) => MergeResult;

export interface StagedText {
  /** As in the archive, e.g. `etc/network/interfaces`. */
  path: string;
  archivedText: string;
  liveText: string | undefined;
}

export interface StageDecision {
  path: string;
  /** `write`: the engine puts `text` there. `export`: handed out as a file. `leave`: nothing is done. */
  action: 'write' | 'export' | 'leave';
  text?: string;
  /** One sentence for the plan. */
  reason: string;
}

/** Decides over a whole set of staged files at once, e.g. all of the network. As pure and repeatable as a merge. */
export type StageStrategy = (
  files: readonly StagedText[],
  context: Omit<StrategyContext, 'path'>,
) => readonly StageDecision[];

/**
 * A kind without a strategy: merges are handed out as files; staged files and those of the cluster file system are staged
 * in the restore's directory (readStaged) for whoever applies them.
 */
export interface RestoreStrategies {
  merge: Readonly<Partial<Record<MergeKind, MergeStrategy>>>;
  stage: Readonly<Partial<Record<StageKind, StageStrategy>>>;
  /** More members of the archive that strategies look at (`archived` of their context), e.g. the list of block devices. */
  wants?: (archivePath: string) => boolean;
}

export const noStrategies: RestoreStrategies = { merge: {}, stage: {} };
