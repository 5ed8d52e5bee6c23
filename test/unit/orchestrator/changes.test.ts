// What differs between two archives, where the archives are not both of this edition, or hold a great deal.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openArchive } from '../../../src/archiver/read/open-archive.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { compareArchives } from '../../../src/orchestrator/changes.ts';
import { hasPrograms } from '../../support/needs.ts';
import { makeOldArchive } from '../../support/old-archives/make-old-archive.ts';
import type { OldEntry } from '../../support/old-archives/old-tar.ts';
import { createCliHost } from '../cli/cli-host.ts';

const host = createHost({ env: {} });
const hasXz = hasPrograms('xz');

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-changes-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

function oldArchive(entries: readonly OldEntry[]) {
  return openArchive(host, asRealPath(makeOldArchive(makeDirectory(), { entries })));
}

function file(path: string, text: string, more: Partial<OldEntry> = {}): OldEntry {
  return { path, type: 'file', mode: 0o644, content: Buffer.from(text), ...more };
}

test.skipIf(!hasXz)('archives without hashes are compared by size and time (needs xz)', async () => {
  const same = file('etc/hosts', 'same');
  const older = await oldArchive([same, file('etc/a', 'one'), file('etc/b', 'two'), file('etc/gone', '')]);
  const newer = await oldArchive([
    same,
    file('etc/a', 'longer'),
    file('etc/b', 'TWO', { mtimeSeconds: 1_753_400_000 }),
    file('etc/new', ''),
  ]);
  expect(await compareArchives(host, older, newer)).toEqual([
    { area: '', added: ['/etc/new'], removed: ['/etc/gone'], changed: ['/etc/a', '/etc/b'] },
  ]);
});

test.skipIf(!hasXz)(
  'an archive of the existing edition and one of this one have their areas joined',
  async () => {
    const cliHost = createCliHost();
    onTestFinished(() => {
      cliHost.remove();
    });
    await cliHost.backUp();
    const name = cliHost.archives().find((candidate) => candidate.endsWith('.bundle.tar'))!;
    const ours = await openArchive(host, asRealPath(join(cliHost.backups, name)));
    const theirs = await oldArchive([file('etc/hosts', 'of another size'), file('etc/only-theirs', '')]);
    const changes = await compareArchives(host, theirs, ours);
    const areaOf = (kind: 'added' | 'removed' | 'changed', path: string) =>
      changes.find((area) => area[kind].includes(path))?.area;
    expect(areaOf('changed', '/etc/hosts')).not.toBe('');
    expect(areaOf('changed', '/etc/hosts')).toBeDefined();
    expect(areaOf('removed', '/etc/only-theirs')).toBe('');
    expect(areaOf('added', '/etc/fstab')).toBeDefined();
  },
);

test('long lists are cut and what is missing is counted', async () => {
  const cliHost = createCliHost();
  onTestFinished(() => {
    cliHost.remove();
  });
  await cliHost.backUp();
  for (let index = 0; index < 8; index += 1) writeFileSync(join(cliHost.root, `etc/new-${index}`), '');
  await cliHost.backUp();
  const paths = cliHost
    .archives()
    .filter((name) => name.endsWith('.bundle.tar'))
    .map((name) => asRealPath(join(cliHost.backups, name)));
  const [older, newer] = await Promise.all(paths.map((path) => openArchive(host, path)));
  const changes = await compareArchives(host, older!, newer!, { namesPerList: 3 });
  const area = changes.find(({ added }) => added.includes('/etc/new-0'));
  expect(area?.added).toEqual(['/etc/new-0', '/etc/new-1', '/etc/new-2']);
  expect(area?.omitted).toEqual({ added: 5, removed: 0, changed: 0 });
  await expect(compareArchives(host, older!, newer!, { signal: AbortSignal.abort() })).rejects.toThrow();
});
