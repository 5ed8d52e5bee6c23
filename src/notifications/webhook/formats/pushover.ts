// Pushover. Limits: https://pushover.net/api#limits

import { cutText, fitLines } from '../../render/cut-text.ts';
import { shortLines, statusLine } from '../../render/text.ts';
import { fieldOf, type WebhookFormat } from '../format.ts';

const maxTitleLength = 250;
const maxMessageLength = 1024;

export const pushover: WebhookFormat = {
  id: 'pushover',
  findMistake: ({ AUTH_TOKEN, AUTH_USER }) => {
    if (AUTH_TOKEN !== '' && AUTH_USER !== '') return undefined;
    const message = 'the format pushover needs AUTH_TOKEN and AUTH_USER';
    return {
      message,
      hint: 'AUTH_TOKEN is the token of the application, AUTH_USER the key of the user or group',
    };
  },
  build: (notice, { AUTH_TOKEN, AUTH_USER, PRIORITY }) => ({
    method: 'POST',
    body: {
      token: AUTH_TOKEN,
      user: AUTH_USER,
      title: cutText(statusLine(notice), maxTitleLength),
      message: fitLines(orDot(shortLines(notice)), { max: maxMessageLength }),
      priority: PRIORITY,
      timestamp: Math.floor(notice.startedAt.getTime() / 1000),
    },
  }),
  readAnswer: (answer) => {
    const request = fieldOf(answer, 'request');
    if (fieldOf(answer, 'status') === 0) return { refusal: JSON.stringify(fieldOf(answer, 'errors')) };
    return typeof request === 'string' ? { receipt: `request ${request}` } : {};
  },
};

/** A message must not be empty. */
function orDot(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['.'] : lines;
}
