import { describe, expect, test } from 'vitest';
import { globProblem, parseList, type ListItems } from '../../../src/config/parse-list.ts';
import { asRealPath } from '../../../src/host/host.ts';

function parse(items: ListItems, text: string, form: { isBlock?: boolean; extraSeparator?: string } = {}) {
  const { isBlock = false, ...more } = form;
  const context = {
    isBlockLine: () => isBlock,
    resolveOwnPath: (path: string) => ({ value: asRealPath(path) }),
  };
  return parseList(text, context, { items, ...more });
}

function entries(...parameters: Parameters<typeof parse>): readonly string[] {
  const result = parse(...parameters);
  if ('problem' in result) throw new Error(result.problem);
  return result.value;
}

describe('lists of texts', () => {
  test('are separated by , ; | and new lines, never by spaces', () => {
    expect(entries('text', 'a b, c;d|e\n\n f ,,')).toEqual(['a b', 'c', 'd', 'e', 'f']);
  });

  test('lose the quotes around an entry, which protect separators', () => {
    expect(entries('text', `"a,b", 'c;d' , e"f`)).toEqual(['a,b', 'c;d', 'e"f']);
  });
});

test('lists of names are separated by spaces too', () => {
  expect(entries('name', 'a b,c\td')).toEqual(['a', 'b', 'c', 'd']);
});

describe('lists of paths', () => {
  test.each([
    ['/a,/b;/c|/d', ['/a', '/b', '/c', '/d']],
    ['/a, /b , /c', ['/a', '/b', '/c']],
    ['/a /b\t/c', ['/a', '/b', '/c']],
    ['/a b/c, /d', ['/a b/c', '/d']],
    ['/My Files', ['/My Files']],
    ['/srv/a,b', ['/srv/a,b']],
    ['/srv/a,b,/c', ['/srv/a,b', '/c']],
    ['/a,', ['/a']],
    ['/a,,/b', ['/a', '/b']],
    ['"/a /b", /c', ['/a /b', '/c']],
    ['etc/x,opt', ['/etc/x', '/opt']],
    ['', []],
  ])('in one line: %j', (text, expected) => {
    expect(entries('path', text)).toEqual(expected);
  });

  test('in a block each line is one path, spaces included', () => {
    expect(entries('path', '/a /b\n/My Files\n"/c d"', { isBlock: true })).toEqual([
      '/a /b',
      '/My Files',
      '/c d',
    ]);
  });
});

describe('lists of patterns', () => {
  test.each([
    ['*/cache/**, /var/tmp/**', ['*/cache/**', '/var/tmp/**']],
    ['*/cache/** /var/tmp/** .git', ['*/cache/**', '/var/tmp/**', '.git']],
    ['/root/My Files/**', ['/root/My Files/**']],
    ['**/{a,b}/*.log,lxc', ['**/{a,b}/*.log', 'lxc']],
    ['/a{b,/c', undefined],
    ['lxc;user.cfg|x', ['lxc', 'user.cfg', 'x']],
  ])('in one line: %j', (text, expected) => {
    const result = parse('glob', text);
    expect('value' in result ? result.value : undefined).toEqual(expected);
  });

  test('that hold a space in one line say how they were read', () => {
    expect(parse('glob', 'lxc user.cfg')).toMatchObject({
      value: ['lxc user.cfg'],
      remarks: [expect.any(String)],
    });
    expect(parse('glob', '/My Files', { isBlock: true })).toEqual({ value: ['/My Files'] });
  });

  test('in a block hold one pattern a line, unless all pieces start like patterns', () => {
    const text = '/srv/a,b\n/c, *.iso\n/My Files/**\n**/{x,y}';
    const expected = ['/srv/a,b', '/c', '*.iso', '/My Files/**', '**/{x,y}'];
    expect(entries('glob', text, { isBlock: true })).toEqual(expected);
    expect(parse('glob', 'lxc,b', { isBlock: true })).toMatchObject({ remarks: [expect.any(String)] });
  });

  test('take a further separator where the row says so', () => {
    expect(entries('glob', '*.pxar:*.log', { extraSeparator: ':' })).toEqual(['*.pxar', '*.log']);
  });

  test('are checked, and the wrong line is named', () => {
    expect(parse('glob', '/a\n/b\n/c[', { isBlock: true })).toMatchObject({
      problem: expect.any(String),
      piece: 2,
    });
  });

  test.each(['[', 'a[b', '[!', '[]', '{a', '{a,{b}', 'x\\'])('wrong: %j', (pattern) => {
    expect(globProblem(pattern)).toEqual(expect.any(String));
  });

  test.each(['[a]', '[!a]', '[]a]', '[^]]', '{a,b}', 'a}', String.raw`\[`, '**/*.log', 'a]', '(x'])(
    'right: %j',
    (pattern) => {
      expect(globProblem(pattern)).toBeUndefined();
    },
  );
});
