// One webhook endpoint as a notifier of its own: sent, retried and reported for itself.

import type { LoadedConfig } from '../../config/load-config.ts';
import type { WebhookEndpointValues } from '../../config/options.ts';
import type { WebhookEndpoint } from '../../config/webhook-endpoints.ts';
import type { HttpResponse } from '../../host/http.ts';
import type { Redact } from '../../ui/redact.ts';
import { version } from '../../version.ts';
import { jsonBody, judgeService, judgeStatus, sendPersistently, type Verdict } from '../http.ts';
import type { Notice } from '../notice.ts';
import type { Notifier } from '../notifier.ts';
import { previewRequest } from '../preview-request.ts';
import { secretsOfAddress } from '../../util/web-address.ts';
import { redactSpellings } from '../secret-spellings.ts';
import { authorizationHeaders } from './authorize.ts';
import { parseCustomHeaders } from './custom-headers.ts';
import type { WebhookFormat } from './format.ts';
import { formatFor } from './formats/index.ts';

const maxDelayMs = 60_000;

interface Outgoing {
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}

/** `endpoint` has been checked by findEndpointMistake. */
export function endpointNotifier(config: LoadedConfig, { name, values: given }: WebhookEndpoint): Notifier {
  const endpoint = { ...given, URL: given.URL.trim() };
  const format = formatFor(endpoint.FORMAT);
  const redact = redactSpellings(config.redact, secretsOfEndpoint(endpoint));
  const { WEBHOOK_TIMEOUT, WEBHOOK_MAX_RETRIES, WEBHOOK_RETRY_DELAY } = config.values;
  const service = `webhook ${name}`;
  return {
    channel: 'webhook',
    name: service,
    notifyOn: endpoint.NOTIFY_ON,
    preview: (notice) => previewEndpoint(format, { endpoint, notice, redact }),
    send: (host, notice, signal) => {
      return sendPersistently(host, {
        service,
        request: (now) => ({
          ...makeRequest(format, endpoint, notice, now),
          timeoutMs: WEBHOOK_TIMEOUT * 1000,
        }),
        retry: { maxRetries: WEBHOOK_MAX_RETRIES, delayMs: WEBHOOK_RETRY_DELAY * 1000, maxDelayMs },
        signal,
        redact,
        judge: (response, now) => judgeAnswer(format, response, now, { service, redact }),
      });
    },
  };
}

function makeRequest(
  format: WebhookFormat,
  endpoint: WebhookEndpointValues,
  notice: Notice,
  now: Date,
): Outgoing {
  const message = format.build(notice, endpoint);
  const method = message.method ?? endpoint.METHOD.toUpperCase();
  const hasBody = message.body !== undefined && method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? JSON.stringify(message.body) : undefined;
  return {
    url: message.address ?? endpoint.URL,
    method,
    headers: {
      'user-agent': `proxsave/${version}`,
      ...(hasBody ? { 'content-type': 'application/json; charset=utf-8' } : {}),
      ...parseCustomHeaders(endpoint.HEADERS).headers,
      ...authorizationHeaders(endpoint, body ?? '', now),
    },
    ...(body === undefined ? {} : { body }),
  };
}

interface PreviewRequest {
  endpoint: WebhookEndpointValues;
  notice: Notice;
  redact: Redact;
}

function previewEndpoint(format: WebhookFormat, { endpoint, notice, redact }: PreviewRequest): string {
  const { url, method, headers, body } = makeRequest(format, endpoint, notice, notice.startedAt);
  // What an address says besides its secrets, for formats that say it all there.
  const isAllInAddress = format.build(notice, endpoint).body === undefined;
  const query = isAllInAddress ? [...new URL(url).searchParams] : [];
  const shown: unknown =
    body === undefined
      ? query.map(([name, value]) => `${name}=${redact(value)}`).join('\n')
      : JSON.parse(body);
  return previewRequest({ method, address: url, headers, redact, ...(shown === '' ? {} : { body: shown }) });
}

function judgeAnswer(
  format: WebhookFormat,
  response: HttpResponse,
  now: Date,
  who: { service: string; redact: Redact },
): Verdict {
  const verdict = (format.takesAnyAnswer === true ? judgeStatus : judgeService)(response, now, who);
  if (verdict.kind !== 'accepted') return verdict;
  const { receipt, refusal } = format.readAnswer?.(jsonBody(response)) ?? {};
  if (refusal !== undefined)
    return { kind: 'refused', problem: `${who.service} refused the message: ${refusal}` };
  return receipt === undefined ? verdict : { kind: 'accepted', detail: receipt };
}

function secretsOfEndpoint(endpoint: WebhookEndpointValues): string[] {
  const { URL: address, AUTH_TOKEN, AUTH_USER, AUTH_PASS, AUTH_SECRET, HEADERS, FORMAT } = endpoint;
  return [
    ...secretsOfAddress(address),
    AUTH_TOKEN,
    AUTH_PASS,
    AUTH_SECRET,
    // For Pushover the user's key is what lets anybody write to them.
    ...(FORMAT === 'pushover' ? [AUTH_USER] : []),
    ...(AUTH_PASS === '' ? [] : [`${AUTH_USER}:${AUTH_PASS}`]),
    HEADERS,
    ...Object.values(parseCustomHeaders(HEADERS).headers),
  ];
}
