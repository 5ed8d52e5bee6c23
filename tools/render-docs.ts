// Writes the generated documents, or with --check says which of them are stale.

import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { renderAreas } from '../src/catalogue/render-areas.ts';
import { renderReference } from '../src/config/render-reference.ts';

const generated: readonly { path: string; render: () => string }[] = [
  { path: 'docs/configuration.md', render: renderReference },
  { path: 'docs/areas.md', render: renderAreas },
];

const isCheck = process.argv.includes('--check');
let stale = 0;
for (const { path, render } of generated) {
  const text = await format(render(), { parser: 'markdown', singleQuote: true, printWidth: 110 });
  if (!isCheck) writeFileSync(path, text);
  else if (readIfThere(path) !== text) {
    stale += 1;
    process.stderr.write(`${path} is not up to date: run \`npm run docs\`\n`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
