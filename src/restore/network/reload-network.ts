// Makes the running network what /etc/network says, without stopping it as a whole: ifreload of ifupdown2, or with ifupdown only
// the interfaces whose configuration is another one.

import { EnvironmentError } from '../../errors.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import type { RunResult } from '../../host/programs.ts';
import { encodeBytePath } from '../../util/byte-path.ts';
import { parseInterfaces, stanzasOf } from './interfaces-grammar.ts';
import type { NetworkTexts } from './network-types.ts';
import { interfacesIn } from './interfaces-sources.ts';
import { readNetworkTexts } from './read-network-texts.ts';

const reloadMs = 90_000;
const interfaceMs = 45_000;
const runDirectory = '/run/proxsave';

/** What the programs complained about; the health of the network tells how bad that is. */
export interface ReloadedNetwork {
  problems: string[];
}

/** True where the network can be changed while the host runs. */
export function canReloadNetwork(host: Host): boolean {
  return host.commands.find('ifreload') !== undefined || host.commands.find('ifup') !== undefined;
}

/**
 * `before`: the files that the running network was made from. Not ended by signals: half a network helps nobody, and the time
 * is bounded.
 * @throws EnvironmentError where there is neither ifupdown2 nor ifupdown
 */
export async function reloadNetwork(host: Host, before: NetworkTexts): Promise<ReloadedNetwork> {
  if (host.commands.find('ifreload') !== undefined) {
    return { problems: complaints(await run(host, ['ifreload', '-a'], reloadMs), 'ifreload -a') };
  }
  if (!canReloadNetwork(host)) {
    throw new EnvironmentError('neither ifreload nor ifup is installed: the network cannot be changed now', {
      hint: 'It takes effect at the next reboot.',
    });
  }
  return changeInterfaces(host, before, readNetworkTexts(host));
}

async function changeInterfaces(
  host: Host,
  before: NetworkTexts,
  after: NetworkTexts,
): Promise<ReloadedNetwork> {
  const { down, up } = changedInterfaces(before, after);
  const problems: string[] = [];
  const old = writeOld(host, before);
  try {
    for (const name of down) {
      // What is not up cannot be taken down: no matter.
      await run(host, ['ifdown', '--force', '-i', old, name], interfaceMs);
      await run(host, ['ip', 'address', 'flush', 'dev', name, 'scope', 'global'], interfaceMs);
    }
    for (const name of up) {
      problems.push(...complaints(await run(host, ['ifup', '--force', name], interfaceMs), `ifup ${name}`));
    }
  } finally {
    host.fs.unlink(old);
  }
  return { problems };
}

/** ifdown has to know by which configuration an interface came up. */
function writeOld(host: Host, before: NetworkTexts): RealPath {
  const directory = host.resolve(runDirectory);
  host.fs.makeDirectory(directory, 0o700);
  const path = joinReal(directory, `interfaces-${host.process.pid}`);
  host.fs.writeFileAtomic(path, encodeBytePath(interfaceTexts(before).join('\n')));
  return path;
}

/** Texts of ifupdown, without the lines that name other files: those follow as texts of their own. */
function interfaceTexts(texts: NetworkTexts): string[] {
  return [...interfacesIn(texts)].map((path) =>
    parseInterfaces(texts.get(path) ?? '')
      .filter(({ kind }) => kind !== 'source')
      .map(({ raw }) => raw)
      .join(''),
  );
}

interface Configured {
  /** Interface -> everything that is said of it. */
  stanzas: ReadonlyMap<string, string>;
  /** Interfaces that come up by themselves, in the order of the files. */
  automatic: readonly string[];
}

/** Pure. `down` in the order in which they go: what is built on others first. */
export function changedInterfaces(
  before: NetworkTexts,
  after: NetworkTexts,
): { down: string[]; up: string[] } {
  const old = configuredIn(before);
  const now = configuredIn(after);
  const isChanged = (name: string) => old.stanzas.get(name) !== now.stanzas.get(name);
  return {
    down: [...old.stanzas.keys()].filter(isChanged).reverse(),
    up: now.automatic.filter((name) => isChanged(name) && now.stanzas.has(name)),
  };
}

function configuredIn(texts: NetworkTexts): Configured {
  const stanzas = new Map<string, string>();
  const automatic = new Set<string>();
  for (const text of interfaceTexts(texts)) {
    const statements = parseInterfaces(text);
    for (const { kind, keyword, words } of statements) {
      if (kind !== 'auto' && keyword !== 'allow-hotplug' && keyword !== 'allow-auto') continue;
      for (const name of words) if (name !== 'lo') automatic.add(name);
    }
    for (const stanza of stanzasOf(statements)) {
      if (stanza.name === 'lo') continue;
      const words = [statements[stanza.index], ...stanza.options].flatMap((statement) =>
        statement === undefined ? [] : [[statement.keyword, ...statement.words].join(' ')],
      );
      stanzas.set(stanza.name, `${stanzas.get(stanza.name) ?? ''}${words.join('\n')}\n`);
    }
  }
  return { stanzas, automatic: [...automatic] };
}

function run(host: Host, argv: readonly [string, ...string[]], timeoutMs: number): Promise<RunResult> {
  return host.commands.run({ argv, timeoutMs, maxOutputBytes: 256 * 1024 });
}

function complaints({ status, stderr }: RunResult, command: string): string[] {
  if (status === 'ok') return [];
  const lines = stderr.trim().split('\n').slice(-3).join('; ');
  return [`${command}: ${lines === '' ? status : lines}`];
}
