// How an outcome looks on the page: a class for its colour, and a sign and a word for those who do not see colours.

import type { RunStatus } from '../../run-record.ts';
import { outcomeStyles, type OutcomeLevel } from '../../ui/outcome-style.ts';

export type Level = OutcomeLevel;

export interface OutcomeStyle {
  level: Level;
  mark: string;
  word: string;
}

export function outcomeStyle(status: RunStatus): OutcomeStyle {
  const { level, sign, word } = outcomeStyles[status];
  return { level, mark: sign, word };
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
