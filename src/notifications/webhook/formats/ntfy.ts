// ntfy: published as JSON, because headers carry no UTF-8. The endpoint's address is that of the topic.
// https://docs.ntfy.sh/publish/#publish-as-json; limits: https://docs.ntfy.sh/publish/#limitations

import type { NoticeStatus } from '../../notice.ts';
import { cutText, fitLines, utf8Length, type Measure } from '../../render/cut-text.ts';
import { styleOf, type NoticeLevel } from '../../render/status-style.ts';
import { longLinesBelowTitle } from '../../render/text.ts';
import { fieldOf, type WebhookFormat } from '../format.ts';

/**
 * From 4096 bytes on a message would become an attachment, and the whole JSON may have twice as much: some room is left for the
 * title and the rest.
 */
const maxMessageBytes = 3600;
/** Quotes and backslashes take twice their size in JSON. */
const ntfyLength: Measure = (text) =>
  Math.max(utf8Length(text), Math.ceil(utf8Length(JSON.stringify(text)) / 2));
const maxTitleBytes = 250;

const levels: Readonly<Record<NoticeLevel, { priority: number; tag: string }>> = {
  good: { priority: 2, tag: 'white_check_mark' },
  warning: { priority: 4, tag: 'warning' },
  failure: { priority: 5, tag: 'x' },
  neutral: { priority: 3, tag: 'bell' },
};

export const ntfy: WebhookFormat = {
  id: 'ntfy',
  findMistake: ({ URL: address }) => {
    if (splitTopic(address).topic !== '') return undefined;
    const message = 'the format ntfy needs the address of a topic';
    return { message, hint: 'set URL to https://SERVER/TOPIC' };
  },
  build: (notice, { URL: address }) => {
    const { server, topic } = splitTopic(address);
    const { priority, tag } = levels[levelOf(notice.status)];
    const lines = longLinesBelowTitle(notice);
    return {
      address: server,
      method: 'POST',
      body: {
        topic,
        // ntfy puts the mark in front by itself, from the tag.
        title: cutText(notice.title, maxTitleBytes, utf8Length),
        message: fitLines(lines.slice(lines.findIndex((line) => line !== '')), {
          max: maxMessageBytes,
          measure: ntfyLength,
        }),
        priority,
        tags: [tag],
      },
    };
  },
  readAnswer: (answer) => {
    const id = fieldOf(answer, 'id');
    return typeof id === 'string' ? { receipt: `message ${id}` } : {};
  },
};

function levelOf(status: NoticeStatus): NoticeLevel {
  return styleOf(status).level;
}

/** `https://ntfy.sh/backups?auth=...` -> server with what stands behind the topic, and the topic. */
function splitTopic(address: string): { server: string; topic: string } {
  const url = new URL(address);
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const topic = parts.pop() ?? '';
  url.pathname = `/${parts.join('/')}`;
  return { server: url.href, topic };
}
