// Whether a channel is used for an outcome, by its level.

import type { RunStatus } from '../run-record.ts';
import type { Notice, NoticeStatus } from './notice.ts';
import type { Notifier } from './notifier.ts';

/**
 * All left the host without a new backup. A skipped run is told at all only when another one has held the lock for more than
 * a day: whoever asks for failures alone must hear that no backup is made any more.
 */
const failures: readonly NoticeStatus[] = ['failed', 'interrupted', 'skipped'];

/** `previousStatus`: of the run before; undefined when there is none on record, which counts as a change. */
export function shouldNotify(
  { notifyOn }: Pick<Notifier, 'notifyOn'>,
  { status }: Pick<Notice, 'status'>,
  previousStatus: RunStatus | undefined,
): boolean {
  if (status === 'test') return true;
  switch (notifyOn) {
    case 'always':
      return true;
    case 'warning':
      return status !== 'success';
    case 'failure':
      return failures.includes(status);
    case 'change':
      return status !== previousStatus;
  }
}
