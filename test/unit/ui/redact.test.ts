import { expect, test } from 'vitest';
import { createRedactor, redactValue } from '../../../src/ui/redact.ts';

test('every occurrence goes, and a secret inside of a longer one leaves nothing behind', () => {
  const redact = createRedactor(['token-1', 'token-1-long']);
  expect(redact('token-1 and token-1-long and token-1')).toBe('******** and ******** and ********');
});

test('short values are no secrets: they would take ordinary words away', () => {
  expect(createRedactor(['on', ''])('on and on')).toBe('on and on');
});

test('strings anywhere inside of a value are redacted, the rest stays', () => {
  const redact = createRedactor(['hunter2-secret']);
  const value = { a: ['x hunter2-secret', 1, null], b: { c: 'hunter2-secret', d: true } };
  expect(redactValue(value, redact)).toEqual({ a: ['x ********', 1, null], b: { c: '********', d: true } });
});
