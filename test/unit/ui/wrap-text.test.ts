import { expect, test } from 'vitest';
import { wrapText } from '../../../src/ui/wrap-text.ts';

test('breaks between words, at the width', () => {
  expect(wrapText('one two three four', 9)).toEqual(['one two', 'three', 'four']);
});

test('a word that is longer than the width stays whole, and breaks of the text stay', () => {
  expect(wrapText('see /a/very/long/path now\nnext', 8)).toEqual(['see', '/a/very/long/path', 'now', 'next']);
});
