// Gotify, a server for push messages that users run themselves. https://gotify.net/docs/pushmsg

import type { LoadedConfig } from '../config/load-config.ts';
import { jsonBody, judgeService, sendPersistently } from './http.ts';
import type { Notice } from './notice.ts';
import { channelIsOff, type Channel, type Notifier } from './notifier.ts';
import { previewRequest } from './preview-request.ts';
import { cutText, fitLines } from './render/cut-text.ts';
import { markdownLine } from './render/markdown.ts';
import { styleOf, type NoticeLevel } from './render/status-style.ts';
import { longLinesBelowTitle, statusLine } from './render/text.ts';
import { defaultRetryPolicy } from './retry-policy.ts';
import { secretsOfAddress } from '../util/web-address.ts';
import { redactSpellings } from './secret-spellings.ts';

const timeoutMs = 15_000;
/** Gotify names no limit; databases behind it end at 64 KiB, and nobody reads that far. */
const maxMessageLength = 16_000;
const maxTitleLength = 250;

export const gotifyChannel: Channel = {
  id: 'gotify',
  create: (config) => {
    const { GOTIFY_ENABLED, GOTIFY_SERVER_URL, GOTIFY_TOKEN } = config.values;
    if (!GOTIFY_ENABLED) return channelIsOff;
    const wrong = findMistake(GOTIFY_SERVER_URL.trim(), GOTIFY_TOKEN.trim());
    if (wrong === undefined) return { notifiers: [gotifyNotifier(config)], misconfigured: [] };
    return { notifiers: [], misconfigured: [{ channel: 'gotify', name: 'gotify', ...wrong }] };
  },
};

function findMistake(address: string, token: string): { message: string; hint: string } | undefined {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    const message = address === '' ? 'GOTIFY_SERVER_URL is empty' : 'GOTIFY_SERVER_URL is no web address';
    return { message, hint: 'set the address of the server, like https://gotify.example.net' };
  }
  if (token !== '' && !/\s/.test(token)) return undefined;
  const message = token === '' ? 'GOTIFY_TOKEN is empty' : 'GOTIFY_TOKEN holds white space';
  return { message, hint: 'set the token of an application on the server' };
}

function gotifyNotifier({ values, redact: redactConfig }: LoadedConfig): Notifier {
  const token = values.GOTIFY_TOKEN.trim();
  const address = messageAddress(values.GOTIFY_SERVER_URL.trim());
  const { username, password } = new URL(address);
  const redact = redactSpellings(redactConfig, [
    token,
    ...(username || password ? secretsOfAddress(address) : []),
  ]);
  // The token stays out of the address, which ends up in the logs of proxies.
  const headers = { 'content-type': 'application/json', 'x-gotify-key': token };
  const bodyFor = (notice: Notice) => messageFor(notice, priorityFor(notice, values));
  return {
    channel: 'gotify',
    name: 'gotify',
    notifyOn: values.GOTIFY_NOTIFY_ON,
    preview: (notice) => previewRequest({ method: 'POST', address, headers, body: bodyFor(notice), redact }),
    send: (host, notice, signal) => {
      const body = JSON.stringify(bodyFor(notice));
      return sendPersistently(host, {
        service: 'Gotify',
        request: () => ({ url: address, method: 'POST', headers, body, timeoutMs }),
        retry: defaultRetryPolicy,
        signal,
        redact,
        judge: (response, now) => {
          const verdict = judgeService(response, now, { service: 'Gotify', redact });
          const detail = verdict.kind === 'accepted' ? receiptOf(jsonBody(response)) : undefined;
          return detail === undefined ? verdict : { kind: 'accepted', detail };
        },
      });
    },
  };
}

/** The server may live below a path of its own; what stands behind a `?` belongs to no server address. */
function messageAddress(server: string): string {
  const url = new URL(server);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/message`;
  url.search = '';
  url.hash = '';
  return url.href;
}

function messageFor(notice: Notice, priority: number): object {
  const lines = longLinesBelowTitle(notice);
  const firstText = lines.findIndex((line) => line !== '');
  return {
    title: cutText(statusLine(notice), maxTitleLength),
    message: fitLines(lines.slice(firstText), { max: maxMessageLength, dress: markdownLine }),
    priority,
    extras: { 'client::display': { contentType: 'text/markdown' } },
  };
}

function priorityFor({ status }: Notice, values: LoadedConfig['values']): number {
  const priorities: Readonly<Record<NoticeLevel, number>> = {
    good: values.GOTIFY_PRIORITY_SUCCESS,
    warning: values.GOTIFY_PRIORITY_WARNING,
    failure: values.GOTIFY_PRIORITY_FAILURE,
    neutral: values.GOTIFY_PRIORITY_WARNING,
  };
  return priorities[styleOf(status).level];
}

function receiptOf(answer: unknown): string | undefined {
  const isMessage = typeof answer === 'object' && answer !== null && 'id' in answer;
  return isMessage && typeof answer.id === 'number' ? `message ${answer.id}` : undefined;
}
