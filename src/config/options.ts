// THE table of options: every key of backup.env, its kind, its one default and its meaning. Validation, template,
// reference, environment and completion all come from it. Rows live in options/*.ts, one section or a few a file.

import { archive } from './options/archive.ts';
import { cloud } from './options/cloud.ts';
import { general } from './options/general.ts';
import { mailServer } from './options/mail.ts';
import { email, gotify, telegram, webhook, webhookEndpoint } from './options/notifications.ts';
import { pbs } from './options/pbs.ts';
import { placesAndSpace, secondary } from './options/places.ts';
import { pve } from './options/pve.ts';
import { relayClient, relayServer } from './options/relay.ts';
import { retention } from './options/retention.ts';
import { healthchecks, metrics, schedule } from './options/schedule.ts';
import { security } from './options/security.ts';
import { selection } from './options/selection.ts';
import { system } from './options/system.ts';
import { withoutEffect } from './options/without-effect.ts';
import type { IgnoredKey, Option, Section, ValueOf } from './types.ts';

const rows = {
  ...general.rows,
  ...placesAndSpace.rows,
  ...archive.rows,
  ...selection.rows,
  ...system.rows,
  ...pve.rows,
  ...pbs.rows,
  ...secondary.rows,
  ...cloud.rows,
  ...retention.rows,
  ...email.rows,
  ...mailServer.rows,
  ...telegram.rows,
  ...gotify.rows,
  ...webhook.rows,
  ...relayClient.rows,
  ...relayServer.rows,
  ...metrics.rows,
  ...schedule.rows,
  ...healthchecks.rows,
  ...security.rows,
} as const;
type Rows = typeof rows;

export type OptionName = keyof Rows;
type NameOfKind<Kind> = { [Name in OptionName]: Rows[Name]['kind'] extends Kind ? Name : never }[OptionName];
export type BooleanOptionName = NameOfKind<'bool'>;
export type ListOptionName = NameOfKind<'list'>;
export type PathOptionName = NameOfKind<'host-path'>;

/** bool boolean; size bytes; duration milliseconds; seconds seconds; own paths RealPath; host paths strings. */
export type ConfigValues = { readonly [Name in OptionName]: ValueOf<Rows[Name]> };

export const options: Readonly<Record<OptionName, Option>> = rows;
export const optionNames = Object.keys(rows) as readonly OptionName[];

export const ignoredKeys: Readonly<Record<string, IgnoredKey>> = withoutEffect.rows;

/** In the order of the template. Keys without effect and the keys of one webhook endpoint stand apart. */
export const sections: readonly Section<Readonly<Record<string, Option>>>[] = [
  general,
  placesAndSpace,
  archive,
  selection,
  system,
  pve,
  pbs,
  secondary,
  cloud,
  retention,
  email,
  mailServer,
  telegram,
  gotify,
  webhook,
  relayClient,
  relayServer,
  metrics,
  schedule,
  healthchecks,
  security,
];

/** The keys of one endpoint, WEBHOOK_<NAME>_ and one of these. */
export const webhookEndpointOptions: Readonly<Record<WebhookEndpointKey, Option>> = webhookEndpoint.rows;
export type WebhookEndpointKey = keyof typeof webhookEndpoint.rows;
export type WebhookEndpointValues = {
  readonly [Key in WebhookEndpointKey]: ValueOf<(typeof webhookEndpoint.rows)[Key]>;
};

export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(rows, name);
}

const canonicalNames = new Map<string, OptionName>(
  optionNames.flatMap((name) => [
    [name, name] as const,
    ...(options[name].aliases ?? []).map((alias) => [alias.name, name] as const),
  ]),
);

/** The option which a key, in capitals, or an older name stands for. */
export function canonicalNameOf(key: string): OptionName | undefined {
  return canonicalNames.get(key);
}

const channelSections = [
  email,
  mailServer,
  telegram,
  gotify,
  webhook,
  relayClient,
  relayServer,
  metrics,
  healthchecks,
];

/** Does this key, by its name today, only say how runs are told about (notifications, pings, metrics)? */
export function isOfChannel(name: string): boolean {
  if (!isOptionName(name)) return webhookEndpointKeyOf(name) !== undefined;
  return channelSections.some(({ rows: ofSection }) => Object.hasOwn(ofSection, name));
}

/** Every key that the file may hold, older names and keys without effect included; not the keys of endpoints. */
export const knownKeys: readonly string[] = [...canonicalNames.keys(), ...Object.keys(ignoredKeys)];

/** The two parts of WEBHOOK_<NAME>_<KEY>, or undefined. */
export function webhookEndpointKeyOf(key: string): { endpoint: string; key: WebhookEndpointKey } | undefined {
  const match = /^WEBHOOK_(.+)$/.exec(key);
  for (const name of Object.keys(webhookEndpointOptions) as WebhookEndpointKey[]) {
    const rest = match?.[1] ?? '';
    if (rest.endsWith(`_${name}`) && rest.length > name.length + 1) {
      return { endpoint: rest.slice(0, -name.length - 1), key: name };
    }
  }
  return undefined;
}

/** The row of an option or of a key of a webhook endpoint, by its name today. */
export function rowOf(name: string): Option | undefined {
  if (isOptionName(name)) return options[name];
  const ofEndpoint = webhookEndpointKeyOf(name);
  return ofEndpoint === undefined ? undefined : webhookEndpointOptions[ofEndpoint.key];
}
