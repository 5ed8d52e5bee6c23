// Webhooks: HTTP requests to any number of endpoints, each a notifier of its own.

import type { WebhookEndpoint } from '../../config/webhook-endpoints.ts';
import { channelIsOff, type Channel, type Misconfigured } from '../notifier.ts';
import { missingCredential } from './authorize.ts';
import { parseCustomHeaders } from './custom-headers.ts';
import { endpointNotifier } from './endpoint-notifier.ts';
import { formatFor } from './formats/index.ts';

export const webhookChannel: Channel = {
  id: 'webhook',
  create: (config) => {
    if (!config.values.WEBHOOK_ENABLED) return channelIsOff;
    if (config.webhookEndpoints.length === 0) {
      const message = 'WEBHOOK_ENDPOINTS is empty';
      const hint = 'name endpoints, or set WEBHOOK_ENABLED=false';
      return { notifiers: [], misconfigured: [{ channel: 'webhook', name: 'webhook', message, hint }] };
    }
    const checked = config.webhookEndpoints.map((endpoint) => ({ endpoint, wrong: findMistake(endpoint) }));
    return {
      notifiers: checked.flatMap(({ endpoint, wrong }) =>
        wrong === undefined ? [endpointNotifier(config, endpoint)] : [],
      ),
      misconfigured: checked.flatMap(({ wrong }) => (wrong === undefined ? [] : [wrong])),
    };
  },
};

/** Wrong values of these are made up for by their defaults: the message still gets there in the right form. */
const dispensable: readonly string[] = ['NOTIFY_ON', 'PRIORITY'];

function findMistake({ name, prefix, values, wrongKeys }: WebhookEndpoint): Misconfigured | undefined {
  const wrong = (message: string, hint: string): Misconfigured => {
    return { channel: 'webhook', name: `webhook ${name}`, message, hint };
  };
  const wrongKey = wrongKeys.find((key) => !dispensable.includes(key));
  if (wrongKey !== undefined) {
    return wrong(`the value of its ${wrongKey} is wrong`, 'proxsave config check says what is allowed');
  }
  const address = values.URL.trim();
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    const message = address === '' ? `${prefix}URL is empty` : `${prefix}URL is no web address`;
    return wrong(message, `set an address like https://..., or take ${name} out of WEBHOOK_ENDPOINTS`);
  }
  const missing = missingCredential(values);
  if (missing !== undefined) {
    return wrong(
      `${prefix}AUTH_TYPE=${values.AUTH_TYPE} needs ${prefix}${missing}`,
      `set ${prefix}${missing}`,
    );
  }
  const { problem } = parseCustomHeaders(values.HEADERS);
  if (problem !== undefined) return wrong(problem, `correct ${prefix}HEADERS: Name:Value,Name:Value`);
  const lacking = formatFor(values.FORMAT).findMistake?.({ ...values, URL: address });
  return lacking === undefined ? undefined : wrong(lacking.message, `${lacking.hint} (${prefix}...)`);
}
