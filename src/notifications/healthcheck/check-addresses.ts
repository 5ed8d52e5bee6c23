// Which checks a configuration names and where they are pinged: a whole address, or an id below the endpoint with the
// project's key between: https://hc-ping.com/<key>/<id>. https://healthchecks.io/docs/http_api/

import type { LoadedConfig } from '../../config/load-config.ts';
import { parseHttpUrl, HttpError } from '../../host/http.ts';
import type { ChannelId } from '../notifier.ts';

/** `backup`: runs; `alive`: whatever ran; `age`: is the newest copy young enough; notify-…: did a notification go out. */
export type CheckName = 'backup' | 'verify' | 'age' | 'alive' | `notify-${ChannelId}`;

/** Prefixes of the keys ending in _URL and _ID. */
const keyPrefixes = {
  backup: 'HEALTHCHECK_BACKUP',
  verify: 'HEALTHCHECK_VERIFY',
  age: 'HEALTHCHECK_AGE',
  alive: 'HEALTHCHECK_ALIVE',
  'notify-email': 'HEALTHCHECK_NOTIFY_EMAIL',
  'notify-telegram': 'HEALTHCHECK_NOTIFY_TELEGRAM',
  'notify-gotify': 'HEALTHCHECK_NOTIFY_GOTIFY',
  'notify-webhook': 'HEALTHCHECK_NOTIFY_WEBHOOK',
} as const satisfies Readonly<Record<CheckName, string>>;

export const checkNames = Object.keys(keyPrefixes) as readonly CheckName[];

export interface CheckAddress {
  check: CheckName;
  /** The key that it comes from, for messages. */
  key: string;
  address: string;
}

export interface CheckMistake {
  key: string;
  message: string;
  hint: string;
}

/** The checks that are named; those whose address cannot be used stand in `mistakes`. */
export function checkAddresses({ values }: Pick<LoadedConfig, 'values'>): {
  checks: CheckAddress[];
  mistakes: CheckMistake[];
} {
  const checks: CheckAddress[] = [];
  const mistakes: CheckMistake[] = [];
  for (const check of checkNames) {
    const prefix = keyPrefixes[check];
    const whole = values[`${prefix}_URL`].trim();
    const id = values[`${prefix}_ID`].trim();
    if (whole === '' && id === '') continue;
    const key = whole === '' ? `${prefix}_ID` : `${prefix}_URL`;
    const address = whole === '' ? addressOfId(values, id) : whole;
    if (isUsable(address)) checks.push({ check, key, address });
    else mistakes.push(mistakeOf(key));
  }
  return { checks, mistakes };
}

function addressOfId(values: LoadedConfig['values'], id: string): string {
  const endpoint = values.HEALTHCHECK_PING_ENDPOINT.trim().replace(/\/+$/, '');
  const parts = [endpoint, values.HEALTHCHECK_PING_KEY.trim(), id];
  return parts
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/');
}

function isUsable(address: string): boolean {
  try {
    parseHttpUrl(address);
    return !/\s/.test(address);
  } catch (error) {
    if (error instanceof HttpError) return false;
    throw error;
  }
}

function mistakeOf(key: string): CheckMistake {
  return key.endsWith('_URL')
    ? {
        key,
        message: `${key} is no web address`,
        hint: 'copy the ping address from the page of the check, like https://hc-ping.com/<id>',
      }
    : {
        key,
        message: `${key} makes no web address with HEALTHCHECK_PING_ENDPOINT`,
        hint: 'set HEALTHCHECK_PING_ENDPOINT to the address that the ids go behind, like https://hc.example.net/ping',
      };
}
