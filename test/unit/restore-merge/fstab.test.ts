import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBlkid, type DevicesPresent } from '../../../src/restore/merge/devices.ts';
import { parseFstabLine } from '../../../src/restore/merge/fstab-grammar.ts';
import { mergeFstab } from '../../../src/restore/merge/fstab.ts';
import { decodeBytePath, encodeBytePath } from '../../../src/util/byte-path.ts';

const live = [
  '# <file system> <mount point> <type> <options> <dump> <pass>',
  '/dev/pve/root / ext4 errors=remount-ro 0 1',
  'UUID=AAAA-0001 /boot/efi vfat defaults 0 1',
  '/dev/pve/swap none swap sw 0 0',
  'UUID=live-data /mnt/data xfs defaults 0 2',
  '',
].join('\n');

const devices: DevicesPresent = {
  names: new Set(['UUID=here', '/dev/disk/by-id/ata-X', 'LABEL=box', 'UUID=sdb1-uuid']),
  zfsDatasets: new Set(['tank/share']),
};

function merge(archived: string, liveText: string | undefined = live) {
  return mergeFstab(liveText, archived, { devices });
}

function added(archived: string): string[] {
  const { text } = merge(archived);
  expect(text.startsWith(live)).toBe(true);
  return text.slice(live.length).split('\n').slice(1, -1);
}

describe('the merge of fstab', () => {
  test('leaves root, boot, EFI, swap and mount points of the live host byte for byte as they are', () => {
    const result = merge(
      [
        'UUID=old-root / ext4 errors=remount-ro 0 1',
        'UUID=old-boot /boot ext4 defaults 0 2',
        'UUID=OLD-EFI /boot/efi/ vfat umask=0077 0 1',
        'UUID=old-var /var ext4 defaults 0 2',
        'UUID=old-usr /usr/lib ext4 defaults 0 2',
        'UUID=old-swap none swap sw 0 0',
        'UUID=old-data /mnt/data ext4 defaults 0 2',
        'proc /proc proc defaults 0 0',
      ].join('\n'),
    );
    expect(result).toMatchObject({ text: live, isChanged: false, directories: [] });
    expect(result.notes.map(({ severity }) => severity)).toEqual(Array(8).fill('info'));
  });

  test('adds what is attached with nofail, and says which directories are needed', () => {
    const result = merge('UUID=HERE /mnt/disk ext4 noatime 0 2\nLABEL=box\t/mnt/my\\040box\text4\n');
    expect(result.text.slice(live.length).split('\n').slice(1)).toEqual([
      'UUID=HERE /mnt/disk ext4 noatime,nofail 0 2',
      'LABEL=box /mnt/my\\040box ext4 defaults,nofail 0 0',
      '',
    ]);
    expect(result.directories).toEqual(['/mnt/disk', '/mnt/my box']);
  });

  test('keeps an entry whose device is missing, with nofail and a warning', () => {
    expect(added('UUID=gone /mnt/gone ext4 defaults 0 1')).toEqual([
      'UUID=gone /mnt/gone ext4 defaults,nofail 0 2',
    ]);
    expect(merge('UUID=gone /mnt/gone ext4 defaults 0 1').notes).toMatchObject([
      { severity: 'warning', what: expect.stringContaining('UUID=gone') },
    ]);
  });

  test('comments out a name that may be another disk here, unless the backup knew its UUID', () => {
    const line = '/dev/sdb1 /mnt/usb ext4 defaults 0 2';
    expect(added(line)).toEqual([`# /dev/sdb1 may be another disk here: ${line}`]);
    expect(merge(line).directories).toEqual([]);
    const archivedDevices = parseBlkid('/dev/sdb1: LABEL="x" UUID="sdb1-uuid" TYPE="ext4" PARTUUID="p"\n');
    const { text } = mergeFstab(live, line, { devices, archivedDevices });
    expect(text).toContain('\nUUID=sdb1-uuid /mnt/usb ext4 defaults,nofail 0 2\n');
  });

  test('gives shares _netdev and nofail, however they are named', () => {
    expect(
      added(
        [
          'nas:/export /mnt/nas nfs rw,soft 0 0',
          '//nas/share /mnt/smb cifs credentials=/root/.smb,nofail 0 0',
          '[fd00::1]:/x /mnt/six nfs4 _netdev 0 0',
          '/mnt/a:/mnt/b /mnt/pool fuse.mergerfs defaults 0 0',
        ].join('\n'),
      ),
    ).toEqual([
      'nas:/export /mnt/nas nfs rw,soft,_netdev,nofail 0 0',
      '//nas/share /mnt/smb cifs credentials=/root/.smb,nofail,_netdev 0 0',
      '[fd00::1]:/x /mnt/six nfs4 _netdev,nofail 0 0',
      '/mnt/a:/mnt/b /mnt/pool fuse.mergerfs defaults,nofail 0 0',
    ]);
  });

  test('puts a bind mount behind the mount of its source, and a mount behind the one that it lies on', () => {
    const order = added(
      [
        '/mnt/big/media /srv/media none bind 0 0',
        'UUID=here /mnt/big/inner ext4 defaults 0 0',
        'LABEL=box /mnt/big ext4 defaults 0 0',
      ].join('\n'),
    ).map((line) => parseFstabLine(line)?.mountPoint);
    expect(order.indexOf('/mnt/big')).toBeLessThan(order.indexOf('/srv/media'));
    expect(order.indexOf('/mnt/big')).toBeLessThan(order.indexOf('/mnt/big/inner'));
  });

  test('notes a dataset that is not here and takes one that is', () => {
    const result = merge('tank/share /mnt/share zfs defaults 0 0\ntank/gone /mnt/zgone zfs defaults 0 0\n');
    expect(result.notes.map(({ severity }) => severity)).toEqual(['info', 'warning']);
  });

  test('takes the first of two entries for one place', () => {
    expect(added('UUID=here /mnt/x ext4\nLABEL=box /mnt/x/ ext4\n')).toEqual([
      'UUID=here /mnt/x ext4 defaults,nofail 0 0',
    ]);
  });

  test('reads CRLF lines, ends an unended live file, and keeps bytes that are not UTF-8', () => {
    const bytes = Buffer.from('# caf\xe9\n/dev/pve/root / ext4 defaults 0 1', 'latin1');
    const { text } = mergeFstab(decodeBytePath(bytes), 'UUID=here /mnt/x ext4 defaults 0 2\r\n', { devices });
    const out = encodeBytePath(text);
    expect(out.subarray(0, bytes.length)).toEqual(bytes);
    expect(out.subarray(bytes.length).toString()).toMatch(
      /^\n# .*\nUUID=here \/mnt\/x ext4 defaults,nofail 0 2\n$/,
    );
  });

  test('says so when the devices of the host are not known', () => {
    expect(mergeFstab(live, 'UUID=x /mnt/x ext4\n', {}).notes).toMatchObject([{ severity: 'warning' }]);
  });
});

