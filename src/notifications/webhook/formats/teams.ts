// Microsoft Teams: an adaptive card, for the Workflows address of a channel ("when a Teams webhook request is received").
// Limit: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook

import type { Notice } from '../../notice.ts';
import { cutText, fitLines, utf8Length } from '../../render/cut-text.ts';
import { changeTotals, groupText, noticeFacts, tierText } from '../../render/notice-facts.ts';
import { colourOf, styleOf, tierMark, type NoticeLevel } from '../../render/status-style.ts';
import { statusLine } from '../../render/text.ts';
import type { WebhookFormat } from '../format.ts';

/** 28 KB in all; escapes of JSON may double a text. */
const maxTitleBytes = 1000;
const maxTextBytes = 6000;
const maxFactBytes = 500;
const maxFacts = 16;

export const teams: WebhookFormat = {
  id: 'teams',
  build: (notice) => ({
    body: {
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: cardFor(notice),
        },
      ],
      themeColor: colourOf(notice.status).slice(1),
    },
  }),
};

const titleColours: Readonly<Record<NoticeLevel, string>> = {
  good: 'good',
  warning: 'warning',
  failure: 'attention',
  neutral: 'default',
};

function cardFor(notice: Notice): object {
  const causes = causeLines(notice);
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.5',
    msteams: { width: 'Full' },
    body: [
      {
        ...textBlock(cutText(statusLine(notice), maxTitleBytes, utf8Length)),
        size: 'Large',
        weight: 'Bolder',
        color: titleColours[styleOf(notice.status).level],
      },
      ...(causes.length === 0 ? [] : [textBlock(fitText(causes))]),
      textBlock(fitText([`Next: ${notice.nextStep}`])),
      { type: 'FactSet', facts: factsOf(notice) },
    ],
  };
}

function causeLines({ error, groups }: Notice): string[] {
  const kinds = groups.map((group) => `${group.severity}: ${groupText(group)}`);
  return [...(error === undefined ? [] : error.split('\n')), ...kinds];
}

function factsOf(notice: Notice): object[] {
  const changes = notice.changes === undefined ? undefined : changeTotals(notice.changes);
  const facts = [
    ...notice.tiers.map((tier) => [`${tierMark(tier.status)} ${tier.tier}`, tierText(tier)] as const),
    ...noticeFacts(notice).map(({ label, value }) => [label, value] as const),
    ...(changes === undefined ? [] : [['Changed', changes] as const]),
  ];
  return facts.slice(0, maxFacts).map(([title, value]) => ({
    title: cutText(title, 100, utf8Length),
    value: defuse(cutText(value, maxFactBytes, utf8Length)),
  }));
}

function fitText(lines: readonly string[]): string {
  return defuse(fitLines(lines, { max: maxTextBytes, measure: utf8Length })).replaceAll('\n', '\n\n');
}

function textBlock(text: string): object {
  return { type: 'TextBlock', text, wrap: true };
}

/** Cards read some Markdown, and not all programs its escapes: only a link that a file's name could make is broken up. */
function defuse(text: string): string {
  return text.replaceAll('](', '] (');
}
