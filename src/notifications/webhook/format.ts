// How a message for one kind of service is made. One file a service in formats/; the list is formats/index.ts.

import type { WebhookEndpointValues } from '../../config/options.ts';
import type { Notice } from '../notice.ts';

export type WebhookFormatId = WebhookEndpointValues['FORMAT'];

export interface WebhookMessage {
  /** Where it goes, when that is not the endpoint's own address. */
  address?: string;
  /** When the service takes no other. */
  method?: 'GET' | 'POST';
  /** Sent as JSON; absent: the address says it all. */
  body?: object;
}

export interface WebhookFormat {
  readonly id: WebhookFormatId;
  /** What the endpoint lacks for this service; keys without their prefix. Absent or undefined: nothing. */
  findMistake?(endpoint: WebhookEndpointValues): { message: string; hint: string } | undefined;
  /** Within the limits of the service. `endpoint.URL` is a web address. */
  build(notice: Notice, endpoint: WebhookEndpointValues): WebhookMessage;
  /** Receivers of one's own: also one that answers with a web page took the message. */
  readonly takesAnyAnswer?: true;
  /** From the service's answer: an id for the report, or that it refused in spite of its status. */
  readAnswer?(answer: unknown): { receipt?: string; refusal?: string };
}

export function fieldOf(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined;
}
