import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  contains,
  mountOf,
  parseMountInfo,
  unescapeOctal,
  type Mount,
} from '../../../src/host/mounts/mount-table.ts';

const table = `22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
25 22 0:23 / /proc rw,nosuid - proc proc rw
40 22 0:50 / /mnt/nas rw,relatime shared:50 master:2 - nfs4 nas:/export\\040one rw,vers=4.2
41 22 0:51 / /mnt/with\\040space\\134and\\011tab rw - cifs //host/share\\040name rw
42 40 0:52 / /mnt/nas/deep rw - tmpfs tmpfs rw
43 22 0:53 / /mnt/raw\xff rw - tmpfs tmpfs rw
this is no line of it
`;
const mounts = parseMountInfo(Buffer.from(table, 'latin1'));
const at = (path: string) => mountOf(mounts, path)?.mountPoint;

describe('mountinfo', () => {
  test('gives place, type and source, names as they are', () => {
    expect(mounts).toHaveLength(6);
    expect(mounts[2]).toEqual({
      id: '40',
      parentId: '22',
      mountPoint: '/mnt/nas',
      type: 'nfs4',
      source: 'nas:/export one',
    });
    expect(mounts[3]).toMatchObject({ mountPoint: '/mnt/with space\\and\ttab', source: '//host/share name' });
    expect(mounts[5]?.mountPoint).toBe('/mnt/raw\udcff');
  });

  test('of this machine has a root that holds everything', () => {
    const here = parseMountInfo(readFileSync('/proc/self/mountinfo'));
    expect(mountOf(here, '/proc/self')).toMatchObject({ mountPoint: '/proc', type: 'proc' });
    expect(mountOf(here, '/no-such-directory')?.mountPoint).toBe('/');
  });

  test('only three octal digits are an escape', () => {
    expect(unescapeOctal('a\\040b\\04c\\x')).toBe('a b\\04c\\x');
    expect(unescapeOctal('\\303\\274')).toBe('ü');
  });
});

describe('the mount of a path', () => {
  test.each([
    ['/mnt/nas/backups', '/mnt/nas'],
    ['/mnt/nas', '/mnt/nas'],
    ['/mnt/nas/deep/er', '/mnt/nas/deep'],
    ['/mnt/nas/deeper', '/mnt/nas'],
    ['/mnt/nas2/backups', '/'],
    ['/mnt/with space\\and\ttab/x', '/mnt/with space\\and\ttab'],
    ['/', '/'],
  ])('%j lies on %j', (path, mountPoint) => {
    expect(at(path)).toBe(mountPoint);
  });

  test('is not one that lies hidden under another', () => {
    const hidden = [
      ...mounts,
      { id: '60', parentId: '22', mountPoint: '/mnt', type: 'tmpfs', source: 'tmpfs' },
    ];
    expect(mountOf(hidden, '/mnt/nas/backups')?.id).toBe('60');
    expect(mountOf(hidden, '/mnt')?.id).toBe('60');
  });

  test('is the upper one of two on the same place', () => {
    const stacked = [
      ...mounts,
      { id: '61', parentId: '40', mountPoint: '/mnt/nas', type: 'tmpfs', source: 'tmpfs' },
    ];
    expect(mountOf(stacked, '/mnt/nas/backups')?.id).toBe('61');
  });

  test('is found where the root itself is no mount (chroot), and ends on tables that go in circles', () => {
    const chroot = mounts.slice(2);
    expect(mountOf(chroot, '/mnt/nas/deep')?.id).toBe('42');
    expect(mountOf(chroot, '/elsewhere')).toBeUndefined();
    expect(mountOf([], '/')).toBeUndefined();
    const circle: Mount[] = [
      { id: '1', parentId: '0', mountPoint: '/', type: 'x', source: 'x' },
      { id: '2', parentId: '1', mountPoint: '/a', type: 'x', source: 'x' },
      { id: '1', parentId: '2', mountPoint: '/a', type: 'x', source: 'x' },
    ];
    expect(mountOf(circle, '/a/b')).toBeDefined();
  });
});

test('a directory holds what is below it and not its neighbours', () => {
  expect(contains('/', '/anything')).toBe(true);
  expect(contains('/mnt/nas', '/mnt/nas')).toBe(true);
  expect(contains('/mnt/nas', '/mnt/nas/x')).toBe(true);
  expect(contains('/mnt/nas', '/mnt/nas2')).toBe(false);
});
