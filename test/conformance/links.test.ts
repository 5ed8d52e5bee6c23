// Documents link only to what is there.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
const documents = ['README.md', ...readdirSync(join(project, 'docs')).map((name) => `docs/${name}`)];

function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gmu)].map((match) => match[1] ?? '');
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(documents)('every link of %s leads somewhere', (document) => {
  const text = readFileSync(join(project, document), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/gu)];
  for (const [link, path = '', anchor] of links) {
    const target = path === '' ? document : join(dirname(document), path);
    expect(existsSync(join(project, target)), link).toBe(true);
    if (anchor !== undefined)
      expect(anchorsOf(readFileSync(join(project, target), 'utf8')), link).toContain(anchor);
  }
});
