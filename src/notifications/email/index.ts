// The mail channel of a configuration.

import type { Notice } from '../notice.ts';
import { channelIsOff, type Channel } from '../notifier.ts';
import { renderHtmlMail } from '../render/html.ts';
import { renderLongText, statusLine } from '../render/text.ts';
import { createEmailNotifier } from './email-notifier.ts';
import type { MailContent } from './mail-attempt.ts';

export const emailChannel: Channel = {
  id: 'email',
  create: (config) => {
    if (!config.values.EMAIL_ENABLED) return channelIsOff;
    const made = createEmailNotifier(config, renderMail);
    return 'send' in made
      ? { notifiers: [made], misconfigured: [] }
      : { notifiers: [], misconfigured: [made] };
  },
};

function renderMail(notice: Notice): MailContent {
  return { subject: statusLine(notice), text: renderLongText(notice), html: renderHtmlMail(notice) };
}
