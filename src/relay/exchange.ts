// One request and its answer over HTTP: reads a body within its bound, writes JSON. Knows nothing of what is said.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RelayErrorCode } from '../util/relay-messages.ts';

/** A request that is answered with an error; the message goes to the other side. */
export class Refusal extends Error {
  readonly status: number;
  readonly error: RelayErrorCode;
  readonly retryAfterSeconds: number | undefined;
  constructor(status: number, error: RelayErrorCode, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.error = error;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The other side went away or was too slow: there is nobody to answer. */
export class Gone extends Error {}

/** @throws Refusal when there is more than `maxBytes`; Gone when the connection ends before the body */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = new Refusal(413, 'too-large', `the message is larger than ${maxBytes} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) reject(tooLarge);
      else chunks.push(chunk);
    });
    request.once('end', resolve);
    request.once('error', () => reject(new Gone('the connection broke')));
    request.once('close', () => reject(new Gone('the connection ended before the message')));
  });
  return Buffer.concat(chunks);
}

/** How long what is still coming is read and thrown away, so that the answer gets through before the end. */
const lingerMs = 1_000;

/** Answers at once; a request that was not read to its end has its connection closed. */
export function writeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, headers }: { status: number; body: Buffer; headers: Readonly<Record<string, string>> },
): void {
  if (response.headersSent || response.destroyed) return;
  const isUnread = !request.complete;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
    ...headers,
    ...(isUnread ? { connection: 'close' } : {}),
  });
  response.end(body);
  if (!isUnread) return;
  request.resume();
  setTimeout(() => request.destroy(), lingerMs).unref();
}

export function jsonBody(value: object): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8');
}
