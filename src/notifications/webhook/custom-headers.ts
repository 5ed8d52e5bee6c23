// WEBHOOK_<NAME>_HEADERS: `Name:Value,Name:Value`.

import { validateHeaderName, validateHeaderValue } from 'node:http';

/** Set by the request itself. */
const protectedNames = ['host', 'content-length', 'content-type', 'transfer-encoding', 'connection'];

export interface CustomHeaders {
  /** Names in small letters. */
  headers: Readonly<Record<string, string>>;
  /** What is wrong with the text; never quotes a value. */
  problem?: string;
}

/** A comma ends a header only where a name and a colon follow, so `Accept:text/html, text/plain` is one header. */
export function parseCustomHeaders(text: string): CustomHeaders {
  const headers: Record<string, string> = {};
  const parts = text.split(/[,\n](?=\s*[\w!#$%&'*+.^`|~-]+\s*:)/).filter((part) => part.trim() !== '');
  for (const [index, part] of parts.entries()) {
    const colon = part.indexOf(':');
    const name = part.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = part.slice(colon + 1).trim();
    const place = `header ${index + 1} of HEADERS`;
    if (colon < 0 || !isValid(() => validateHeaderName(name))) {
      return { headers: {}, problem: `${place} has no name with a colon behind it` };
    }
    if (protectedNames.includes(name))
      return { headers: {}, problem: `${place} sets ${name}, which is set already` };
    if (!isValid(() => validateHeaderValue(name, value))) {
      return {
        headers: {},
        problem: `the value of ${place} (${name}) holds a character that no header can hold`,
      };
    }
    headers[name] = value;
  }
  return { headers };
}

function isValid(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
