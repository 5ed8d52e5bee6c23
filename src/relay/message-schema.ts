// What hosts may send, checked to the letter: a paired host can be in the wrong hands.

import { z } from 'zod';
import { isPublicMailAddress } from '../util/mail-address.ts';
import type { RelayMailMessage, RelayPairRequest, RelayTelegramMessage } from '../util/relay-messages.ts';

const messageId = z.string().regex(/^[0-9a-f-]{36}$/);
const maxRecipients = 20;

export const telegramMessageSchema: z.ZodType<RelayTelegramMessage> = z.strictObject({
  message_id: messageId,
  // Telegram takes 4096 characters besides the tags.
  text: z.string().min(1).max(16_384),
  format: z.enum(['text', 'html']),
  is_silent: z.boolean(),
});

export const mailMessageSchema: z.ZodType<RelayMailMessage> = z.strictObject({
  message_id: messageId,
  to: z.array(z.string().refine(isPublicMailAddress, 'is no mail address')).min(1).max(maxRecipients),
  subject: z.string().min(1).max(500),
  text: z.string(),
  html: z.exactOptional(z.string()),
  attachments: z.exactOptional(
    z.array(z.strictObject({ name: z.string().max(200), text: z.string() })).max(3),
  ),
});

export const pairRequestSchema: z.ZodType<RelayPairRequest> = z.strictObject({
  code_id: z.string().regex(/^[0-9A-Z]{4}$/),
  hostname: z.string().regex(/^[A-Za-z0-9.-]{1,255}$/),
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  proof: z.string().regex(/^[0-9a-f]{64}$/),
});
