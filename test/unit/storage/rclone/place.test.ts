import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../../src/errors.ts';
import {
  composeLogPlace,
  composePlace,
  directoryAt,
  fileAt,
  placeAbove,
} from '../../../../src/storage/rclone/place.ts';

describe('the place of the cloud tier', () => {
  test.each([
    ['GoogleDrive', '/proxsave/backup', 'GoogleDrive:proxsave/backup'],
    ['GoogleDrive:', 'proxsave/backup/', 'GoogleDrive:proxsave/backup'],
    ['nas:/base/', '/proxsave//backup/', 'nas:base/proxsave/backup'],
    ['nas:base/./deep', '', 'nas:base/deep'],
    ['nas', '', 'nas:'],
    ['my nas at home:a b', 'ümläut', 'my nas at home:a b/ümläut'],
    ['a.b-c_d+e@f', 'x:y', 'a.b-c_d+e@f:x:y'],
    ['/mnt/disk/', '/proxsave/', '/mnt/disk/proxsave'],
    ['/mnt/a:b', '', '/mnt/a:b'],
    ['/', '', '/'],
  ])('%s and %s are %s', (remote, path, expected) => {
    expect(directoryAt(composePlace(remote, path))).toBe(expected);
  });

  test('a file lies below it, also at the top of a remote or of this machine', () => {
    expect(fileAt(composePlace('nas', ''), 'a.tar')).toBe('nas:a.tar');
    expect(fileAt(composePlace('nas:x', 'y'), 'a.tar')).toBe('nas:x/y/a.tar');
    expect(fileAt(composePlace('/', ''), 'a.tar')).toBe('/a.tar');
    expect(fileAt(composePlace('/mnt', ''), 'a.tar')).toBe('/mnt/a.tar');
  });

  test('the places above end at the top', () => {
    const above = (remote: string) => {
      const names: string[] = [];
      for (let place = placeAbove(composePlace(remote, '')); place !== undefined; place = placeAbove(place)) {
        names.push(directoryAt(place));
      }
      return names;
    };
    expect(above('nas:a/b/c')).toEqual(['nas:a/b', 'nas:a', 'nas:']);
    expect(above('/mnt/x')).toEqual(['/mnt', '/']);
    expect(above('nas:')).toEqual([]);
  });

  test.each([
    ['', ''],
    ['nas/backup', ''],
    ['-nas', ''],
    [' :x', ''],
    ['na\\s:', ''],
    ['nas:a/../b', ''],
    ['nas', '../b'],
    ['nas', 'a\nb'],
    ['nas\n', 'a\u0000'],
    ['nas,host', ''],
    [':sftp,host=x', ''],
    ['nas,pass="open:x', ''],
  ])('%j with %j is refused', (remote, path) => {
    expect(() => composePlace(remote, path)).toThrow(UsageError);
  });

  test('a remote of the configuration is named for the error about a missing one, a directory is not', () => {
    expect(composePlace('my nas:x', '').configuredName).toBe('my nas');
    expect(composePlace('/mnt', '').configuredName).toBeUndefined();
    expect(composePlace(':local:/mnt', '').configuredName).toBeUndefined();
  });
});

describe('settings of a connection string', () => {
  test('go through the environment and stand in no argument and no message', () => {
    const place = composePlace(`nas,pass="se:cr,""et",md5sum-command=md5:base`, 'x');
    expect(place.env).toEqual({
      RCLONE_CONFIG_NAS_PASS: 'se:cr,"et',
      RCLONE_CONFIG_NAS_MD5SUM_COMMAND: 'md5',
    });
    expect(directoryAt(place)).toBe('nas:base/x');
    expect(place.location).toBe('nas:base/x');
  });

  test('without a value mean true, and a dash in the name of the remote is written both ways', () => {
    expect(composePlace('my-nas,versions:', '').env).toEqual({
      'RCLONE_CONFIG_MY-NAS_VERSIONS': 'true',
      RCLONE_CONFIG_MY_NAS_VERSIONS: 'true',
    });
  });

  test('make a remote that no configuration has', () => {
    const place = composePlace(':sftp,host=backup.example,pass=secret:dir', '');
    expect(place.env).toEqual({
      RCLONE_CONFIG_PROXSAVECLOUD_TYPE: 'sftp',
      RCLONE_CONFIG_PROXSAVECLOUD_HOST: 'backup.example',
      RCLONE_CONFIG_PROXSAVECLOUD_PASS: 'secret',
    });
    expect(directoryAt(place)).toBe('proxsavecloud:dir');
    expect(place.location).toBe(':sftp:dir');
  });

  test('that are wrong are not shown', () => {
    expect(() => composePlace('nas,pass=hidden', '')).toThrow(/^(?!.*hidden).*nas/);
  });
});

describe('the place of the log copies', () => {
  test.each([
    ['nas:base', '/proxsave/log', 'nas:proxsave/log'],
    ['nas', 'other:logs/', 'other:logs'],
    ['/mnt/disk', 'log', '/mnt/disk/log'],
  ])('for %s and %s is %s', (remote, path, expected) => {
    const place = composeLogPlace(remote, path);
    expect(directoryAt(place)).toBe(expected);
    expect(place.location).toBe(expected);
  });
});
