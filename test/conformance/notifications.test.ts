import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { webhookEndpointOptions } from '../../src/config/options.ts';
import { channels } from '../../src/notifications/index.ts';
import { webhookFormats } from '../../src/notifications/webhook/formats/index.ts';

test('every channel is in the list once', () => {
  expect(channels.map(({ id }) => id)).toEqual(['email', 'telegram', 'gotify', 'webhook']);
});

test('the webhook formats of the list are those of the key and those in the folder', () => {
  const ids = webhookFormats.map(({ id }) => id);
  expect(ids).toEqual(webhookEndpointOptions.FORMAT.completions);
  const files = readdirSync(new URL('../../src/notifications/webhook/formats', import.meta.url));
  expect(files.sort()).toEqual([...ids.map((id) => `${id}.ts`), 'index.ts'].sort());
});
