// How an outcome looks: a class for its colour, and a mark and a word for those who do not see colours.

import type { RunStatus } from '../../run-record.ts';

export type Level = 'good' | 'warning' | 'failure' | 'neutral';

export interface OutcomeStyle {
  level: Level;
  mark: string;
  word: string;
}

const styles: Readonly<Record<RunStatus, OutcomeStyle>> = {
  success: { level: 'good', mark: '✓', word: 'success' },
  warning: { level: 'warning', mark: '!', word: 'warnings' },
  failed: { level: 'failure', mark: '✗', word: 'failed' },
  interrupted: { level: 'failure', mark: '✗', word: 'interrupted' },
  skipped: { level: 'neutral', mark: '–', word: 'skipped' },
};

export function outcomeStyle(status: RunStatus): OutcomeStyle {
  return styles[status];
}

const ranks: Readonly<Record<RunStatus, number>> = {
  failed: 4,
  interrupted: 3,
  warning: 2,
  success: 1,
  skipped: 0,
};

/** The outcome that a day with several runs shows. */
export function worstStatus(statuses: readonly RunStatus[]): RunStatus {
  return statuses.reduce((worst, status) => (ranks[status] > ranks[worst] ? status : worst), 'skipped');
}
