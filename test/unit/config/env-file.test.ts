import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvFile } from '../../../src/config/env-file.ts';

const parse = (text: string) => parseEnvFile(text, (key) => key === 'PATHS');

/** Values by key, of a text without problems. */
function valuesOf(text: string): Record<string, string> {
  const { assignments, problems } = parse(text);
  expect(problems).toEqual([]);
  return Object.fromEntries(assignments.map(({ key, value }) => [key, value]));
}

test('a line is a key and a value, with spaces around the = and at the ends', () => {
  expect(valuesOf('A=1\n  B = two words  \nC=')).toEqual({ A: '1', B: 'two words', C: '' });
});

test('blank lines and comment lines are skipped and counted', () => {
  const { assignments } = parse('# head\n\n   # indented\nA=1\n');
  expect(assignments).toEqual([{ key: 'A', writtenKey: 'A', value: '1', lines: [4], isBlock: false }]);
});

test('export in front of a key is accepted, and a key may be named export', () => {
  expect(valuesOf('export A=1\nexport\tB=2\nexport=3')).toEqual({ A: '1', B: '2', EXPORT: '3' });
});

test('keys are read in capitals and keep their spelling for messages', () => {
  expect(parse('Backup_Path=/x').assignments).toMatchObject([
    { key: 'BACKUP_PATH', writtenKey: 'Backup_Path' },
  ]);
});

test('Windows line ends and a byte order mark do no harm', () => {
  expect(valuesOf('\uFEFFA=1\r\nB="2"\r\nPATHS="\r\n/a\r\n"\r\n')).toEqual({ A: '1', B: '2', PATHS: '/a' });
});

test('the last line counts without a line end too', () => {
  expect(valuesOf('A=1\nB=2')).toEqual({ A: '1', B: '2' });
});

test('only the first = separates', () => {
  expect(valuesOf('A=x=y==')).toEqual({ A: 'x=y==' });
});

test('quotes hold a value together and are removed', () => {
  expect(valuesOf(`A="x # y"\nB='x "y"'\nC=" spaced "\nD=""\nE="x" # note`)).toEqual({
    A: 'x # y',
    B: 'x "y"',
    C: ' spaced ',
    D: '',
    E: 'x',
  });
});

test('a backslash keeps a quote inside the value and stays itself', () => {
  expect(valuesOf(String.raw`A="say \"hi\" \\"`)).toEqual({ A: String.raw`say \"hi\" \\` });
});

test('quotes in the middle of a value stay and protect a #', () => {
  expect(valuesOf(`A=--x "b # c" --y # note`)).toEqual({ A: '--x "b # c" --y' });
});

test('text behind a closing quote is dropped with a warning that does not repeat the value', () => {
  const { assignments, problems } = parse('\nTOKEN="abc"def');
  expect(assignments).toMatchObject([{ value: 'abc' }]);
  expect(problems).toMatchObject([{ severity: 'warning', line: 2 }]);
  expect(problems[0]?.message).not.toMatch(/abc|def/);
});

test.each(['A="x', "A='x", 'A="', String.raw`A="x\"`])(
  'an open quote is an error with its line: %s',
  (line) => {
    expect(parse(`\n${line}\nB=1`)).toMatchObject({
      assignments: [{ key: 'A' }, { key: 'B', value: '1' }],
      problems: [{ severity: 'error', line: 2 }],
    });
  },
);

test('a comment starts at a # behind white space or at the start of the value', () => {
  expect(valuesOf('A=1 # note\nB=# note\nC=2\t#note')).toEqual({ A: '1', B: '', C: '2' });
});

test('a # inside a word belongs to the value, with a warning because the older edition cuts there', () => {
  const { assignments, problems } = parse('URL=https://x/#a # note\nPASS=pa#ss');
  expect(assignments.map(({ value }) => value)).toEqual(['https://x/#a', 'pa#ss']);
  expect(problems).toMatchObject([
    { severity: 'warning', line: 1 },
    { severity: 'warning', line: 2 },
  ]);
  expect(problems[1]?.message).not.toContain('pa#ss');
});

test('a # behind a backslash starts no comment in either reading', () => {
  expect(valuesOf(String.raw`A=x \# y`)).toEqual({ A: String.raw`x \# y` });
});

test('a block holds one entry a line, with the line number of each', () => {
  const { assignments, problems } = parse('A=1\nPATHS="\n  /a b\n\n# no\n/c\n"\nB=2');
  expect(problems).toEqual([]);
  expect(assignments).toMatchObject([
    { key: 'A' },
    { key: 'PATHS', value: '/a b\n/c', lines: [3, 6], isBlock: true },
    { key: 'B', lines: [8] },
  ]);
});

test('a comment behind a block entry is dropped; a name with a # in it is kept', () => {
  const text = 'PATHS="\n/a  # note\n/b #\n/My #1 dir\n/c#d\n"/e # f" # note\n"\n';
  expect(valuesOf(text)).toEqual({ PATHS: '/a\n/b\n/My #1 dir\n/c#d\n"/e # f"' });
});

test('an empty block is an empty value', () => {
  expect(parse('PATHS="\n"').assignments).toMatchObject([{ value: '', lines: [1], isBlock: true }]);
});

test('a block without an end is an error at the line where it starts', () => {
  const { assignments, problems } = parse('A=1\nPATHS="\n/a\nB=2\n');
  expect(assignments).toMatchObject([{ key: 'A' }]);
  expect(problems).toMatchObject([{ severity: 'error', line: 2 }]);
});

test('every assignment of a repeated key is given', () => {
  expect(parse('A=1\na=2').assignments).toMatchObject([
    { key: 'A', value: '1', lines: [1] },
    { key: 'A', value: '2', lines: [2] },
  ]);
});

test.each(['nothing here', '=value', 'two words=1', '-A=1', '"A"=1'])(
  'a line that is no assignment is a warning: %s',
  (line) => {
    expect(parse(`A=1\n${line}\nB=2`)).toMatchObject({
      assignments: [{ key: 'A' }, { key: 'B' }],
      problems: [{ severity: 'warning', line: 2 }],
    });
  },
);

const roughText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('A', '=', '"', "'", '#', '\n', '\r', ' ', '\\', 'PATHS="\n', '"\n'),
    fc.string(),
  ),
});

test('no text makes it throw, and every line number is one of the text', () => {
  fc.assert(
    fc.property(roughText, (text) => {
      const { assignments, problems } = parse(text);
      const numbers = [...assignments.flatMap(({ lines }) => lines), ...problems.map(({ line }) => line)];
      const count = text.split('\n').length;
      expect(numbers.every((number) => number >= 1 && number <= count)).toBe(true);
      for (const { value, lines } of assignments) expect(lines).toHaveLength(value.split('\n').length);
    }),
  );
});

test('a quoted value without quotes and backslashes comes back as it was, on its line', () => {
  const value = fc.string().filter((text) => !/["\\\r\n]/.test(text));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
      const text = values.map((item, index) => `K${index}="${item}"`).join('\n');
      expect(parse(text).assignments.map((found) => [found.value, found.lines[0]])).toEqual(
        values.map((item, index) => [item, index + 1]),
      );
    }),
  );
});
