import { describe, expect, test } from 'vitest';
import type { Notice } from '../../../src/notifications/notice.ts';
import { renderTelegramMessage } from '../../../src/notifications/telegram/message.ts';
import type { WebhookFormatId, WebhookMessage } from '../../../src/notifications/webhook/format.ts';
import { formatFor } from '../../../src/notifications/webhook/formats/index.ts';
import { hugeNotice, noticeFullOf, notices } from '../../support/notices.ts';
import { endpointFrom } from '../../support/webhook-endpoint.ts';

const everyNotice: Notice[] = [...Object.values(notices), hugeNotice];
const longTitle = { ...hugeNotice, title: `Backup of ${'<&>'.repeat(2000)} failed` };

function build(format: WebhookFormatId, notice: Notice, keys: Record<string, string> = {}): WebhookMessage {
  return formatFor(format).build(notice, endpointFrom({ URL: 'https://example.net/a/topic?k=v', ...keys }));
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- JSON, as its reader knows it
function bodyOf<Body>(format: WebhookFormatId, notice: Notice, keys: Record<string, string> = {}): Body {
  return JSON.parse(JSON.stringify(build(format, notice, keys).body)) as Body;
}

interface Embed {
  title: string;
  description: string;
  fields: { name: string; value: string }[];
  footer: { text: string };
}
interface SlackBlock {
  type: string;
  text?: { type: string; text: string };
  fields?: { text: string }[];
}
interface Ntfy {
  topic: string;
  title: string;
  message: string;
  priority: number;
}

const units = [
  '"',
  '\\',
  '<',
  '&',
  '*',
  '`',
  '💾',
  '👨‍👩‍👧 ',
  'ä',
  '\u0007',
  '\u202e',
  '\udcff',
  '\n',
  '"\n',
  '[x](',
  '- ',
  ' ',
];
const cases: [string, Notice][] = [
  ...[...everyNotice, longTitle].map((notice): [string, Notice] => [notice.status, notice]),
  ...units.map((unit): [string, Notice] => [`full of ${JSON.stringify(unit)}`, noticeFullOf(unit)]),
];

describe.each(cases)('the message about a run (%s) keeps the limits of', (_title, notice) => {
  test('Telegram, with all marks closed', () => {
    const text = renderTelegramMessage(notice);
    expect(text.length).toBeLessThanOrEqual(4096);
    expect(text).toMatch(/^<b>[^<>]+<\/b>(\n|$)/);
    expect(text.replace(/^<b>(.*)<\/b>/, '$1')).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
  });

  test('Discord', () => {
    const { embeds } = bodyOf<{ embeds: Embed[] }>('discord', notice);
    const { title, description, fields, footer } = embeds[0]!;
    expect(title.length).toBeLessThanOrEqual(256);
    expect(description.length).toBeLessThanOrEqual(4096);
    expect(description).not.toBe('');
    expect(fields.length).toBeLessThanOrEqual(25);
    for (const { name, value } of fields) {
      expect(name.trim().length * value.trim().length).toBeGreaterThan(0);
      expect(name.length).toBeLessThanOrEqual(256);
      expect(value.length).toBeLessThanOrEqual(1024);
    }
    const texts = [title, description, footer.text, ...fields.flatMap(({ name, value }) => [name, value])];
    expect(texts.join('').length).toBeLessThanOrEqual(6000);
  });

  test('Slack', () => {
    const { blocks } = bodyOf<{ blocks: SlackBlock[] }>('slack', notice);
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const { type, text, fields = [] } of blocks) {
      expect(text?.text.length ?? 1).toBeLessThanOrEqual(type === 'header' ? 150 : 3000);
      expect(text?.text).not.toBe('');
      expect(fields.length).toBeLessThanOrEqual(10);
      for (const field of fields) expect(field.text.length).toBeLessThanOrEqual(2000);
      if (type !== 'header') expect(JSON.stringify([text, fields])).not.toMatch(/[<>]/);
    }
  });

  test('Teams', () => {
    const size = Buffer.byteLength(JSON.stringify(build('teams', notice).body));
    expect(size).toBeLessThanOrEqual(28 * 1024);
  });

  test('Pushover', () => {
    const { title, message } = bodyOf<{ title: string; message: string }>('pushover', notice);
    expect(title.length).toBeLessThanOrEqual(250);
    expect(message.length).toBeLessThanOrEqual(1024);
    expect(message).not.toBe('');
  });

  test('ntfy', () => {
    const { message } = bodyOf<Ntfy>('ntfy', notice);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096);
    expect(Buffer.byteLength(JSON.stringify(build('ntfy', notice).body))).toBeLessThanOrEqual(8192);
  });

  test('our own JSON: what a receiver reads at once', () => {
    const size = Buffer.byteLength(JSON.stringify(build('generic', notice).body));
    expect(size).toBeLessThanOrEqual(1024 * 1024);
  });

  test('Uptime Kuma', () => {
    expect(build('uptime-kuma', notice).address?.length).toBeLessThan(2000);
  });
});

