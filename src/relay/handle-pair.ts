// A host joins: it proves that it knows a pairing code, and gets an id and a secret sealed for that code.

import { pairingText, type RelayPairGrant } from '../util/relay-messages.ts';
import { isSameSignature, pairingProof, sealForCode } from '../util/relay-protocol.ts';
import { Refusal } from './exchange.ts';
import { pairRequestSchema } from './message-schema.ts';
import type { RelayContext } from './relay-context.ts';
import { randomLetters } from './relay-key.ts';

/** Letters of a host's id: 60 bits, so that ids never meet, not even those of removed hosts. */
const hostIdLength = 12;

/** @throws Refusal */
export function handlePair(context: RelayContext, body: unknown): object {
  const { host, store, key, settings, report } = context;
  const request = pairRequestSchema.safeParse(body).data;
  if (request === undefined) throw new Refusal(400, 'bad-request', 'this is not a request for pairing');
  const wrong = new Refusal(403, 'bad-code', 'the pairing code is wrong, was used or is over');
  const now = host.clock.now();
  const row = store.findCode(request.code_id, now);
  if (row === undefined) throw wrong;
  const code = key.secretOfCode(row.id, row.createdAt);
  const transcript = pairingText(request);
  if (!isSameSignature(request.proof, pairingProof(code, transcript))) throw wrong;
  const hostId = randomLetters(hostIdLength);
  const paired = {
    hostId,
    hostname: request.hostname,
    pairedAt: now,
    lastSeenAt: undefined,
    revokedAt: undefined,
    chatId: row.chatId,
  };
  if (!store.pair(row.id, paired)) throw wrong;
  const grant: RelayPairGrant = {
    host_id: hostId,
    secret: key.secretOfHost(hostId).toString('base64'),
    channels: settings.channels,
  };
  report({ level: 'info', message: `paired ${request.hostname} (${hostId})` });
  return { status: 'paired', sealed: sealForCode(code, transcript, JSON.stringify(grant)) };
}
