// Discord: one embed. Limits: https://discord.com/developers/docs/resources/message#embed-object-embed-limits

import type { Notice } from '../../notice.ts';
import { cutText, fitLines } from '../../render/cut-text.ts';
import { escapeMarkdown } from '../../render/markdown.ts';
import { changeTotals, groupText, noticeFacts, tierText } from '../../render/notice-facts.ts';
import { colourOf, tierMark } from '../../render/status-style.ts';
import { statusLine } from '../../render/text.ts';
import type { WebhookFormat } from '../format.ts';

const limits = { title: 256, description: 2500, fields: 25, name: 256, value: 1024, footer: 200 } as const;
/** Of title, description, fields and footer together. */
const maxEmbedLength = 6000;

interface Field {
  name: string;
  value: string;
  inline?: boolean;
}

export const discord: WebhookFormat = {
  id: 'discord',
  build: (notice) => ({
    body: {
      embeds: [embedFor(notice)],
      // A name of a file must not ring everybody.
      allowed_mentions: { parse: [] },
    },
  }),
};

function embedFor(notice: Notice): object {
  const head = {
    title: cutText(statusLine(notice), limits.title),
    description: fitLines(descriptionLines(notice), { max: limits.description, dress: escapeMarkdown }),
    footer: {
      text: cutText(`ProxSave ${notice.record.version}, exit code ${notice.record.exit_code}`, limits.footer),
    },
  };
  const used = head.title.length + head.description.length + head.footer.text.length;
  return {
    ...head,
    color: Number.parseInt(colourOf(notice.status).slice(1), 16),
    fields: fieldsWithin(fieldsOf(notice), maxEmbedLength - used),
    timestamp: notice.startedAt.toISOString(),
  };
}

function descriptionLines({ error, nextStep, groups }: Notice): string[] {
  return [
    ...(error === undefined ? [] : error.split('\n')),
    ...groups.map((group) => `${group.severity}: ${groupText(group)}`),
    `Next: ${nextStep}`,
  ];
}

function fieldsOf(notice: Notice): Field[] {
  const changes = notice.changes === undefined ? undefined : changeTotals(notice.changes);
  return [
    ...notice.tiers.map((tier) => ({ name: `${tierMark(tier.status)} ${tier.tier}`, value: tierText(tier) })),
    ...noticeFacts(notice).map(({ label, value }) => ({ name: label, value, inline: true })),
    ...(changes === undefined ? [] : [{ name: 'Since the last backup', value: changes }]),
  ].map((field) => ({
    ...field,
    name: cutText(escapeMarkdown(field.name), limits.name),
    value: fitLines([field.value], { max: limits.value, dress: escapeMarkdown }),
  }));
}

/** The first ones that fit; an empty name or value would be refused. */
function fieldsWithin(fields: readonly Field[], room: number): Field[] {
  const kept: Field[] = [];
  let left = room;
  for (const field of fields.filter(({ name, value }) => name !== '' && value !== '')) {
    left -= field.name.length + field.value.length;
    if (left < 0 || kept.length === limits.fields) break;
    kept.push(field);
  }
  return kept;
}
