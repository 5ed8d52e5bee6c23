// A web server on loopback that keeps every request and gives the answers that the test lists, one after the other; the
// last one again and again.

import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ReceivedRequest {
  method: string;
  /** Path and query; for a proxy the whole address. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * `never`: the request is taken and never answered. `cut`: the connection breaks in the middle of the body. `drip`: a byte of
 * the body now and then, for ever.
 */
export interface Answer {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  fault?: 'never' | 'cut' | 'reset' | 'drip';
}

export interface HttpReceiver {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  requests: ReceivedRequest[];
  /** Resolves when this many requests have come. */
  waitFor(count: number): Promise<void>;
}

export async function startReceiver(answers: readonly Answer[] = [{}]): Promise<HttpReceiver> {
  const requests: ReceivedRequest[] = [];
  const waiters: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? {};
      requests.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      for (const waiter of waiters) if (requests.length >= waiter.count) waiter.resolve();
      if (answer.fault === 'never') return;
      if (answer.fault === 'reset') {
        request.socket.destroy();
        return;
      }
      if (answer.fault === 'drip') {
        response.writeHead(answer.status ?? 200, answer.headers);
        const drops = setInterval(() => response.write(' '), 20);
        response.on('close', () => {
          clearInterval(drops);
        });
        return;
      }
      const body = answer.body ?? '';
      const length = Buffer.byteLength(body) + (answer.fault === 'cut' ? 100 : 0);
      response.writeHead(answer.status ?? 200, { 'content-length': String(length), ...answer.headers });
      if (answer.fault === 'cut') response.write(body || '{"id"', () => request.socket.destroy());
      else response.end(body);
    });
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    waitFor: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve();
        else waiters.push({ count, resolve });
      }),
  };
}

/** An address that refuses connections: of a server that has gone. */
export async function unusedOrigin(): Promise<string> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
