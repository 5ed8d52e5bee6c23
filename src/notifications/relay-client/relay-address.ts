// Where the relay is. None is built in: what a run tells about a host goes to no one whom its admin did not name.

import { describeSystemError, isSystemError, UsageError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';

export const relayHint =
  'run `proxsave relay` on one machine of yours, set RELAY_URL to its address and join it with `proxsave notify pair`';

export function isRelayAddress(text: string): boolean {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  return (url?.protocol === 'http:' || url?.protocol === 'https:') && url.search === '' && url.hash === '';
}

/** A path of the relay below RELAY_URL, which may itself have one (behind a reverse proxy). */
export function relayUrl(base: string, path: string): string {
  return `${base.trim().replace(/\/+$/, '')}${path}`;
}

/** RELAY_CA_FILE as sendHttp takes it. @throws UsageError when it cannot be read */
export function relayCertificates(host: Host, path: RealPath | undefined): readonly string[] {
  if (path === undefined) return [];
  try {
    return [host.fs.readText(path)];
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`cannot read RELAY_CA_FILE=${path}: ${describeSystemError(error)}`, {
      cause: error,
    });
  }
}
