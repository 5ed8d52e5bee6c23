import { expect, test } from 'vitest';
import { printable, printableLines } from '../../../src/util/printable.ts';

test('control characters, direction marks and raw bytes become visible escapes', () => {
  expect(printable('a\u001b[31m\n\t\u007f\u202e\udcffz')).toBe('a\\x1b[31m\\n\\t\\x7f\\u202e\\xffz');
});

test('text in any script stays as it is', () => {
  expect(printable('Übersicht 日本 €🙂')).toBe('Übersicht 日本 €🙂');
});

test('a message of several lines keeps its lines, escaped one by one', () => {
  expect(printableLines('two errors:\n  first \u001b[2J\n  second')).toBe(
    'two errors:\n  first \\x1b[2J\n  second',
  );
});

test('a newline that a file name smuggles in never starts a line of its own', () => {
  const lines = printableLines('cannot read /etc/x\nerror: all is lost', '    ').split('\n');
  expect(lines).toEqual(['cannot read /etc/x', '    error: all is lost']);
});
