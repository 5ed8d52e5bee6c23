import { expect, test } from 'vitest';
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
