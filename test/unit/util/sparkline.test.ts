import { expect, test } from 'vitest';
import { sparkline } from '../../../src/util/sparkline.ts';

test('bars stand for shares of the largest value', () => {
  expect(sparkline([0, 1, 2, 4, 8])).toBe('▁▁▂▄█');
});

test('what is not known is a space, and zeros are low', () => {
  expect(sparkline([undefined, 0, 0])).toBe(' ▁▁');
  expect(sparkline([])).toBe('');
});
