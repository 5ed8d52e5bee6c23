// Reads the live files which the network plan compares with.

import { hostNames, readHostText } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';
import { fragmentsPath, interfacesPath, sourcesIn } from './interfaces-sources.ts';

const files = [interfacesPath, '/etc/network/interfaces.new', '/etc/hosts', '/etc/hostname'];
const directories = [fragmentsPath, '/etc/systemd/network'];

export function readNetworkTexts(host: Host): Map<string, string> {
  const below = directories.flatMap((directory) =>
    hostNames(host, directory).map((name) => `${directory}/${name}`),
  );
  const texts = new Map<string, string>();
  const waiting = [...files, ...below];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const text = texts.has(path) ? undefined : readHostText(host, path);
    if (text === undefined) continue;
    texts.set(path, text);
    if (path === interfacesPath || !files.includes(path)) waiting.push(...sourced(host, path, text));
  }
  return texts;
}

function sourced(host: Host, path: string, text: string): string[] {
  return sourcesIn(path, text).flatMap(({ directory, matches }) =>
    hostNames(host, directory)
      .filter((name) => matches(name))
      .map((name) => `${directory}/${name}`),
  );
}
