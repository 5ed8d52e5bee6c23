// The tools of a fake host as programs in a directory for PATH: one small wrapper for each tool that has answers.
// See test/fixtures/stubs/answer.sh for the format of answers and for the switches (STUB_HANG ...).

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const stubsDirectory = join(import.meta.dirname, '../fixtures/stubs');

export interface StubRequest {
  /** Where the wrappers go. */
  directory: string;
  root: string;
  /** Names of directories in test/fixtures/stubs/answers; earlier ones win. */
  answers: readonly string[];
  /** Tool -> sections that win over all of those. */
  own: Readonly<Record<string, string>>;
  /** Tools this host does not have, although it has answers for them. */
  without?: readonly string[];
}

export function makeStubs({ directory, root, answers, own, without = [] }: StubRequest): void {
  const ownDirectory = join(directory, '.answers');
  mkdirSync(ownDirectory, { recursive: true });
  for (const [tool, text] of Object.entries(own)) writeFileSync(join(ownDirectory, `${tool}.txt`), text);
  const places = [ownDirectory, ...answers.map((name) => join(stubsDirectory, 'answers', name))];
  const tools = new Set(
    places.flatMap((place) => readdirSync(place).map((name) => name.replace(/\.txt$/, ''))),
  );
  for (const tool of [...tools, 'cat'].filter((name) => !without.includes(name))) {
    const script = [
      '#!/bin/sh',
      `FIXTURE_TOOL='${tool}' FIXTURE_ROOT='${root}' FIXTURE_ANSWERS='${places.join(':')}'`,
      'export FIXTURE_TOOL FIXTURE_ROOT FIXTURE_ANSWERS',
      `exec /bin/sh '${stubsDirectory}/answer.sh' "$@"`,
      '',
    ].join('\n');
    writeFileSync(join(directory, tool), script, { mode: 0o755 });
  }
}
