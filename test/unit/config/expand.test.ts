import { expect, test } from 'vitest';
import { expand, type Lookup } from '../../../src/config/expand.ts';
import { editDistance, nearest } from '../../../src/config/nearest.ts';

function lookupIn(values: Record<string, string>): Lookup {
  return (name) => (Object.hasOwn(values, name) ? { text: values[name] ?? '', isLiteral: false } : undefined);
}

test('$NAME and ${NAME} stand for the value of the name, which is expanded in turn', () => {
  const lookup = lookupIn({ A: '/a', B: '$A/b', a_1: 'x' });
  expect(expand('$A:${B}:$A/$a_1', lookup)).toEqual({ text: '/a:/a/b:/a/x', unknown: [] });
});

test('a $ without a name stays', () => {
  expect(expand('a$ $5 $$ ${} ^x$ ${A', lookupIn({ '': 'no' }))).toMatchObject({
    text: 'a$ $5 $$ no ^x$ ${A',
  });
});

test('an unknown name stays as it is written and is named', () => {
  expect(expand('$X/${Y}', lookupIn({}))).toEqual({ text: '$X/${Y}', unknown: ['X', 'Y'] });
});

test('a literal value is not expanded again', () => {
  expect(expand('$A', () => ({ text: '$A', isLiteral: true }))).toEqual({ text: '$A', unknown: [] });
});

test('a name that leads back to itself is a cycle, named in order', () => {
  const lookup = lookupIn({ A: '$B', B: 'x${C}', C: '$A' });
  expect(expand('$A', lookup).cycle).toEqual(['A', 'B', 'C', 'A']);
  expect(expand('$B', lookup, ['A']).cycle).toEqual(['A', 'B', 'C', 'A']);
});

test('the same name twice is no cycle', () => {
  expect(expand('$A$A', lookupIn({ A: 'x' }))).toEqual({ text: 'xx', unknown: [] });
});

test('the edit distance counts a swap of neighbours once', () => {
  expect([editDistance('', 'ab'), editDistance('abc', 'acb'), editDistance('kitten', 'sitting')]).toEqual([
    2, 1, 3,
  ]);
});

test('the nearest name is offered only if it is near', () => {
  expect(nearest('BACKUP_ENABLDE', ['BACKUP_PATH', 'BACKUP_ENABLED'])).toBe('BACKUP_ENABLED');
  expect(nearest('HELLO_WORLD', ['BACKUP_PATH', 'BACKUP_ENABLED'])).toBeUndefined();
});
