import { expect, test } from 'vitest';
import { renderArchiveTable } from '../../../src/cli/archive-table.ts';
import { asRealPath } from '../../../src/host/host.ts';
import type { ListedArchive } from '../../../src/orchestrator/list-archives.ts';
import { styleFor } from '../../../src/ui/style.ts';

const name = 'pve1-backup-20260724-020000.tar.zst.bundle.tar';
const damaged: ListedArchive = {
  tier: 'primary',
  name,
  path: asRealPath(`/b/${name}`),
  hostname: 'pve1',
  createdAt: new Date(2026, 6, 24, 2, 0, 0),
  sizeBytes: 12_345,
  problem: 'it is cut short\nerror: forged',
};
const render = (archives: readonly ListedArchive[], columns: number) =>
  renderArchiveTable(archives, { now: new Date(2026, 6, 27, 2, 0, 0), style: styleFor(false), columns });

test('names are whole where they fit, and lose their ending where they do not', () => {
  expect(render([damaged], 120)).toEqual([
    'made              age      size  state    name',
    `2026-07-24 02:00   3d  12.1 KiB  damaged  ${name}`,
    '    it is cut short\n    error: forged',
  ]);
  expect(render([damaged], 80)[1]).toMatch(/ {2}pve1-backup-20260724-020000$/);
});

test('a name that is no pattern of ours, or holds control characters, stays whole and harmless', () => {
  const odd = { ...damaged, name: 'proxmox-backup-x\u001b[2J-20260724-020000.tar.xz' };
  expect(render([odd], 20)[1]).toMatch(/proxmox-backup-x\\x1b\[2J-20260724-020000\.tar\.xz$/);
});
