// Reads the live files which the network plan compares with.

import { hostNames, readHostText } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';

const files = ['/etc/network/interfaces', '/etc/network/interfaces.new', '/etc/hosts', '/etc/hostname'];
const directories = ['/etc/network/interfaces.d', '/etc/systemd/network'];

export function readNetworkTexts(host: Host): Map<string, string> {
  const below = directories.flatMap((directory) =>
    hostNames(host, directory).map((name) => `${directory}/${name}`),
  );
  return new Map(
    [...files, ...below].flatMap((path) => {
      const text = readHostText(host, path);
      return text === undefined ? [] : [[path, text] as const];
    }),
  );
}
