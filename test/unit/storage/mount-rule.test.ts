import { describe, expect, test } from 'vitest';
import { decideMount, type MountFacts } from '../../../src/storage/mounts/mount-rule.ts';
import type { Mount } from '../../../src/host/mounts/mount-table.ts';

const root: Mount = { id: '1', parentId: '0', mountPoint: '/', type: 'ext4', source: '/dev/sda2' };
const nas: Mount = { id: '2', parentId: '1', mountPoint: '/mnt/nas', type: 'nfs4', source: 'nas:/x' };
const fstab = { mountPoint: '/mnt/nas', evidence: '/etc/fstab (nas:/x, nfs4)' };

function facts(more: Partial<MountFacts>): MountFacts {
  return {
    path: '/mnt/nas/backups',
    mount: nas,
    rootMount: root,
    expected: [],
    mountArea: '/mnt',
    ...more,
  };
}
const isUsed = (given: MountFacts, require: 'auto' | 'yes' | 'no') => !decideMount(given, require).isRefused;

describe('auto', () => {
  test.each([
    ['a mount is used', facts({}), true],
    ['a mount where one is expected is used', facts({ expected: [fstab] }), true],
    ['the root file system below /mnt is not', facts({ mount: root }), false],
    ['the root file system elsewhere is', facts({ mount: root, path: '/srv/x', mountArea: undefined }), true],
    [
      'the root file system where a mount is expected is not',
      facts({ mount: root, mountArea: undefined, expected: [fstab] }),
      false,
    ],
    [
      'another mount above the expected one is not',
      facts({ mount: { ...nas, mountPoint: '/mnt' }, expected: [fstab] }),
      false,
    ],
    [
      'a mount below the expected one is',
      facts({ mount: { ...nas, mountPoint: '/mnt/nas/backups' }, expected: [fstab] }),
      true,
    ],
    [
      'of two expected mounts the deeper one counts',
      facts({ expected: [{ mountPoint: '/mnt', evidence: 'x' }, fstab] }),
      true,
    ],
    [
      'a place of autofs on which nothing was mounted is not',
      facts({ mount: { ...nas, type: 'autofs' }, expected: [fstab] }),
      false,
    ],
    [
      'where nothing tells what is mounted, and nothing is expected, it is',
      facts({ mount: undefined, rootMount: undefined }),
      true,
    ],
    [
      'where nothing tells what is mounted, and something is expected, it is not',
      facts({ mount: undefined, expected: [fstab] }),
      false,
    ],
  ])('%s', (_, given, expected) => {
    expect(isUsed(given, 'auto')).toBe(expected);
  });

  test('a refusal says what is missing, who says so and what to type', () => {
    expect(decideMount(facts({ mount: root, expected: [fstab] }), 'auto')).toEqual({
      isRefused: true,
      reason: 'nothing is mounted on /mnt/nas, but by /etc/fstab (nas:/x, nfs4) there should be',
      hint: 'mount it: mount /mnt/nas; if /mnt/nas/backups is meant to be a plain directory, set SECONDARY_REQUIRE_MOUNT=no',
    });
  });
});

describe('yes and no', () => {
  test('yes refuses the root file system anywhere, and what cannot be told', () => {
    const elsewhere = { path: '/srv/x', mountArea: undefined };
    expect(isUsed(facts({ ...elsewhere, mount: root }), 'yes')).toBe(false);
    expect(isUsed(facts({ ...elsewhere, mount: undefined }), 'yes')).toBe(false);
    expect(isUsed(facts(elsewhere), 'yes')).toBe(true);
    expect(isUsed(facts({ mount: root, expected: [fstab] }), 'yes')).toBe(false);
  });

  test('no uses whatever is there', () => {
    expect(isUsed(facts({ mount: root, expected: [fstab] }), 'no')).toBe(true);
    expect(isUsed(facts({ mount: { ...nas, type: 'autofs' } }), 'no')).toBe(true);
  });
});
