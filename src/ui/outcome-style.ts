// How the outcome of a run looks and how serious it is: one table for messages and for the report.

import type { RunStatus } from '../run-record.ts';

/** What has few levels: colours, priorities of services. */
export type OutcomeLevel = 'good' | 'warning' | 'failure' | 'neutral';

export interface OutcomeStyle {
  level: OutcomeLevel;
  /** In colour, for messages. */
  mark: string;
  /** One plain character, for those who do not see colours. */
  sign: string;
  word: string;
}

export const outcomeStyles: Readonly<Record<RunStatus, OutcomeStyle>> = {
  success: { level: 'good', mark: '✅', sign: '✓', word: 'success' },
  warning: { level: 'warning', mark: '⚠️', sign: '!', word: 'warnings' },
  failed: { level: 'failure', mark: '❌', sign: '✗', word: 'failed' },
  skipped: { level: 'neutral', mark: '⏭️', sign: '–', word: 'skipped' },
  interrupted: { level: 'failure', mark: '⏹️', sign: '✗', word: 'interrupted' },
};
