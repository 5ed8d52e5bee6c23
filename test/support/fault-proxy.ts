// A proxy in front of a loopback server that breaks what passes through it.

import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** What happens to connections; `times`: to how many uploads or connections, then all is well (default: to all). */
export type Fault =
  | { kind: 'none' }
  /** Cut, or never read on, once so many bytes have come from the client over one connection. */
  | { kind: 'cut' | 'stall'; afterBytes: number; times?: number }
  /** An HTTP answer with this status instead of the server's, to requests with this method. */
  | { kind: 'answer'; status: number; method: string; times?: number };

export interface FaultProxy {
  port: number;
  setFault(fault: Fault): void;
  /** How often the fault has struck. */
  struck(): number;
  stop(): Promise<void>;
}

export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let fault: Fault = { kind: 'none' };
  let struck = 0;
  const isActive = () => fault.kind !== 'none' && struck < (fault.times ?? Infinity);
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    let received = 0;
    let isBroken = false;
    upstream.pipe(client);
    upstream.on('close', () => {
      // A stalled line says nothing, not even that it is closed.
      if (!isBroken) client.end();
    });
    client.on('close', () => upstream.destroy());
    client.on('data', (chunk: Buffer) => {
      received += chunk.length;
      // What an answered client still sends is taken and thrown away, as a server does that answers early.
      if (isBroken) return;
      if (isActive() && strikes(fault, chunk, received)) {
        struck += 1;
        isBroken = true;
        upstream.unpipe(client);
        upstream.destroy();
        breakOff(fault, client);
      } else if (!upstream.write(chunk)) {
        client.pause();
        upstream.once('drain', () => client.resume());
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    setFault: (next) => {
      fault = next;
      struck = 0;
    },
    struck: () => struck,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function strikes(fault: Fault, chunk: Buffer, received: number): boolean {
  if (fault.kind === 'none') return false;
  if (fault.kind === 'answer') return chunk.subarray(0, 16).toString('latin1').startsWith(`${fault.method} `);
  return received > fault.afterBytes;
}

function breakOff(fault: Fault, client: Socket): void {
  if (fault.kind === 'cut') client.destroy();
  if (fault.kind === 'stall') client.pause();
  if (fault.kind === 'answer') {
    client.write(
      `HTTP/1.1 ${fault.status} Made by the test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
  }
}
