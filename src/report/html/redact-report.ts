// The same redaction for the page as for every other sink.

import type { Redact } from '../../ui/redact.ts';
import { redactValue } from '../../ui/redact.ts';
import type { ReportData } from './report-data.ts';

/** Takes secrets out of every text; dates and numbers stay as they are. */
export function redactReport(data: ReportData, redact: Redact): ReportData {
  return redactValue(data, redact) as ReportData;
}
