// Joins a relay: proves that this host knows the pairing code, gets its id and secret sealed for that code, and keeps them.

import { z } from 'zod';
import { RunFailedError, UsageError } from '../../errors.ts';
import { detectHostname } from '../../host/detect-hostname.ts';
import type { Host, RealPath } from '../../host/host.ts';
import { HttpError, sendHttp, type HttpResponse } from '../../host/http.ts';
import { printable } from '../../util/printable.ts';
import { pairingText, type RelayPairGrant } from '../../util/relay-messages.ts';
import {
  newNonce,
  openWithCode,
  pairingProof,
  parsePairingCode,
  relayPaths,
  type PairingCode,
} from '../../util/relay-protocol.ts';
import { isRelayAddress, relayCertificates, relayHint, relayUrl } from './relay-address.ts';
import { writeRelayCredentials } from './relay-credentials.ts';

export interface PairRequest {
  url: string;
  /** As `proxsave relay code` printed it. */
  code: string;
  /** Where id and secret go: see relaySecretFile. */
  secretFile: RealPath;
  /** RELAY_CA_FILE. */
  caFile?: RealPath;
  signal?: AbortSignal;
}

export interface Pairing {
  hostId: string;
  /** What the relay can send. */
  channels: RelayPairGrant['channels'];
}

const timeoutMs = 20_000;
const codeHint =
  'get a new code with `proxsave relay code` on the relay: a code works once, for a short time';

/**
 * @throws UsageError for an address, a code or a certificate file that cannot be right; RunFailedError when the relay cannot be reached or
 *   refuses; StorageError or PermissionError when the secret cannot be written
 */
export async function pairWithRelay(host: Host, request: PairRequest): Promise<Pairing> {
  if (!isRelayAddress(request.url)) {
    throw new UsageError('RELAY_URL is no http:// or https:// address', { hint: relayHint });
  }
  const code = parsePairingCode(request.code);
  if (code === undefined) {
    const hint = 'it has 20 letters and digits: ABCD-EFGH-JKMN-PQRS-TVWX';
    throw new UsageError('the pairing code is not complete or holds a wrong letter', { hint });
  }
  const hello = { hostname: await detectHostname(host), nonce: newNonce() };
  const response = await ask(host, request, {
    code_id: code.id,
    ...hello,
    proof: pairingProof(code, pairingText(hello)),
  });
  const grant = openGrant(response, code, pairingText(hello));
  writeRelayCredentials(host, request.secretFile, {
    hostId: grant.host_id,
    secret: Buffer.from(grant.secret, 'base64'),
  });
  return { hostId: grant.host_id, channels: grant.channels };
}

async function ask(host: Host, request: PairRequest, message: object): Promise<HttpResponse> {
  try {
    return await sendHttp(host, {
      url: relayUrl(request.url, relayPaths.pair),
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      timeoutMs,
      ca: relayCertificates(host, request.caFile),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const hint = 'check RELAY_URL, and that `proxsave relay` runs there';
    throw new RunFailedError(`cannot pair: ${error.message}`, { hint, cause: error });
  }
}

const sealedSchema = z.object({ sealed: z.string().max(10_000) });
const refusalSchema = z.object({ status: z.literal('error'), message: z.string().max(2000) });
const grantSchema = z.object({
  host_id: z.string().regex(/^[0-9A-Z]{4,64}$/),
  secret: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
  channels: z.array(z.enum(['telegram', 'mail'])),
});

function openGrant(response: HttpResponse, code: PairingCode, context: string): RelayPairGrant {
  const answer = parseJson(response.body.toString('utf8'));
  const refusal = refusalSchema.safeParse(answer).data;
  if (refusal !== undefined) {
    throw new RunFailedError(`the relay refused the pairing: ${printable(refusal.message)}`, {
      hint: codeHint,
    });
  }
  const sealed = sealedSchema.safeParse(answer).data?.sealed;
  const opened =
    response.status === 200 && sealed !== undefined ? openWithCode(code, context, sealed) : undefined;
  const grant = grantSchema.safeParse(parseJson(opened ?? '')).data;
  if (grant !== undefined) return grant;
  const hint = 'check RELAY_URL: is there a relay behind it, or a proxy that answers in its place?';
  throw new RunFailedError(`unexpected answer (HTTP ${response.status}) instead of one of a relay`, { hint });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is no answer of a relay: the caller says so.
    return undefined;
  }
}
