import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HttpError, sendHttp, type HttpRequest } from '../../../src/host/http.ts';
import { startReceiver, unusedOrigin } from '../../support/http-receiver.ts';
import { hasPrograms } from '../../support/needs.ts';

const plain = { env: {} };
const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => {
  return { url, method: 'GET', timeoutMs: 20_000, ...more };
};

async function failureOf(action: Promise<unknown>): Promise<HttpError> {
  try {
    await action;
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('an answer with any status is a result, with its body', async () => {
  const receiver = await startReceiver([{ status: 418, body: 'ä', headers: { 'X-Some': 'thing' } }]);
  const answer = await sendHttp(plain, get(`${receiver.origin}/x?y=1`, { method: 'POST', body: 'ü' }));
  expect(answer).toMatchObject({ status: 418, isComplete: true, headers: { 'x-some': 'thing' } });
  expect(answer.body.toString()).toBe('ä');
  expect(receiver.requests[0]).toMatchObject({ method: 'POST', url: '/x?y=1', body: 'ü' });
});

test('of a long body only as much is read as was allowed', async () => {
  const receiver = await startReceiver([{ body: 'x'.repeat(2_000_000) }]);
  const answer = await sendHttp(plain, get(receiver.origin, { maxBodyBytes: 1000 }));
  expect(answer.body).toHaveLength(1000);
  expect(answer.isComplete).toBe(false);
});

test('a body that breaks off is told, and its status is known', async () => {
  const receiver = await startReceiver([{ fault: 'cut', body: 'half' }]);
  const answer = await sendHttp(plain, get(receiver.origin));
  expect(answer).toMatchObject({ status: 200, isComplete: false });
  expect(answer.body.toString()).toBe('half');
});

test('a redirect is not followed', async () => {
  const target = await startReceiver();
  const receiver = await startReceiver([{ status: 307, headers: { location: target.origin } }]);
  expect((await sendHttp(plain, get(receiver.origin))).status).toBe(307);
  expect(target.requests).toEqual([]);
});

test('a server that never answers is given up after the time limit', async () => {
  const receiver = await startReceiver([{ fault: 'never' }]);
  const error = await failureOf(sendHttp(plain, get(`${receiver.origin}/secret`, { timeoutMs: 50 })));
  expect(error.failure).toBe('timeout');
  expect(error.message).toMatch(/gave no answer within 0.05 s$/);
});

test('messages about failures name the server and nothing else of the address', async () => {
  const gone = (await unusedOrigin()).replace('//', '//user:pass@');
  const cases = [
    [`${gone}/secret?secret`, 'unreachable'],
    ['http://nowhere.invalid/secret', 'not-found'],
    ['ftp://example.net/secret', 'invalid'],
    ['secret', 'invalid'],
    [(await startReceiver()).origin.replace('http:', 'https:') + '/secret', 'tls'],
  ] as const;
  for (const [url, failure] of cases) {
    const error = await failureOf(sendHttp(plain, get(url)));
    expect(error.failure).toBe(failure);
    expect(error.message).not.toMatch(/secret|pass/);
  }
});

test('a header that no request can hold is refused without being shown', async () => {
  const error = await failureOf(
    sendHttp(plain, get('http://127.0.0.1:9', { headers: { 'x-a': 'secret\nvalue' } })),
  );
  expect(error.failure).toBe('invalid');
  expect(error.message).not.toContain('secret');
});

test('a request that was stopped before it began sends nothing', async () => {
  const receiver = await startReceiver();
  const error = await failureOf(sendHttp(plain, get(receiver.origin, { signal: AbortSignal.abort() })));
  expect(error.failure).toBe('aborted');
  expect(receiver.requests).toEqual([]);
});

test.each(['http_proxy', 'HTTP_PROXY'])('%s is used, with its user and password', async (name) => {
  const proxy = await startReceiver([{ body: 'from the proxy' }]);
  const env = { [name]: proxy.origin.replace('//', '//me:word@') };
  const answer = await sendHttp({ env }, get('http://somewhere.invalid/x'));
  expect(answer.body.toString()).toBe('from the proxy');
  expect(proxy.requests[0]?.url).toBe('http://somewhere.invalid/x');
  expect(proxy.requests[0]?.headers['proxy-authorization']).toBe(`Basic ${btoa('me:word')}`);
});

test('a proxy that is named without http:// is used as well', async () => {
  const proxy = await startReceiver([{ body: 'from the proxy' }]);
  const env = { HTTP_PROXY: proxy.origin.replace('http://', 'me:word@') };
  const answer = await sendHttp({ env }, get('http://somewhere.invalid/x'));
  expect(answer.body.toString()).toBe('from the proxy');
  expect(proxy.requests[0]?.headers['proxy-authorization']).toBe(`Basic ${btoa('me:word')}`);
});

test('a proxy of a kind that is not used is told when the server is not reached', async () => {
  const env = { HTTP_PROXY: 'socks5://me:secret@127.0.0.1:9' };
  const error = await failureOf(sendHttp({ env }, get(await unusedOrigin())));
  expect(error.message).toMatch(/HTTP_PROXY.* not used/);
  expect(error.message).not.toContain('secret');
});

test('a server in NO_PROXY is asked directly', async () => {
  const proxy = await startReceiver();
  const receiver = await startReceiver();
  const env = { HTTP_PROXY: proxy.origin, NO_PROXY: 'example.net,127.0.0.1' };
  await sendHttp({ env }, get(receiver.origin));
  expect(receiver.requests).toHaveLength(1);
  expect(proxy.requests).toEqual([]);
});

test('a failure tells that a proxy is set, without its password', async () => {
  const env = { HTTP_PROXY: (await unusedOrigin()).replace('//', '//me:secret@') };
  const error = await failureOf(sendHttp({ env }, get('http://somewhere.invalid/')));
  expect(error.message).toMatch(/HTTP_PROXY/);
  expect(error.message).not.toContain('secret');
});

test('the time limit holds for a proxy that never opens the way', async () => {
  const tunnels = await startTunnel(() => undefined);
  const error = await failureOf(
    sendHttp({ env: { HTTPS_PROXY: tunnels } }, get('https://somewhere.invalid/', { timeoutMs: 100 })),
  );
  expect(error.failure).toBe('timeout');
});

test('a request is stopped while a proxy opens the way', async () => {
  const stop = new AbortController();
  const tunnels = await startTunnel(() => {
    stop.abort();
    return undefined;
  });
  const request = get('https://somewhere.invalid/', { signal: stop.signal, timeoutMs: 2_000 });
  expect((await failureOf(sendHttp({ env: { HTTPS_PROXY: tunnels } }, request))).failure).toBe('aborted');
});

/** A proxy for CONNECT; `open` may decide where to connect to. */
async function startTunnel(open: (target: string) => number | undefined): Promise<string> {
  const server = createHttpServer();
  server.on('connect', (request, socket) => {
    const port = open(request.url ?? '');
    socket.on('error', () => undefined);
    if (port === undefined) return;
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.skipIf(!hasPrograms('openssl'))(
  'HTTPS goes through the tunnel of HTTPS_PROXY, and only to a server that is trusted (needs openssl)',
  async () => {
    const { key, cert } = makeCertificate('server.test');
    const server = createServer({ key, cert }, (_request, response) => response.end('safe'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const targets: string[] = [];
    const proxy = await startTunnel((target) => {
      targets.push(target);
      return (server.address() as AddressInfo).port;
    });
    const env = { HTTPS_PROXY: proxy };
    const answer = await sendHttp({ env }, get('https://server.test/x', { ca: [cert] }));
    expect(answer.body.toString()).toBe('safe');
    expect(targets).toEqual(['server.test:443']);
    const error = await failureOf(sendHttp({ env }, get('https://server.test/x')));
    expect(error.failure).toBe('tls');
  },
);

function makeCertificate(name: string): { key: string; cert: string } {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-http-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-days', '2'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}
