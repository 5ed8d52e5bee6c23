// Slack: blocks. Limits: https://docs.slack.dev/reference/block-kit/blocks

import type { Notice } from '../../notice.ts';
import { cutText, fitLines } from '../../render/cut-text.ts';
import { changeTotals, groupText, noticeFacts, tierText } from '../../render/notice-facts.ts';
import { tierMark } from '../../render/status-style.ts';
import { statusLine } from '../../render/text.ts';
import type { WebhookFormat } from '../format.ts';

const limits = { header: 150, text: 3000, fields: 10, field: 2000 } as const;

export const slack: WebhookFormat = {
  id: 'slack',
  build: (notice) => ({
    body: {
      // Shown where blocks are not: in the notification of a phone.
      text: escapeSlack(cutText(statusLine(notice), limits.header)),
      blocks: blocksFor(notice),
    },
  }),
};

function blocksFor(notice: Notice): object[] {
  const facts = noticeFacts(notice).slice(0, limits.fields);
  const header = cutText(statusLine(notice), limits.header);
  return [
    { type: 'header', text: { type: 'plain_text', text: header, emoji: true } },
    ...section(causeLines(notice)),
    { type: 'section', fields: facts.map(({ label, value }) => markdown(fieldText(label, value))) },
    ...section(notice.tiers.map((tier) => `${tierMark(tier.status)} ${tier.tier}: ${tierText(tier)}`)),
    { type: 'divider' },
    ...section([`Next: ${notice.nextStep}`, ...changeLine(notice)]),
    { type: 'context', elements: [markdown(escapeSlack(`ProxSave ${notice.record.version}`))] },
  ];
}

function causeLines({ error, groups }: Notice): string[] {
  return [
    ...(error === undefined ? [] : error.split('\n')),
    ...groups.map((group) => `${group.severity}: ${groupText(group)}`),
  ];
}

function changeLine({ changes }: Notice): string[] {
  const totals = changes === undefined ? undefined : changeTotals(changes);
  return totals === undefined ? [] : [`Since the last backup: ${totals}`];
}

function section(lines: readonly string[]): object[] {
  if (lines.length === 0) return [];
  return [{ type: 'section', text: markdown(fitLines(lines, { max: limits.text, dress: escapeSlack })) }];
}

function fieldText(label: string, value: string): string {
  const name = `*${label}*\n`;
  return `${name}${fitLines([value], { max: limits.field - name.length, dress: escapeSlack })}`;
}

function markdown(text: string): object {
  return { type: 'mrkdwn', text };
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping; so no `<!channel>` from a file's name either. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
