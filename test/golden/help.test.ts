// Help as people see it. After a wanted change: UPDATE_GOLDEN=1 npx vitest run test/golden/help.test.ts

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/index.ts';
import { runCli } from '../unit/cli/cli-host.ts';

const directory = new URL('help/', import.meta.url);
const isUpdate = process.env.UPDATE_GOLDEN === '1';

const groups = [
  ...new Set(commands.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0] ?? ''] : []))),
];
const pages: [file: string, args: string[]][] = [
  ['proxsave.txt', ['--help']],
  ['exit-codes.txt', ['help', 'exit-codes']],
  ...[...new Set([...groups, ...commands.map(({ name }) => name)])].map((name): [string, string[]] => [
    `${name.replaceAll(' ', '-')}.txt`,
    [...name.split(' '), '--help'],
  ]),
];

if (isUpdate) for (const name of readdirSync(directory)) rmSync(new URL(name, directory));

describe.each(pages)('%s', (file, args) => {
  test('is as it was', async () => {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stderr]).toEqual([0, '']);
    if (isUpdate) writeFileSync(new URL(file, directory), stdout);
    expect(stdout).toBe(readFileSync(new URL(file, directory), 'utf8'));
  });
  test('fits on 80 columns, but for commands to copy', async () => {
    const { stdout } = await runCli(args);
    const isCommand = (line: string) => /^ {2}\S*(proxsave|=)/.test(line);
    expect(stdout.split('\n').filter((line) => line.length > 80 && !isCommand(line))).toEqual([]);
  });
});

test('there is no page of a command that is gone', () => {
  expect(readdirSync(directory).sort()).toEqual(pages.map(([file]) => file).sort());
});

test('`proxsave help COMMAND` is the same page', async () => {
  const pagesOf = async (name: string) => [
    (await runCli(['help', ...name.split(' ')])).stdout,
    (await runCli([...name.split(' '), '-h'])).stdout,
  ];
  for (const name of ['list', 'config', 'config show']) {
    const [first, second] = await pagesOf(name);
    expect(first).toBe(second);
  }
});
