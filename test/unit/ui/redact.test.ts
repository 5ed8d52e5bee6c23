import { describe, expect, test } from 'vitest';
import { createRedactor, redactValue } from '../../../src/ui/redact.ts';

test('every occurrence goes, and a secret inside of a longer one leaves nothing behind', () => {
  const redact = createRedactor(['token-1', 'token-1-long']);
  expect(redact('token-1 and token-1-long and token-1')).toBe('******** and ******** and ********');
});

test('a short secret goes where it is a whole value, and ordinary words stay', () => {
  const redact = createRedactor(['on', 'a.b$', '']);
  expect(redact('on and on, KEY=on, KEY="on" KEY=only KEY=a.b$')).toBe(
    'on and on, KEY=********, KEY="********" KEY=only KEY=********',
  );
  expect(redact('KEY=axb$')).toBe('KEY=axb$');
});

test('a text with a secret in it can be shown in part', () => {
  const redact = createRedactor([{ text: '/x/abc', shown: '/x/********' }]);
  expect(redact('in /x/abc/y, not in /y/abc')).toBe('in /x/********/y, not in /y/abc');
});

test('strings anywhere inside of a value are redacted, the rest stays', () => {
  const redact = createRedactor(['hunter2-secret']);
  const value = { a: ['x hunter2-secret', 1, null], b: { c: 'hunter2-secret', d: true }, at: new Date(0) };
  expect(redactValue(value, redact)).toEqual({
    a: ['x ********', 1, null],
    b: { c: '********', d: true },
    at: new Date(0),
  });
});

describe('a long secret goes in every spelling that it takes on its way', () => {
  const secret = 'tökén+/="&<x>42';
  const redact = createRedactor([secret]);
  test.each([
    ['as it is', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    [
      'percent-encoded in small letters',
      encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    ],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in HTML', 'tökén+/=&quot;&amp;&lt;x&gt;42'],
    ['hexadecimal', Buffer.from(secret).toString('hex')],
    ['Base64', Buffer.from(secret).toString('base64')],
    ['Base64 behind a user', Buffer.from(`a:${secret}`).toString('base64')],
    ['Base64 behind another user', Buffer.from(`ab:${secret}`).toString('base64')],
    ['Base64 for addresses', Buffer.from(secret).toString('base64url')],
  ])('%s', (_title, text) => {
    const shown = redact(`sent ${text}!`);
    expect(shown).toContain('********');
    // At most the bits that it shares with its neighbours are left.
    expect(shown.length).toBeLessThan('sent ********!'.length + 9);
  });

  test('and two that overlap leave no more than the rest of one', () => {
    expect(createRedactor(['abc12345', '345xyz789'])('abc12345xyz789')).toBe('********xyz789');
  });
});
