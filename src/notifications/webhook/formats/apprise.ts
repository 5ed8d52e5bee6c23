// Apprise API, which passes a message on to a hundred other services. https://github.com/caronc/apprise-api#api-details

import { cutText, fitLines } from '../../render/cut-text.ts';
import { styleOf, type NoticeLevel } from '../../render/status-style.ts';
import { longLinesBelowTitle, statusLine } from '../../render/text.ts';
import { fieldOf, type WebhookFormat } from '../format.ts';

/** Apprise cuts further where a service behind it takes less. */
const maxBodyLength = 10_000;
const maxTitleLength = 250;

const types: Readonly<Record<NoticeLevel, string>> = {
  good: 'success',
  warning: 'warning',
  failure: 'failure',
  neutral: 'info',
};

export const apprise: WebhookFormat = {
  id: 'apprise',
  build: (notice) => {
    const lines = longLinesBelowTitle(notice);
    return {
      body: {
        title: cutText(statusLine(notice), maxTitleLength),
        body: fitLines(lines.slice(lines.findIndex((line) => line !== '')), { max: maxBodyLength }),
        type: types[styleOf(notice.status).level],
        format: 'text',
      },
    };
  },
  readAnswer: (answer) => {
    const error = fieldOf(answer, 'error');
    return typeof error === 'string' && error !== '' ? { refusal: error } : {};
  },
};
