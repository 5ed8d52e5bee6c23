// How each outcome looks and how serious it is: one table for all channels.

import type { TierResult } from '../../run-record.ts';
import type { NoticeStatus } from '../notice.ts';

/** What services with few levels are told. */
export type NoticeLevel = 'good' | 'warning' | 'failure' | 'neutral';

export interface StatusStyle {
  mark: string;
  word: string;
  level: NoticeLevel;
}

const styles: Readonly<Record<NoticeStatus, StatusStyle>> = {
  success: { mark: '✅', word: 'success', level: 'good' },
  warning: { mark: '⚠️', word: 'warning', level: 'warning' },
  failed: { mark: '❌', word: 'failed', level: 'failure' },
  skipped: { mark: '⏭️', word: 'skipped', level: 'neutral' },
  interrupted: { mark: '⏹️', word: 'interrupted', level: 'failure' },
  test: { mark: '🔔', word: 'test', level: 'neutral' },
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
