// Uptime Kuma, a push monitor: https://github.com/louislam/uptime-kuma/wiki/API-Documentation#push-endpoint. Warnings do not
// turn the monitor down: a backup was made. A run that was skipped or stopped made none.

import type { Notice } from '../../notice.ts';
import { cutText } from '../../render/cut-text.ts';
import { shortLines } from '../../render/text.ts';
import { fieldOf, type WebhookFormat } from '../format.ts';

/** Addresses beyond some 2,000 characters are refused on the way; percent-encoding makes nine of some characters. */
const maxMessageLength = 200;

export const uptimeKuma: WebhookFormat = {
  id: 'uptime-kuma',
  build: (notice, { URL: address }) => {
    const url = new URL(address);
    // The address that Uptime Kuma shows already holds these three, with examples in them.
    url.searchParams.set('status', isUp(notice) ? 'up' : 'down');
    url.searchParams.set(
      'msg',
      cutText([notice.title, ...shortLines(notice).slice(0, 1)].join('; '), maxMessageLength),
    );
    url.searchParams.set('ping', String(Math.round(notice.durationSeconds * 1000)));
    return { address: url.href, method: 'GET' };
  },
  readAnswer: (answer) => {
    if (fieldOf(answer, 'ok') !== false) return {};
    const text = fieldOf(answer, 'msg');
    return { refusal: typeof text === 'string' ? text : 'not ok' };
  },
};

function isUp({ status }: Notice): boolean {
  return status === 'success' || status === 'warning' || status === 'test';
}
