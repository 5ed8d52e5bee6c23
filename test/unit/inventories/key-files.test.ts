import { expect, test } from 'vitest';
import { referencedKeyFiles } from '../../../src/collector/references/key-files.ts';

const crypttab = `# <target> <source> <key file> <options>
swap /dev/sda3 /dev/urandom swap
data UUID=1-2-3 /etc/keys/data.key luks,discard
asked\tUUID=4-5-6\tnone\tluks
dash UUID=7 - luks
usb UUID=8 /boot.key:UUID=ABC luks
label UUID=8 /boot.key:LABEL=keys luks
detached UUID=9 /root/my\\040key luks,header=/etc/luks/detached.hdr
runtime UUID=10 /run/keys/x luks
`;
const fstab = `UUID=1 / ext4 errors=remount-ro 0 1
//nas/a /a cifs credentials=/etc/nas.cred,uid=0 0 0
//nas/b /b cifs rw,cred=/etc/nas.cred 0 0
//nas/c /c cifs rw,credentials=relative.cred 0 0
user@host:/d /d fuse.sshfs IdentityFile=/root/.ssh/id_nas,_netdev 0 0
mon:/ /e ceph name=x,secretfile=/etc/ceph/x.secret 0 0
#//nas/f /f cifs credentials=/etc/off.cred 0 0
bucket /g fuse.s3fs passwd=/etc/s3,passfile=/etc/p:q,keyfile=/etc/k 0 0\r
short line
`;

test('key files of crypttab and fstab are found, each once, in order', () => {
  expect(referencedKeyFiles(crypttab, fstab)).toEqual([
    '/etc/ceph/x.secret',
    '/etc/k',
    '/etc/keys/data.key',
    '/etc/luks/detached.hdr',
    '/etc/nas.cred',
    '/etc/p:q',
    '/etc/s3',
    '/root/.ssh/id_nas',
    '/root/my key',
  ]);
});

test('empty tables name nothing', () => {
  expect(referencedKeyFiles('', '')).toEqual([]);
});
