// The parts of the coverage proof: what meets a requirement, what lies on a host, how the database and the files compare.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import { comparePmxcfs } from '../../../src/orchestrator/coverage/compare-pmxcfs.ts';
import { createCoverageWatch } from '../../../src/orchestrator/coverage/coverage-watch.ts';
import { isOnHost } from '../../../src/orchestrator/coverage/is-on-host.ts';
import { matcherFor, type Requirement } from '../../../src/orchestrator/coverage/requirements.ts';

describe('a requirement', () => {
  test.each([
    ['/etc/fstab', 'etc/fstab', true],
    ['/etc/fstab', 'etc/fstab.old', false],
    ['/root/.ssh', 'root/.ssh/id_rsa', true],
    ['/root/.ssh', 'root/.ssh2/id_rsa', false],
    ['/etc/pve/nodes/*/{qemu-server,lxc}', 'etc/pve/nodes/a/lxc/300.conf', true],
    ['/etc/pve/nodes/*/{qemu-server,lxc}', 'etc/pve/nodes/a/b/lxc/300.conf', false],
    ['/etc/pve/priv/ceph.*', 'etc/pve/priv/ceph.client.admin.keyring', true],
    ['/etc/pve/priv/ceph.*', 'etc/pve/priv/ceph/x', false],
  ])('for %s is met by %s: %s', (what, path, isMet) => {
    expect(matcherFor(what)(path)).toBe(isMet);
  });

  const need = (what: string, more: Partial<Requirement> = {}): Requirement => ({
    areaId: 'a',
    what,
    why: 'why',
    matches: matcherFor(what),
    ...more,
  });
  const file = (path: string, size: number, area = 'a') => ({ path, type: 'file', size, area });

  test('is present, empty, absent or left out', () => {
    const watch = createCoverageWatch([
      need('/full'),
      need('/hollow'),
      need('/gone'),
      need('/off', { leftOut: 'X=false' }),
      need('/tree'),
      need('/link'),
    ]);
    watch.see(file('full', 7));
    watch.see(file('hollow', 0));
    watch.see({ path: 'tree', type: 'directory', size: 0, area: 'a' });
    watch.see({ path: 'link', type: 'symlink', size: 0, area: 'a' });
    expect(watch.rows().map(({ what, state, detail }) => [what, state, detail])).toEqual([
      ['/full', 'present', undefined],
      ['/hollow', 'empty', undefined],
      ['/gone', 'absent', undefined],
      ['/off', 'left-out', 'X=false'],
      ['/tree', 'absent', undefined],
      ['/link', 'present', undefined],
    ]);
  });

  test('is not met by what another area saved, unless the archive knows no areas', () => {
    const watch = createCoverageWatch([need('/x')]);
    watch.see(file('x', 1, 'b'));
    expect(watch.rows()[0]?.state).toBe('absent');
    watch.see(file('x', 1, ''));
    expect(watch.rows()[0]?.state).toBe('present');
  });
});

describe('what lies on a host', () => {
  test.each([
    ['/etc/fstab', true],
    ['/etc/none', false],
    ['/empty', false],
    ['/full', true],
    ['/etc/link', true],
    ['/nodes/*/{qemu-server,lxc}', true],
    ['/nodes/*/openvz', false],
    ['/etc/fstab/below', false],
  ])('%s: %s', (pattern, isThere) => {
    const root = mkdtempSync(join(tmpdir(), 'proxsave-coverage-'));
    onTestFinished(() => {
      rmSync(root, { recursive: true, force: true });
    });
    for (const name of ['etc', 'empty', 'full', 'nodes/a/lxc', 'nodes/b/openvz']) {
      mkdirSync(join(root, name), { recursive: true });
    }
    for (const name of ['etc/fstab', 'full/x', 'nodes/a/lxc/1.conf']) writeFileSync(join(root, name), 'x');
    symlinkSync('nowhere', join(root, 'etc/link'));
    expect(isOnHost(createHost({ root, env: {} }), pattern)).toBe(isThere);
  });
});

describe('the database beside the saved files', () => {
  test('tells equal, changed and missing files apart', () => {
    const rows = new Map([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ]);
    const files = new Map([
      ['a', '1'],
      ['b', 'other'],
      ['only-saved', '9'],
    ]);
    expect(comparePmxcfs(rows, files)).toEqual({ same: 1, changed: ['b'], missing: ['c'] });
  });

  test('does not miss locks, which come and go', () => {
    const rows = new Map([
      ['priv/lock/file-1', 'x'],
      ['priv/lockfile', 'x'],
    ]);
    expect(comparePmxcfs(rows, new Map()).missing).toEqual(['priv/lockfile']);
  });
});
