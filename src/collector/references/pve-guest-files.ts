// Files outside of /etc/pve that guests need: what lies in the snippet directories of local storages (hook scripts,
// cloud-init files) and the video BIOS images that guests name.

import type { ConfigValues } from '../../config/options.ts';
import { readHostText } from '../../host/detect-text.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { guestConfigs } from '../inventories/pve-guests.ts';
import { directoriesOf, readPveStorages } from '../inventories/pve-storages-config.ts';

/** Where QEMU looks for a `romfile` without a directory. */
const romDirectory = '/usr/share/kvm';
/** A server that is away would hang whoever reads there; what lies on one outlives this host anyway. */
const networkFileSystems =
  /^(nfs\d?|cifs|smb\w*|ceph|glusterfs|9p|afs|autofs|davfs|fuse\.(sshfs|glusterfs|rclone|s3fs|ceph\w*))$/;

export function referencedByGuests(host: Host, facts: HostFacts, values: ConfigValues): string[] {
  return [...new Set([...snippetDirectories(host, facts, values), ...romFiles(host, values)])].sort();
}

function snippetDirectories(host: Host, facts: HostFacts, values: ConfigValues): string[] {
  const mounts = networkMounts(host);
  return directoriesOf(readPveStorages(host, values), facts)
    .filter(({ type, content }) => ['dir', 'btrfs'].includes(type) && content.includes('snippets'))
    .map(({ path, contentDirectories }) => `${path}/${contentDirectories.snippets ?? 'snippets'}`)
    .filter((directory) => !mounts.some((mount) => directory.startsWith(`${mount}/`)));
}

function networkMounts(host: Host): string[] {
  const table = readHostText(host, '/proc/self/mounts') ?? readHostText(host, '/proc/mounts') ?? '';
  return table.split('\n').flatMap((line) => {
    const [, target, type] = line.split(' ');
    return target !== undefined && type !== undefined && networkFileSystems.test(type) ? [target] : [];
  });
}

function romFiles(host: Host, values: ConfigValues): string[] {
  return guestConfigs(host, values)
    .filter(({ kind }) => kind === 'vm')
    .flatMap(({ path }) => [
      ...(readHostText(host, path) ?? '').matchAll(/^[a-z]+\d*:.*?[,\s]romfile=([^,\s]+)/gm),
    ])
    .flatMap(([, name = '']) =>
      name.startsWith('/') ? [name] : isPlainName(name) ? [`${romDirectory}/${name}`] : [],
    );
}

function isPlainName(name: string): boolean {
  return name !== '' && !name.split('/').includes('..');
}
