// A request as text, for `notify preview`: what would go out, with every secret masked.

import { redactValue, type Redact } from '../ui/redact.ts';
import { describeAddress } from '../util/web-address.ts';

export interface RequestPreview {
  method: string;
  address: string;
  headers?: Readonly<Record<string, string>>;
  /** Absent: the request has none. Text is shown as it is, other values as JSON. */
  body?: unknown;
  redact: Redact;
}

export function previewRequest({ method, address, headers = {}, body, redact }: RequestPreview): string {
  const shown = redactValue(body, redact);
  const text = typeof shown === 'string' ? shown : JSON.stringify(shown, null, 2);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${redact(value)}`);
  return [
    `${method} ${describeAddress(address)}`,
    ...lines,
    ...(body === undefined ? [] : ['', text]),
    '',
  ].join('\n');
}
