// Takes secrets out of what rclone says. They are not ours (rclone's own configuration holds them), so no list knows them:
// they are found by where they stand. Pure.

import { secretMask } from '../../ui/redact.ts';
import { printable } from '../../util/printable.ts';

const places: readonly (readonly [RegExp, string])[] = [
  // https://user:password@server
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${secretMask}@`],
  [
    /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:bearer|basic|digest|token)?\s*)[^\s"',]+/gi,
    `$1${secretMask}`,
  ],
  [/\b(bearer|basic)\s+[\w.+/=~-]{8,}/gi, `$1 ${secretMask}`],
  // password=..., "access_token":"...", ?X-Amz-Signature=..., sig=...
  [
    /\b([\w-]*(?:passw|passphrase|secret|token|signature|credential|api-?key|access_?key|private_?key|client_id)[\w-]*|(?:[\w-]*[_-])?(?:pass|pwd|pw|sig|key|auth))(["']?\s*[:=]\s*["']?)(?!\/\/)[^\s"'&,;}]+/gi,
    `$1$2${secretMask}`,
  ],
  // AWS access key ids, JSON web tokens, Google's tokens
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, secretMask],
  [/\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g, secretMask],
  [/\bya29\.[\w-]{8,}/g, secretMask],
];

/** One printable line without secrets. */
export function redactOutput(text: string): string {
  return printable(places.reduce((rest, [pattern, shown]) => rest.replace(pattern, shown), text.trim()));
}
