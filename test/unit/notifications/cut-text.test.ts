import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutText, fitLines, utf16Length, utf8Length } from '../../../src/notifications/render/cut-text.ts';

const anyText = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed());
const measures = [utf16Length, utf8Length];

test('a cut text never exceeds its limit and never holds half a character', () => {
  fc.assert(
    fc.property(
      anyText,
      fc.integer({ min: 3, max: 60 }),
      fc.constantFrom(...measures),
      (text, max, measure) => {
        const cut = cutText(text, max, measure);
        expect(measure(cut)).toBeLessThanOrEqual(max);
        expect(cut.isWellFormed()).toBe(true);
        if (measure(text) <= max) expect(cut).toBe(text);
        else expect(cut.endsWith('…')).toBe(true);
      },
    ),
  );
});

const escape = (line: string) => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

test('lines that are fitted stay within the limit, and escapes stay whole', () => {
  const line = fc.string({ unit: fc.constantFrom('&', '<', 'a', 'ä', '🔥', ' '), maxLength: 80 });
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 20 }),
      fc.constantFrom(...measures),
      (lines, measure) => {
        const text = fitLines(lines, { max: 120, measure, dress: escape });
        expect(measure(text)).toBeLessThanOrEqual(120);
        expect(text.isWellFormed()).toBe(true);
        expect(text.replace(/&(amp|lt);/g, '')).not.toMatch(/[&<]/);
      },
    ),
  );
});

test('what fits stays as it is', () => {
  expect(fitLines(['a', '', 'b'], { max: 10 })).toBe('a\n\nb');
});

test('the first lines stay and a note tells that others are missing', () => {
  const lines = ['status', 'one', '', ...Array.from({ length: 50 }, (_, index) => `line ${index}`)];
  const text = fitLines(lines, { max: 40 });
  expect(text).toBe('status\none\n\nline 0\nline 1\n… (shortened)');
});

test('a line that alone is too long is cut itself', () => {
  const text = fitLines(['status', 'x'.repeat(500), 'end'], { max: 100 });
  expect(text).toBe(`status\n${'x'.repeat(49)}…\nend`);
});
