// Hands one mail to a mail server. nodemailer's connection speaks the protocol; here are the bounds, the rules for
// encryption, and one answer for everything that can happen.

import { isIP } from 'node:net';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { InterruptedError } from '../errors.ts';
import { backOffMs } from '../util/back-off.ts';
import type { Host } from './host.ts';
import { trustedCertificates } from './http.ts';

/** auto: TLS on port 465, else STARTTLS where it is offered, and always before a password. */
export type SmtpSecurity = 'auto' | 'starttls' | 'tls' | 'none';

export interface SmtpServer {
  host: string;
  /** Undefined: 465 for tls, 25 for none, else 587. */
  port: number | undefined;
  security: SmtpSecurity;
  /** Empty: no login. */
  user: string;
  password: string;
  /** Certificates (PEM) that are trusted besides. */
  ca?: string;
  /** How we name ourselves to the server. */
  clientName: string;
}

export interface SmtpEnvelope {
  from: string;
  to: readonly string[];
}

/** The server's words may echo a password: redact. */
export type SmtpOutcome = { attempts: number } & (
  | SentMail
  /** The words of the server, or what kept us from reaching it. */
  | { status: 'failed'; message: string }
);

interface SentMail {
  status: 'sent';
  answer: string;
  /** Recipients that the server did not take, each with its words; the others were accepted. */
  refused: readonly string[];
}

/** `isFinal`: the same attempt again would end the same way. */
type AttemptOutcome = SentMail | { status: 'failed'; isFinal: boolean; message: string };

const maxAttempts = 3;
const connectTimeoutMs = 15_000;
const silenceTimeoutMs = 30_000;
const totalTimeoutMs = 90_000;

export function smtpPortOf({ port, security }: Pick<SmtpServer, 'port' | 'security'>): number {
  if (port !== undefined) return port;
  if (security === 'tls') return 465;
  return security === 'none' ? 25 : 587;
}

/**
 * `mail`: the whole message with CRLF line ends. Up to three attempts of at most 90 seconds. Never throws for what the
 * server does.
 */
export async function sendBySmtp(
  host: Host,
  server: SmtpServer,
  { envelope, mail }: { envelope: SmtpEnvelope; mail: Buffer },
  signal: AbortSignal,
): Promise<SmtpOutcome> {
  for (let attempts = 1; ; attempts++) {
    const outcome = await attemptOnce(server, envelope, mail, signal);
    if (outcome.status === 'sent') return { ...outcome, attempts };
    const { status, message } = outcome;
    if (outcome.isFinal || attempts === maxAttempts || signal.aborted) return { status, message, attempts };
    try {
      await host.clock.sleep(backOffMs(attempts, Math.random()), signal);
    } catch (error) {
      if (!(error instanceof InterruptedError)) throw error;
      return { status, message: `${message}; stopped before the next attempt`, attempts };
    }
  }
}

async function attemptOnce(
  server: SmtpServer,
  envelope: SmtpEnvelope,
  mail: Buffer,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  const { default: Connection } = await import('nodemailer/lib/smtp-connection');
  const connection = new Connection(connectionOptions(server));
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(totalTimeoutMs)]);
  const failed = new Promise<never>((_resolve, reject) => {
    connection.on('error', reject);
    connection.on('end', () => reject(new Error('the server closed the connection')));
    const onAbort = () => {
      reject(new Error(signal.aborted ? 'interrupted' : `not done within ${totalTimeoutMs / 1000} seconds`));
    };
    if (bounded.aborted) onAbort();
    else bounded.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([failed, converse(connection, server, envelope, mail)]);
  } catch (error) {
    return describeFailure(error);
  } finally {
    // Late errors of a connection that is being closed concern nobody.
    failed.catch(() => undefined);
    connection.close();
  }
}

function connectionOptions(server: SmtpServer): ConstructorParameters<typeof SMTPConnection>[0] {
  const port = smtpPortOf(server);
  const isImplicit = server.security === 'tls' || (server.security === 'auto' && port === 465);
  const isRequired = server.security === 'starttls' || (server.security === 'auto' && server.user !== '');
  return {
    host: server.host,
    port,
    secure: isImplicit,
    requireTLS: !isImplicit && isRequired,
    ignoreTLS: server.security === 'none',
    name: server.clientName,
    connectionTimeout: connectTimeoutMs,
    dnsTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    socketCloseTimeout: 0,
    // Servers on this machine and in its containers count too.
    allowInternalNetworkInterfaces: true,
    tls: {
      ...(isIP(server.host) === 0 ? { servername: server.host } : {}),
      ca: [...trustedCertificates(), ...(server.ca === undefined ? [] : [server.ca])],
    },
  };
}

async function converse(
  connection: SMTPConnection,
  server: SmtpServer,
  envelope: SmtpEnvelope,
  mail: Buffer,
): Promise<AttemptOutcome> {
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  if (server.user !== '') {
    await new Promise<void>((resolve, reject) => {
      const credentials = { user: server.user, pass: server.password };
      connection.login({ credentials }, (error) => (error ? reject(error) : resolve()));
    });
  }
  const outcome = await new Promise<AttemptOutcome>((resolve, reject) => {
    const to = [...envelope.to];
    connection.send({ from: envelope.from, to, size: mail.length }, mail, (error, info) => {
      if (error) reject(error);
      else
        resolve({
          status: 'sent',
          answer: info.response,
          refused: (info.rejectedErrors ?? []).map(refusalOf),
        });
    });
  });
  connection.quit();
  return outcome;
}

function refusalOf(error: Error & { recipient?: unknown; response?: unknown }): string {
  const who = typeof error.recipient === 'string' ? `${error.recipient}: ` : '';
  return `${who}${typeof error.response === 'string' ? error.response : error.message}`;
}

/** Refused for good (a code from 500 on), or nothing was said and our side cannot change it: login, TLS, certificate. */
function describeFailure(error: unknown): AttemptOutcome {
  const { message, code = '', responseCode } = error as Error & { code?: string; responseCode?: number };
  const isOurs =
    finalCodes.has(code) || /certificate|self.signed|altname|wrong version number/i.test(message);
  const isFinal = responseCode === undefined ? isOurs : responseCode >= 500;
  return { status: 'failed', isFinal, message };
}

/** nodemailer's words for: login, no such login, encryption, envelope, message larger than the server allows. */
const finalCodes = new Set(['EAUTH', 'ENOAUTH', 'ETLS', 'EENVELOPE', 'EMESSAGE']);
