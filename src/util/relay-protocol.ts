// What a relay and its hosts say to each other: HTTP with JSON, every message signed with the secret of the host.
//
//   X-ProxSave-Host       id of the host, as pairing gave it
//   X-ProxSave-Time       seconds since 1970; the relay takes five minutes to either side
//   X-ProxSave-Nonce      16 random bytes (hex); taken once
//   X-ProxSave-Signature  hex HMAC-SHA256 over `v1`, method, path, host, time, nonce and the SHA-256 (hex) of the body, each
//                         on its own line. In an answer: over `v1-answer`, the nonce of the request, status and body.
//
// Pairing: `proxsave relay` prints a code of 20 letters and digits. Four name it, sixteen (80 bits) are a secret, used
// once. The host proves that it knows them and gets its own secret sealed (AES-256-GCM) with a key made from them, so that
// listening to the pairing is of no use, TLS or not.

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

export const relayPaths = {
  health: '/v1/health',
  pair: '/v1/pair',
  telegram: '/v1/message/telegram',
  mail: '/v1/message/mail',
} as const;

export const relayHeaders = {
  host: 'x-proxsave-host',
  time: 'x-proxsave-time',
  nonce: 'x-proxsave-nonce',
  signature: 'x-proxsave-signature',
} as const;

/** Clocks may differ by this much. */
export const relayTimeWindowSeconds = 300;

/** More is refused before it is read. A mail with its log fits (see maxLogBytes in the mail channel). */
export const relayMaxBodyBytes = 1024 * 1024;

export interface SignedRequest {
  method: string;
  path: string;
  hostId: string;
  /** Seconds since 1970, as text. */
  time: string;
  nonce: string;
  body: Buffer;
}

export function signRequest(secret: Buffer, request: SignedRequest): string {
  const { method, path, hostId, time, nonce, body } = request;
  return sign(secret, ['v1', method, path, hostId, time, nonce, digest(body)]);
}

export function signAnswer(secret: Buffer, nonce: string, status: number, body: Buffer): string {
  return sign(secret, ['v1-answer', nonce, String(status), digest(body)]);
}

/** Compares without telling by its duration where two signatures differ. */
export function isSameSignature(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given, 'utf8'), Buffer.from(expected, 'utf8')];
  return left.length === right.length && timingSafeEqual(left, right);
}

export function newNonce(): string {
  return randomBytes(16).toString('hex');
}

export function isNonce(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

// No I, L, O, U: they are misread.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeIdLength = 4;
const codeLength = 20;

export interface PairingCode {
  /** Four letters: which code it is. */
  id: string;
  /** Sixteen letters. */
  secret: string;
}

/** `ABCD-EFGH-JKMN-PQRS-TVWX` */
export function formatPairingCode({ id, secret }: PairingCode): string {
  return (`${id}${secret}`.match(/.{4}/g) ?? []).join('-');
}

/** As somebody typed it: small letters, spaces and misread letters are understood. Undefined: it is no code. */
export function parsePairingCode(text: string): PairingCode | undefined {
  const letters = text
    .toUpperCase()
    .replace(/[\s-]+/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  const isCode = letters.length === codeLength && /^[0-9A-HJKMNP-TV-Z]+$/.test(letters);
  return isCode ? { id: letters.slice(0, codeIdLength), secret: letters.slice(codeIdLength) } : undefined;
}

/** 5 bits a letter, from the front; bits that fill no letter are left out. */
export function toLetters(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((group) => alphabet[Number.parseInt(group, 2)] ?? '').join('');
}

/** Proof of the host that it knows the code. `request`: body without the proof, see pairing on either side. */
export function pairingProof(code: PairingCode, request: string): string {
  return sign(keyFrom(code, 'proof'), ['v1-pair', code.id, digest(Buffer.from(request, 'utf8'))]);
}

const sealVersion = 'v1-sealed';

/** Encrypts for whoever knows the code; `context` (what the other side sent) cannot be exchanged for another. */
export function sealForCode(code: PairingCode, context: string, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyFrom(code, 'seal'), nonce);
  cipher.setAAD(Buffer.from(`${sealVersion}\n${context}`, 'utf8'));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/** Undefined: it was made by somebody who does not know the code, or for another request. */
export function openWithCode(code: PairingCode, context: string, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < 28) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(code, 'seal'), bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from(`${sealVersion}\n${context}`, 'utf8'));
  decipher.setAuthTag(bytes.subarray(12, 28));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function keyFrom(code: PairingCode, purpose: 'proof' | 'seal'): Buffer {
  const info = `proxsave relay pairing ${purpose}`;
  return Buffer.from(hkdfSync('sha256', code.secret, code.id, info, 32));
}

function sign(key: Buffer, lines: readonly string[]): string {
  return createHmac('sha256', key).update(lines.join('\n')).digest('hex');
}

function digest(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
