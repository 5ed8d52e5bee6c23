// The tools of a fake host as programs in a directory for PATH: one small wrapper for each tool that has answers.
// See test/fixtures/stubs/answer.sh for the format of answers and for the switches (STUB_HANG ...).

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const stubsDirectory = join(import.meta.dirname, '../fixtures/stubs');

export interface StubRequest {
  /** Where the wrappers go. */
  directory: string;
  root: string;
  /** Names of files in test/fixtures/stubs/answers; earlier ones win. */
  answers: readonly string[];
  /** Sections that win over all of those. */
  own: string;
  /** Tools this host does not have, although it has answers for them. */
  without?: readonly string[];
}

export function makeStubs({ directory, root, answers, own, without = [] }: StubRequest): void {
  mkdirSync(directory, { recursive: true });
  const ownFile = join(directory, '.answers.txt');
  writeFileSync(ownFile, own);
  const files = [ownFile, ...answers.map((name) => join(stubsDirectory, 'answers', `${name}.txt`))];
  const tools = new Set(['cat', ...files.flatMap((file) => toolsIn(readFileSync(file, 'utf8')))]);
  for (const tool of [...tools].filter((name) => !without.includes(name))) {
    const script = [
      '#!/bin/sh',
      `FIXTURE_TOOL='${tool}' FIXTURE_ROOT='${root}' FIXTURE_ANSWERS='${files.join(':')}'`,
      'export FIXTURE_TOOL FIXTURE_ROOT FIXTURE_ANSWERS',
      `exec /bin/sh '${stubsDirectory}/answer.sh' "$@"`,
      '',
    ].join('\n');
    writeFileSync(join(directory, tool), script, { mode: 0o755 });
  }
}

function toolsIn(answers: string): string[] {
  return [...answers.matchAll(/^\$(?:json)? (\S+)/gm)].map(([, tool = '']) => tool);
}
