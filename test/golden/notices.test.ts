import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { createNotifiers } from '../../src/notifications/index.ts';
import { renderHtmlMail } from '../../src/notifications/render/html.ts';
import { renderLongText, renderShortText } from '../../src/notifications/render/text.ts';
import { renderTelegramMessage } from '../../src/notifications/telegram/message.ts';
import { webhookFormats } from '../../src/notifications/webhook/formats/index.ts';
import { noticeNames, notices } from '../support/notices.ts';
import { endpointFrom } from '../support/webhook-endpoint.ts';
import { hostWith } from '../unit/config/config-host.ts';

test.each(noticeNames)('the notice of a run (%s) reads as it was looked over', async (name) => {
  const notice = notices[name];
  const text = [
    `--- short\n${renderShortText(notice)}`,
    `--- long\n${renderLongText(notice)}`,
    `--- telegram\n${renderTelegramMessage(notice)}`,
  ].join('\n');
  await expect(`${text}\n`).toMatchFileSnapshot(`notices/${name}.txt`);
  await expect(renderHtmlMail(notice)).toMatchFileSnapshot(`notices/${name}.html`);
});

test.each(webhookFormats)('the message for $id is the one that was looked over', async (format) => {
  const endpoint = endpointFrom({
    URL: 'https://example.net/a/topic?k=v',
    AUTH_TOKEN: 'app',
    AUTH_USER: 'user',
    PRIORITY: '1',
  });
  const messages = [notices.success, notices['copy-failed'], notices.failed].map((notice) =>
    format.build(notice, endpoint),
  );
  const text = `${JSON.stringify(messages, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(`notices/webhook-${format.id}.json`);
});

const ownServices = `TELEGRAM_ENABLED=true
BOT_TELEGRAM_TYPE=personal
TELEGRAM_BOT_TOKEN=123456789:${'A'.repeat(35)}
TELEGRAM_CHAT_ID=-1001
GOTIFY_ENABLED=true
GOTIFY_SERVER_URL=https://gotify.example.net/
GOTIFY_TOKEN=token-of-the-application
`;

test.each(['telegram', 'gotify'])('the message for %s is the one that was looked over', async (channel) => {
  const { notifiers } = createNotifiers(loadConfig(hostWith(ownServices)));
  const notifier = notifiers.find((each) => each.channel === channel)!;
  const messages = [notices.success, notices['copy-failed'], notices.failed];
  const text = messages.map((notice) => notifier.preview(notice)).join('---\n');
  await expect(text).toMatchFileSnapshot(`notices/preview-${channel}.txt`);
});
