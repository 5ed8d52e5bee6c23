// What a ping about a run says: the outcome first, warnings and errors in words, then the end of the log.

import type { RunRecord } from '../../run-record.ts';
import type { Redact } from '../../ui/redact.ts';
import { printable } from '../../util/printable.ts';
import { buildNotice } from '../build-notice.ts';
import { cutText, fitLines, utf8Length } from '../render/cut-text.ts';
import { longLines } from '../render/text.ts';

export interface RunText {
  record: RunRecord;
  /** Last lines of the log; empty: none is sent along. */
  logTail: readonly string[];
}

const maxBytes = 8 * 1024;
const maxSummaryBytes = 3 * 1024;
const logHeading = '\n\nEnd of the log:\n';

/** At most 8 KiB of UTF-8; of the log the last lines that fit. */
export function pingBody({ record, logTail }: RunText, redact: Redact): string {
  const notice = buildNotice(record, { redact });
  const summary = fitLines(longLines(notice), { max: maxSummaryBytes, measure: utf8Length });
  const room = maxBytes - utf8Length(summary) - utf8Length(logHeading);
  const log = lastLines(
    logTail.map((line) => printable(redact(line)).toWellFormed()),
    room,
  );
  return log === '' ? summary : `${summary}${logHeading}${log}`;
}

function lastLines(lines: readonly string[], room: number): string {
  const kept: string[] = [];
  let used = 0;
  for (const line of [...lines].reverse()) {
    const size = utf8Length(line) + 1;
    if (used + size > room) break;
    used += size;
    kept.unshift(line);
  }
  // A last line that is too long alone still says something.
  const last = lines.at(-1);
  return kept.length === 0 && last !== undefined ? cutText(last, room, utf8Length) : kept.join('\n');
}
