// Who sent a request: known host, right signature, right time, nonce not seen before; in this order, so that only the
// holder of the secret learns more than "no".

import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../host/host.ts';
import {
  isNonce,
  isSameSignature,
  relayHeaders,
  relayTimeWindowSeconds,
  signRequest,
} from '../util/relay-protocol.ts';
import { Refusal } from './exchange.ts';
import type { RelayKey } from './relay-key.ts';
import type { RelayHost, RelayStore } from './relay-store.ts';

export interface Claim {
  host: RelayHost;
  secret: Buffer;
  time: string;
  nonce: string;
  signature: string;
}

const unknown = () =>
  new Refusal(
    401,
    'unauthenticated',
    'this host is not paired with this relay, or its secret is another one',
  );

/** Before the body is read: is there such a host at all? @throws Refusal */
export function readClaim(headers: IncomingHttpHeaders, store: RelayStore, key: RelayKey): Claim {
  const get = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : '';
  };
  const [hostId, time, nonce, signature] = [
    get(relayHeaders.host),
    get(relayHeaders.time),
    get(relayHeaders.nonce),
    get(relayHeaders.signature),
  ];
  const host = /^[0-9A-Z]{1,64}$/.test(hostId) ? store.findHost(hostId) : undefined;
  if (host === undefined || !/^\d{1,12}$/.test(time) || !isNonce(nonce)) throw unknown();
  return { host, secret: key.secretOfHost(hostId), time, nonce, signature };
}

/** @throws Refusal */
export function checkClaim(
  claim: Claim,
  request: { method: string; path: string; body: Buffer },
  store: RelayStore,
  clock: Clock,
): void {
  const { host, secret, time, nonce, signature } = claim;
  const expected = signRequest(secret, { ...request, hostId: host.hostId, time, nonce });
  if (!isSameSignature(signature, expected)) throw unknown();
  if (host.revokedAt !== undefined) throw new Refusal(403, 'revoked', 'this host was removed from the relay');
  const now = clock.now();
  const difference = Math.round(Number(time) - now.getTime() / 1000);
  if (Math.abs(difference) > relayTimeWindowSeconds) {
    const words = `the clock of the host and that of the relay differ by ${Math.abs(difference)} seconds`;
    throw new Refusal(403, 'clock', words);
  }
  // Twice the window: a request from the future can come again until then.
  const forgetBefore = new Date(now.getTime() - 2 * relayTimeWindowSeconds * 1000);
  if (!store.takeNonce(host.hostId, nonce, now, forgetBefore)) {
    throw new Refusal(409, 'replayed', 'this request came before');
  }
}
