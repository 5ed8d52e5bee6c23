// Links are followed as a process inside the root would follow them.

import { expect, test } from 'vitest';
import { followLinks } from '../../../src/collector/follow-links.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { createSandbox } from '../../support/sandbox.ts';

const files = {
  '/data/real/file': 'x',
  '/absolute': '-> /data/real',
  '/relative': '-> data/real',
  '/chain': '-> absolute',
  '/data/up': '-> ../../../../data/real',
  '/loop-a': '-> loop-b',
  '/loop-b': '-> /loop-a',
  '/dangling': '-> /nowhere/at/all',
  '/through': '-> absolute/../other',
  '/data/other': 'y',
};

test.each([
  ['/data/real/file', '/data/real/file', []],
  ['/absolute/file', '/data/real/file', ['/absolute']],
  ['/relative', '/data/real', ['/relative']],
  ['/chain/file', '/data/real/file', ['/chain', '/absolute']],
  ['/data/up/file', '/data/real/file', ['/data/up']],
  ['/dangling/x', '/nowhere/at/all/x', ['/dangling']],
  ['/not/there', '/not/there', []],
  // `..` behind a link is the parent of where the link leads.
  ['/through', '/data/other', ['/through', '/absolute']],
  ['/', '/', []],
])('%s leads to %s', (path, target, links) => {
  const { root } = createSandbox({ files });
  expect(followLinks(createHost({ root }), path)).toEqual({ path: target, links });
});

test('links in a circle lead nowhere', () => {
  const { root } = createSandbox({ files });
  expect(followLinks(createHost({ root }), '/loop-a/x')).toBeUndefined();
});
