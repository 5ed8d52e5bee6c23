// A real mail server on loopback that keeps what it takes: with or without TLS, login, and refusals.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';

export interface TakenMail {
  from: string;
  to: string[];
  isEncrypted: boolean;
  user: string | undefined;
  raw: string;
}

export interface SmtpReceiver {
  port: number;
  mails: TakenMail[];
  /** Connections so far. */
  connections: () => number;
}

export interface ReceiverOptions extends SMTPServerOptions {
  account?: { user: string; password: string };
  /** Answer for a recipient, e.g. `550 no such user`; undefined takes it. */
  refuse?: (recipient: string) => { code: number; text: string } | undefined;
  /** The first mails are refused for now (451). */
  busyFor?: number;
}

export async function startSmtpReceiver(options: ReceiverOptions = {}): Promise<SmtpReceiver> {
  const { account, refuse, busyFor = 0, ...rest } = options;
  const mails: TakenMail[] = [];
  let connections = 0;
  let busy = busyFor;
  const server = new SMTPServer({
    authOptional: account === undefined,
    ...(account === undefined ? { disabledCommands: ['AUTH'] } : {}),
    logger: false,
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onAuth: (auth, _session, done) => {
      if (auth.username === account?.user && auth.password === account?.password) {
        done(null, { user: auth.username });
      } else {
        // Some servers quote what they were sent.
        done(
          new Error(`refused ${auth.password ?? ''} ${Buffer.from(auth.password ?? '').toString('base64')}`),
        );
      }
    },
    onRcptTo: (address, _session, done) => {
      const refusal = refuse?.(address.address);
      if (refusal === undefined) done();
      else done(Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (busy > 0) {
          busy -= 1;
          done(Object.assign(new Error('try again later'), { responseCode: 451 }));
          return;
        }
        mails.push({
          from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
          to: session.envelope.rcptTo.map(({ address }) => address),
          isEncrypted: session.secure,
          user: session.user,
          raw: Buffer.concat(chunks).toString('utf8'),
        });
        done(null, 'queued as TEST42');
      });
    },
    ...rest,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  );
  const { port } = server.server.address() as AddressInfo;
  return { port, mails, connections: () => connections };
}

export interface Certificate {
  cert: string;
  key: string;
}

/** Self-signed, for localhost and 127.0.0.1. Needs openssl. */
export function makeCertificate(): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-cert-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const form = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...form, ...subject, '-keyout', keyFile, '-out', certFile], {
    stdio: 'ignore',
  });
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}
