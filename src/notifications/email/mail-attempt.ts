// One way of sending a mail, and what came of it.

import type { Host } from '../../host/host.ts';

export type MailMethod = 'smtp' | 'sendmail' | 'pmf' | 'relay';

/** What is sent, before anybody decided how. */
export interface MailContent {
  subject: string;
  text: string;
  html?: string;
}

export interface MailRequest extends MailContent {
  from: string;
  /** Never empty. */
  to: readonly string[];
  date: Date;
  /** The log, when it was asked for. */
  attachments: readonly { name: string; text: string }[];
}

export interface MailAttempt {
  isSent: boolean;
  /** Cause of a failure, or what is known about the delivery. Not redacted yet. */
  detail: string;
  hint?: string;
  attempts: number;
  /** Some recipients have it: another method would send it to them twice. */
  isPartial?: true;
}

export type SendMail = (host: Host, request: MailRequest, signal: AbortSignal) => Promise<MailAttempt>;
