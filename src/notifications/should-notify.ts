// Whether a channel is used for an outcome, by its level.

import type { RunStatus } from '../run-record.ts';
import type { Notice, NoticeStatus } from './notice.ts';
import type { Notifier } from './notifier.ts';

/** A run that was stopped left the host without a new backup, as a failed one did. */
const failures: readonly NoticeStatus[] = ['failed', 'interrupted'];

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
