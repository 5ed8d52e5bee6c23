// Bodies of the relay's requests and answers, as types for both sides. The relay checks what it gets (src/relay).

export interface RelayTelegramMessage {
  /** Chosen by the host, the same for each attempt: a message that the relay sent already is not sent again. */
  message_id: string;
  text: string;
  /** html: the few tags that Telegram knows. */
  format: 'text' | 'html';
  /** Arrives without a sound. */
  is_silent: boolean;
}

export interface RelayMailMessage {
  message_id: string;
  to: readonly string[];
  subject: string;
  text: string;
  html?: string;
  attachments?: readonly { name: string; text: string }[];
}

export interface RelayPairRequest {
  code_id: string;
  /** Shown in the relay's list of hosts. */
  hostname: string;
  /** 32 hex digits; ties the answer to this request. */
  nonce: string;
  /** pairingProof over `hostname` and `nonce`, on a line each. */
  proof: string;
}

/** What `sealed` of the answer to a pairing holds, as JSON. */
export interface RelayPairGrant {
  host_id: string;
  /** Base64. */
  secret: string;
  /** What the relay can send. */
  channels: readonly ('telegram' | 'mail')[];
}

export const relayErrors = [
  'bad-request',
  'bad-code',
  'unauthenticated',
  'clock',
  'replayed',
  'revoked',
  'not-found',
  'too-large',
  'invalid-message',
  'recipient',
  'rate-limit',
  'busy',
  'not-configured',
  'delivery',
  'internal',
] as const;
export type RelayErrorCode = (typeof relayErrors)[number];

export type RelayAnswer =
  { status: 'sent'; detail: string } | { status: 'error'; error: RelayErrorCode; message: string };

export function pairingText({ hostname, nonce }: Pick<RelayPairRequest, 'hostname' | 'nonce'>): string {
  return `${hostname}\n${nonce}`;
}
