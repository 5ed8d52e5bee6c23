// A Telegram message, in the HTML that its API understands: the same by a bot of your own and by a relay.

import type { Notice } from '../notice.ts';
import { fitLines } from '../render/cut-text.ts';
import { longLines } from '../render/text.ts';

/** Of one message, after its marks have been read; we stay below with marks, so that either way of counting is right. */
export const maxTelegramLength = 4096;

/** The status line is bold and always whole; what does not fit is cut behind it. */
export function renderTelegramMessage(notice: Notice): string {
  return fitLines(longLines(notice), { max: maxTelegramLength, dress: dressLine });
}

function dressLine(line: string, index: number): string {
  const escaped = escapeTelegram(line);
  return index === 0 ? `<b>${escaped}</b>` : escaped;
}

/** Only these three: Telegram knows few named entities. */
function escapeTelegram(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
