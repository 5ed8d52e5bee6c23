// retention.json of a backup beside that of this host: what was decided since the backup must not be lost, or archives that
// somebody holds would be removed by the next run. Both count; where they differ, that of today.

import { AppError } from '../../errors.ts';
import { asRealPath } from '../../host/host.ts';
import type { StageDecision, StagedText, StageStrategy } from '../../restore/strategies.ts';
import { parseRetentionState, serialiseRetentionState } from '../../storage/retention/parse-state.ts';
import { adoptArchives, holdArchive, type RetentionState } from '../../storage/retention/retention-state.ts';

const retentionPath = 'var/lib/proxsave/retention.json';

/** `others` decides on everything else. */
export function withRetention(others: StageStrategy): StageStrategy {
  return (files, context) => {
    const own = files.filter(({ path }) => path === retentionPath);
    const rest = files.filter(({ path }) => path !== retentionPath);
    return [...(rest.length === 0 ? [] : others(rest, context)), ...own.map(decideRetention)];
  };
}

function decideRetention({ path, archivedText, liveText }: StagedText): StageDecision {
  const archived = stateOf(archivedText);
  if (archived === undefined) {
    return { path, action: 'export', reason: 'it is damaged in the backup: handed out as a file' };
  }
  const live = liveText === undefined ? undefined : stateOf(liveText);
  if (live === undefined) {
    return { path, action: 'write', text: archivedText, reason: 'holds and adoptions as they were' };
  }
  const merged = serialiseRetentionState(mergeRetention(live, archived));
  // Nothing new: the text that is here, however it is written.
  const text = merged === serialiseRetentionState(live) ? (liveText ?? merged) : merged;
  return { path, action: 'write', text, reason: 'holds and adoptions of the backup join those of today' };
}

/** Suspects are only those of today: the others may have been accepted since. */
export function mergeRetention(live: RetentionState, archived: RetentionState): RetentionState {
  const held = live.holds.reduce(holdArchive, { ...live, holds: archived.holds });
  const adopted = adoptArchives({ ...held, adoptions: archived.adoptions }, live.adoptions);
  return {
    ...adopted,
    firstArchive: live.firstArchive ?? archived.firstArchive,
    measuredSince: live.measuredSince ?? archived.measuredSince,
  };
}

function stateOf(text: string): RetentionState | undefined {
  try {
    return parseRetentionState(text, asRealPath(`/${retentionPath}`));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
