// Which ways of sending a mail are tried, in order. Pure.

import { chosenSender } from '../../config/mail-account.ts';
import type { ConfigValues } from '../../config/options.ts';
import type { Misconfigured } from '../notifier.ts';
import { isRelayAddress, relayHint } from '../relay-client/relay-address.ts';
import { isLocalMailbox, isMailAddress } from '../../util/mail-address.ts';
import type { MailMethod } from './mail-attempt.ts';

export type DeliveryKeys = Pick<
  ConfigValues,
  | 'EMAIL_DELIVERY_METHOD'
  | 'EMAIL_FALLBACK_SENDMAIL'
  | 'EMAIL_RECIPIENT'
  | 'EMAIL_FROM'
  | 'SMTP_HOST'
  | 'RELAY_URL'
>;

export interface DeliveryOrder {
  methods: readonly MailMethod[];
  /** What the chosen method lacks, when others stand in for it. */
  lack?: { message: string; hint: string };
}

/**
 * The chosen method, then what may stand in for it: a configured relay behind pmf, and sendmail last where
 * EMAIL_FALLBACK_SENDMAIL allows it. A method that lacks its settings is left out; when none is left, says what to set.
 */
export function planDelivery(values: DeliveryKeys): DeliveryOrder | Misconfigured {
  const wrong = wrongAddress(values);
  if (wrong !== undefined) return wrong;
  const chosen = values.EMAIL_DELIVERY_METHOD;
  const lack = lackOf(chosen, values);
  const others: MailMethod[] = chosen === 'pmf' && values.RELAY_URL.trim() !== '' ? ['relay'] : [];
  const last: MailMethod[] = chosen !== 'sendmail' && values.EMAIL_FALLBACK_SENDMAIL ? ['sendmail'] : [];
  const methods = [...(lack === undefined ? [chosen] : []), ...others, ...last];
  if (lack !== undefined && methods.length === 0) return { ...nobody, ...lack };
  return lack === undefined ? { methods } : { methods, lack };
}

const nobody = { channel: 'email', name: 'email' } as const;

function lackOf(method: MailMethod, values: DeliveryKeys): { message: string; hint: string } | undefined {
  if (method === 'smtp' && values.SMTP_HOST.trim() === '') {
    const hint = 'set SMTP_HOST, and SMTP_USER and SMTP_PASSWORD if the server wants a login';
    return { message: 'EMAIL_DELIVERY_METHOD is smtp and SMTP_HOST is empty', hint };
  }
  if (method === 'relay' && !isRelayAddress(values.RELAY_URL)) {
    const what =
      values.RELAY_URL.trim() === '' ? 'RELAY_URL is empty' : 'RELAY_URL is no http:// or https:// address';
    const hint = `${relayHint}; or choose EMAIL_DELIVERY_METHOD=smtp, sendmail or pmf`;
    return { message: `EMAIL_DELIVERY_METHOD is relay and ${what}`, hint };
  }
  return undefined;
}

function wrongAddress(values: DeliveryKeys): Misconfigured | undefined {
  const wrong = values.EMAIL_RECIPIENT.find((text) => !isMailAddress(text) && !isLocalMailbox(text));
  if (wrong !== undefined) {
    const hint = 'write plain addresses, separated by commas, without names';
    return { ...nobody, message: `EMAIL_RECIPIENT holds "${wrong}", which is no mail address`, hint };
  }
  const from = chosenSender(values);
  if (from === undefined || isMailAddress(from)) return undefined;
  const hint = 'write a plain address without a name, or leave it empty for root at this host';
  return { ...nobody, message: `EMAIL_FROM is "${from}", which is no mail address`, hint };
}
