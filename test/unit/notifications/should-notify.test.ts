import { expect, test } from 'vitest';
import type { NoticeStatus } from '../../../src/notifications/notice.ts';
import type { NotifyOn } from '../../../src/notifications/notifier.ts';
import { shouldNotify } from '../../../src/notifications/should-notify.ts';

const outcomes: NoticeStatus[] = ['success', 'warning', 'failed', 'skipped', 'interrupted'];
const toldWhen = (notifyOn: NotifyOn, previous: 'success' | 'failed' | undefined) =>
  outcomes.filter((status) => shouldNotify({ notifyOn }, { status }, previous));

test('each level tells the outcomes that it names', () => {
  expect(toldWhen('always', 'success')).toEqual(outcomes);
  expect(toldWhen('warning', 'success')).toEqual(['warning', 'failed', 'skipped', 'interrupted']);
  expect(toldWhen('failure', 'success')).toEqual(['failed', 'skipped', 'interrupted']);
});

test('"change" tells whatever differs from the run before, and the first run', () => {
  expect(toldWhen('change', 'success')).toEqual(['warning', 'failed', 'skipped', 'interrupted']);
  expect(toldWhen('change', 'failed')).toEqual(['success', 'warning', 'skipped', 'interrupted']);
  expect(toldWhen('change', undefined)).toEqual(outcomes);
});

test('a test message goes out at every level', () => {
  for (const notifyOn of ['always', 'warning', 'failure', 'change'] as const) {
    expect(shouldNotify({ notifyOn }, { status: 'test' }, 'success')).toBe(true);
  }
});
