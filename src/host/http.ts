// One HTTP request, bounded in time and in what is read of the answer. Proxies are taken from the environment
// (HTTPS_PROXY, HTTP_PROXY, NO_PROXY, in both cases); certificates are trusted that Node or the system's store trusts, so
// that a server with a certificate of the admin's own works. Redirects are answers like others: nothing that holds a
// secret is sent on to a place that nobody has configured.

import { request as requestHttp, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { request as requestHttps, Agent as HttpsAgent } from 'node:https';
import { getCACertificates } from 'node:tls';
import { isSystemError } from '../errors.ts';
import type { Host } from './host.ts';

export interface HttpRequest {
  /** http: or https:. */
  url: string;
  method: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** For everything: name look-up, connection, request and answer. */
  timeoutMs: number;
  /** More of the answer's body is not read. */
  maxBodyBytes?: number;
  /** PEM texts of certificates that are trusted besides. */
  ca?: readonly string[];
  signal?: AbortSignal;
}

export interface HttpResponse {
  status: number;
  /** By names in small letters; of repeated ones all, joined by commas. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** False: the connection broke, the time ran out or the bound was reached before the end of the body. */
  isComplete: boolean;
}

export type HttpFailure = 'timeout' | 'aborted' | 'not-found' | 'unreachable' | 'tls' | 'broken' | 'invalid';

/** No answer came. The message names the server, never path, query or user, which often hold secrets. */
export class HttpError extends Error {
  readonly failure: HttpFailure;
  constructor(failure: HttpFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HttpError';
    this.failure = failure;
  }
}

const defaultMaxBodyBytes = 64 * 1024;
const tunnelGraceMs = 500;

/** @throws HttpError when there is no answer; an answer with any status is a result */
export async function sendHttp(host: Pick<Host, 'env'>, request: HttpRequest): Promise<HttpResponse> {
  const url = parseHttpUrl(request.url);
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
  try {
    signal.throwIfAborted();
    const message = await startRequest(host, url, request, signal);
    return await readAnswer(message, request.maxBodyBytes ?? defaultMaxBodyBytes);
  } catch (error) {
    const isAborted = request.signal?.aborted === true;
    const isLate = deadline.aborted;
    throw describeFailure(error, { url, request, isAborted, isLate, proxyNote: proxyNote(host, url) });
  }
}

/** @throws HttpError for anything but an http: or https: address; the text is not quoted */
export function parseHttpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new HttpError('invalid', 'the address is no http:// or https:// address');
}

function startRequest(
  host: Pick<Host, 'env'>,
  url: URL,
  { method, headers, body, timeoutMs, ca = [] }: HttpRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    // Node heeds neither the signal nor destroy() while a proxy opens a tunnel: the time limit ends that connection.
    const timeout = timeoutMs + tunnelGraceMs;
    const options = { method, headers: { ...headers, ...length }, signal, timeout };
    const proxyEnv = proxySettings(host.env);
    const outgoing =
      url.protocol === 'https:'
        ? requestHttps(url, {
            ...options,
            agent: new HttpsAgent({ proxyEnv, ca: [...trustedCertificates(), ...ca] }),
          })
        : requestHttp(url, { ...options, agent: new HttpAgent({ proxyEnv }) });
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    outgoing.end(body);
  });
}

const proxyNames = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const;

/** As other programs take it, a proxy may be named without `http://`; Node would ignore that one. */
function proxySettings(env: Host['env']): Record<string, string | undefined> {
  const named = proxyNames.flatMap((name) => {
    const proxy = env[name] ?? '';
    return proxy === '' || proxy.includes('://') ? [] : [[name, `http://${proxy}`] as const];
  });
  return { ...env, ...Object.fromEntries(named) };
}

/** Certificates that Node trusts, and those of the system's store (PEM). */
export function trustedCertificates(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}

async function readAnswer(message: IncomingMessage, maxBytes: number): Promise<HttpResponse> {
  const { body, isComplete } = await readBody(message, maxBytes);
  const headers = Object.entries(message.headers).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')] as const,
  );
  return { status: message.statusCode ?? 0, headers: Object.fromEntries(headers), body, isComplete };
}

/** The status has come, so what goes wrong now is no reason to send the request again: it is told, not thrown. */
async function readBody(
  message: IncomingMessage,
  maxBytes: number,
): Promise<{ body: Buffer; isComplete: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) return { body: Buffer.concat(chunks).subarray(0, maxBytes), isComplete: false };
    }
    return { body: Buffer.concat(chunks), isComplete: true };
  } catch {
    return { body: Buffer.concat(chunks), isComplete: false };
  } finally {
    message.destroy();
  }
}

interface Circumstances {
  url: URL;
  request: HttpRequest;
  isAborted: boolean;
  isLate: boolean;
  proxyNote: string;
}

/** Who is told that a server cannot be reached must think of the proxy, whose settings are easily forgotten. */
function proxyNote({ env }: Pick<Host, 'env'>, { protocol }: URL): string {
  const name = protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = [env[name], env[name.toUpperCase()]].find((value) => value !== undefined && value !== '');
  if (proxy === undefined) return '';
  const note = `; the environment names a proxy (${name.toUpperCase()})`;
  const isUsed = !proxy.includes('://') || /^https?:/i.test(proxy);
  return isUsed ? note : `${note} that is not used: only http:// and https:// proxies are`;
}

/** An error as it comes from Node may quote the address or a header; our words name the server only. */
function describeFailure(error: unknown, circumstances: Circumstances): HttpError {
  const { url, request, isAborted, isLate, proxyNote: note } = circumstances;
  if (error instanceof HttpError) return error;
  const cause = { cause: error };
  if (isAborted) return new HttpError('aborted', `the request to ${url.host} was stopped`, cause);
  if (isLate) {
    const seconds = request.timeoutMs / 1000;
    return new HttpError('timeout', `${url.host} gave no answer within ${seconds} s${note}`, cause);
  }
  const code = codeOf(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const server = isSystemError(error) && 'hostname' in error ? String(error.hostname) : url.hostname;
    return new HttpError('not-found', `the name ${server} cannot be looked up${note}`, cause);
  }
  if (code === 'ECONNREFUSED') {
    return new HttpError('unreachable', `${url.host} refuses the connection${note}`, cause);
  }
  if (unreachableCodes.has(code)) {
    return new HttpError('unreachable', `${url.host} cannot be reached (${code})${note}`, cause);
  }
  if (code.startsWith('ERR_PROXY')) {
    return new HttpError('unreachable', `the proxy does not lead to ${url.host}${note}`, cause);
  }
  if (code.startsWith('ERR_INVALID') || code.startsWith('ERR_UNESCAPED')) {
    return new HttpError(
      'invalid',
      `the request to ${url.host} holds characters that are not allowed`,
      cause,
    );
  }
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO|EPROTO/.test(code)) {
    return new HttpError(
      'tls',
      `the certificate or encryption of ${url.host} is not accepted (${code})`,
      cause,
    );
  }
  return new HttpError(
    'broken',
    `the connection to ${url.host} broke${code === '' ? '' : ` (${code})`}`,
    cause,
  );
}

const unreachableCodes = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EADDRNOTAVAIL', 'EHOSTDOWN']);

/** Several addresses of one name may each fail; then the first tells. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
