// What is the same in every JSON document on stdout. docs/json.md describes each of them.

import { redactValue, type Redact } from '../ui/redact.ts';
import { encodeBytePath, hasRawBytes } from '../util/byte-path.ts';

/** Version of every JSON document on stdout; grows only by addition. */
export const schemaVersion = 1;

/** One line, without secrets. `type` stands first, where there is one. */
export function renderJson(value: object, redact: Redact): string {
  const { type, ...rest } = value as { type?: string };
  const head = type === undefined ? { schemaVersion } : { type, schemaVersion };
  return `${JSON.stringify(withRawNames(redactValue({ ...head, ...rest }, redact)))}\n`;
}

/** A string with bytes that are not UTF-8 gets a neighbour, KEYBase64, that holds its exact bytes. */
function withRawNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withRawNames);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const result: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    result[key] = withRawNames(part);
    if (typeof part === 'string' && hasRawBytes(part))
      result[`${key}Base64`] = encodeBytePath(part).toString('base64');
  }
  return result;
}
