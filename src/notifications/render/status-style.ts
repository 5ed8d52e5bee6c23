// How each outcome looks in messages: the table of all outcomes, with the colours and marks that only messages need.

import type { TierResult } from '../../run-record.ts';
import { outcomeStyles, type OutcomeLevel, type OutcomeStyle } from '../../ui/outcome-style.ts';
import type { NoticeStatus } from '../notice.ts';

/** What services with few levels are told. */
export type NoticeLevel = OutcomeLevel;

export type StatusStyle = Pick<OutcomeStyle, 'mark' | 'level'>;

const styles: Readonly<Record<NoticeStatus, StatusStyle>> = {
  ...outcomeStyles,
  test: { mark: '🔔', level: 'neutral' },
};

/** `#RRGGBB`, readable on white and on black. */
const colours: Readonly<Record<NoticeLevel, string>> = {
  good: '#2e9e4f',
  warning: '#b86e00',
  failure: '#d93025',
  neutral: '#7a869a',
};

export function styleOf(status: NoticeStatus): StatusStyle {
  return styles[status];
}

export function colourOf(status: NoticeStatus): string {
  return colours[styles[status].level];
}

const tierMarks: Readonly<Record<TierResult['status'], string>> = {
  ok: '✅',
  failed: '❌',
  skipped: '⏭️',
  disabled: '➖',
};

export function tierMark(status: TierResult['status']): string {
  return tierMarks[status];
}
