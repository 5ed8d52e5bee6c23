import { describe, expect, test } from 'vitest';
import { planDelivery, type DeliveryKeys } from '../../../../src/notifications/email/delivery-order.ts';

const keys: DeliveryKeys = {
  EMAIL_DELIVERY_METHOD: 'relay',
  EMAIL_FALLBACK_SENDMAIL: true,
  EMAIL_RECIPIENT: [],
  EMAIL_FROM: '',
  SMTP_HOST: '',
  RELAY_URL: '',
};
const relay = { RELAY_URL: 'https://relay.example.net:8765' };

describe('the order of ways', () => {
  test.each([
    [{ EMAIL_DELIVERY_METHOD: 'relay', ...relay }, ['relay', 'sendmail']],
    [{ EMAIL_DELIVERY_METHOD: 'relay', ...relay, EMAIL_FALLBACK_SENDMAIL: false }, ['relay']],
    [{ EMAIL_DELIVERY_METHOD: 'sendmail' }, ['sendmail']],
    [{ EMAIL_DELIVERY_METHOD: 'pmf', ...relay }, ['pmf', 'relay', 'sendmail']],
    [{ EMAIL_DELIVERY_METHOD: 'pmf' }, ['pmf', 'sendmail']],
    [{ EMAIL_DELIVERY_METHOD: 'smtp', SMTP_HOST: 'mail.example.net' }, ['smtp', 'sendmail']],
  ] as const)('%j: %j', (given, methods) => {
    expect(planDelivery({ ...keys, ...given })).toEqual({ methods });
  });
});

test('without a relay the mail goes by sendmail, and it is told how to set one up', () => {
  const order = planDelivery(keys);
  expect(order).toMatchObject({
    methods: ['sendmail'],
    lack: { message: expect.stringContaining('RELAY_URL is empty') as string },
  });
  expect(JSON.stringify(order)).toContain('proxsave notify pair');
});

test('without a relay and without a fallback the channel is misconfigured', () => {
  expect(planDelivery({ ...keys, EMAIL_FALLBACK_SENDMAIL: false })).toMatchObject({
    channel: 'email',
    message: 'EMAIL_DELIVERY_METHOD is relay and RELAY_URL is empty',
    hint: expect.stringContaining('set RELAY_URL') as string,
  });
});

test('smtp without a server is misconfigured when nothing may stand in', () => {
  const given = { EMAIL_DELIVERY_METHOD: 'smtp', EMAIL_FALLBACK_SENDMAIL: false } as const;
  expect(planDelivery({ ...keys, ...given })).toMatchObject({
    message: expect.stringContaining('SMTP_HOST is empty') as string,
  });
});

test.each([
  [
    { EMAIL_RECIPIENT: ['a@example.net', 'Bob <b@example.net>'] },
    'EMAIL_RECIPIENT holds "Bob <b@example.net>"',
  ],
  [{ EMAIL_FROM: 'ProxSave <a@example.net>' }, 'EMAIL_FROM is "ProxSave <a@example.net>"'],
])('%j is told', (given, text) => {
  const planned = planDelivery({ ...keys, ...relay, ...given });
  expect('message' in planned && planned.message).toContain(text);
});

test('the sender that the older edition wrote into files counts as none', () => {
  expect(planDelivery({ ...keys, ...relay, EMAIL_FROM: 'no-reply@proxmox.tis24.it' })).toHaveProperty(
    'methods',
  );
});
