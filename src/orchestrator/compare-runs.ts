// This run beside the last good one: how much room it will need, and whether it shrank in a way that smells of an
// unmounted source or a half-removed host.

import type { Selection } from '../collector/plan-collection.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { Host } from '../host/host.ts';
import { findPastRun, type PastRun } from '../report/past-runs.ts';
import { formatCount } from '../util/format.ts';
import type { MadeArchive } from './archive-job.ts';
import type { SizeEstimate } from './preflight.ts';
import type { Run } from './run-state.ts';
import { surveyCollection, type SurveyRequest } from './survey.ts';

const historyMargin = 1.5;
/** Below this share of the last run's files something is probably wrong. */
const suspiciousShare = 0.5;
/** Tiny hosts vary too much for a share to mean anything. */
const comparableFiles = 50;

export function lastSuccess(run: Run, { values }: LoadedConfig, hostname: string): PastRun | undefined {
  return findPastRun(
    run.host,
    values.LOG_PATH,
    (past) =>
      past.hostname === hostname &&
      past.archive_size > 0 &&
      (past.status ?? 'success') !== 'failed' &&
      (past.selection === undefined || isWholeHost(past.selection)),
  );
}

/** Without --only and --skip. */
export function isWholeHost({ only, skip }: Selection): boolean {
  return only.length === 0 && skip.length === 0;
}

export async function estimateSize(
  source: Host,
  collection: SurveyRequest,
  previous: PastRun | undefined,
): Promise<SizeEstimate> {
  if (previous !== undefined) {
    return { bytes: Math.ceil(previous.archive_size * historyMargin), basis: 'history' };
  }
  // The survey's findings come again, with the real reading.
  const survey = await surveyCollection(source, { ...collection, report: () => undefined });
  return { bytes: survey.bytes, basis: 'survey' };
}

export function warnOfSuddenDrop(
  run: Run,
  previous: PastRun | undefined,
  archive: MadeArchive,
  selection: Selection,
): void {
  if (previous === undefined || previous.files_collected < comparableFiles) return;
  if (!isWholeHost(selection)) return;
  const { files } = archive.tally.totals;
  if (files >= previous.files_collected * suspiciousShare) return;
  run.report({
    severity: 'warning',
    code: 'far-fewer-files',
    message: `this archive has ${formatCount(files, 'file')}, the last one had ${formatCount(previous.files_collected, 'file')}`,
    hint: 'an unmounted directory or a switched-off area may be the cause; `proxsave show latest` lists the areas',
  });
}