test('the status line is whole in every message, however long the rest', () => {
  const { title } = hugeNotice;
  expect(renderTelegramMessage(hugeNotice)).toContain(title);
  const { embeds } = bodyOf<{ embeds: Embed[] }>('discord', hugeNotice);
  expect(embeds[0]!.title).toContain(title);
  for (const format of ['slack', 'teams', 'pushover', 'ntfy', 'apprise', 'generic'] as const) {
    expect(JSON.stringify(build(format, hugeNotice).body), format).toContain(title);
  }
});

test('Discord rings nobody whatever a file is called', () => {
  expect(bodyOf<{ allowed_mentions: object }>('discord', hugeNotice).allowed_mentions).toEqual({ parse: [] });
});

test('Teams gets no link from the name of a file', () => {
  expect(JSON.stringify(build('teams', hugeNotice).body)).not.toContain('](http');
});

test('a topic of ntfy is taken from the address, and what stands behind it stays', () => {
  const { address, body } = build('ntfy', notices.warning, {
    URL: 'https://ntfy.example/push/backups?auth=abc',
  });
  expect(address).toBe('https://ntfy.example/push?auth=abc');
  expect(body).toMatchObject({ topic: 'backups', priority: 4, title: notices.warning.title });
});

test('ntfy without a topic and Pushover without a token are told before anything is sent', () => {
  expect(formatFor('ntfy').findMistake?.(endpointFrom({ URL: 'https://ntfy.example/' }))?.hint).toContain(
    'TOPIC',
  );
  expect(formatFor('pushover').findMistake?.(endpointFrom({ AUTH_TOKEN: 'x' }))?.message).toContain(
    'AUTH_USER',
  );
});

test('Uptime Kuma is told up for runs that made a backup and down for others', () => {
  const statusOf = (notice: Notice) =>
    new URL(build('uptime-kuma', notice).address!).searchParams.get('status');
  const told = Object.entries(notices).map(([name, notice]) => [name, statusOf(notice)]);
  expect(Object.fromEntries(told)).toEqual({
    success: 'up',
    'first-run': 'up',
    warning: 'up',
    'copy-failed': 'up',
    holes: 'down',
    failed: 'down',
    skipped: 'down',
    interrupted: 'down',
    'no-host': 'down',
    test: 'up',
  });
});

test('the examples in the push address that Uptime Kuma shows are replaced', () => {
  const URL_ = 'https://kuma.example/api/push/tok?status=up&msg=OK&ping=';
  const url = new URL(build('uptime-kuma', notices.failed, { URL: URL_ }).address!);
  expect(url.pathname).toBe('/api/push/tok');
  expect([...url.searchParams]).toEqual([
    ['status', 'down'],
    [
      'msg',
      'Backup of pve1 failed; no archive was made; cannot write /var/lib/proxsave/backups: no space left on the device',
    ],
    ['ping', '200333'],
  ]);
});

test('all changed files are counted, also those whose names were not kept', () => {
  const changes = [
    {
      area: 'ssl',
      added: ['/etc/ssl/a'],
      removed: [],
      changed: ['/etc/ssl/b'],
      omitted: { added: 4000, changed: 0, removed: 7 },
    },
  ];
  const { changes: told } = bodyOf<{ changes: unknown }>('generic', { ...notices.success, changes });
  expect(told).toEqual([
    {
      area: 'ssl',
      added: { count: 4001, names: ['/etc/ssl/a'] },
      changed: { count: 1, names: ['/etc/ssl/b'] },
      removed: { count: 7, names: [] },
    },
  ]);
});