const place = fc.constantFrom(
  '/',
  '/boot',
  '/mnt/a',
  '/mnt/a/b',
  '/mnt/c',
  '/srv/d',
  'none',
  '/var/lib/vz',
  '/home',
);
const spec = fc.constantFrom(
  'UUID=here',
  'UUID=gone',
  '/dev/sda1',
  '/dev/sdb1',
  'nas:/x',
  '//s/x',
  '/mnt/a',
  'tmpfs',
);
const entry = fc
  .tuple(
    spec,
    place,
    fc.constantFrom('ext4', 'nfs', 'swap', 'none', 'tmpfs'),
    fc.constantFrom('defaults', 'bind', 'noauto,x-initrd.mount'),
  )
  .map((fields) => `${fields.join(' ')} 0 1`);
const noise = fc.constantFrom('', '# comment', 'broken', '  \t', '#UUID=here /mnt/a ext4');
const table = fc
  .tuple(
    fc.array(fc.oneof({ weight: 4, arbitrary: entry }, noise), { maxLength: 9 }),
    fc.constantFrom('', '\n', '\r\n'),
  )
  .map(([lines, end]) => lines.join(end === '\r\n' ? '\r\n' : '\n') + end);

test('whatever the tables hold: live text survives, places stay unique, added entries cannot stop a boot, a second merge changes nothing', () => {
  fc.assert(
    fc.property(table, table, (liveText, archived) => {
      const result = mergeFstab(liveText, archived, { devices });
      expect(result.text.startsWith(liveText)).toBe(true);
      const parse = (text: string) => text.split('\n').flatMap((line) => parseFstabLine(line) ?? []);
      const additions = parse(result.text.slice(liveText.length));
      const places = new Set(parse(liveText).map(({ mountPoint }) => mountPoint));
      for (const { mountPoint, options } of additions) {
        expect(places.has(mountPoint)).toBe(false);
        places.add(mountPoint);
        expect(options).toContain('nofail');
        expect(options).not.toContain('x-initrd.mount');
      }
      const again = mergeFstab(result.text, archived, { devices });
      expect(again.text).toBe(result.text);
      expect(again.isChanged).toBe(false);
    }),
  );
});
