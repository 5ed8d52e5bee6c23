// The list of services that a webhook can speak to.

import type { WebhookFormat, WebhookFormatId } from '../format.ts';
import { apprise } from './apprise.ts';
import { discord } from './discord.ts';
import { generic } from './generic.ts';
import { ntfy } from './ntfy.ts';
import { pushover } from './pushover.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { uptimeKuma } from './uptime-kuma.ts';

const formats: Readonly<Record<WebhookFormatId, WebhookFormat>> = {
  generic,
  discord,
  slack,
  teams,
  pushover,
  ntfy,
  apprise,
  'uptime-kuma': uptimeKuma,
};

export const webhookFormats: readonly WebhookFormat[] = Object.values(formats);

export function formatFor(id: WebhookFormatId): WebhookFormat {
  return formats[id];
}
