// Checks a network configuration that lies in a directory of its own, before anything of it is put in place: the grammar
// by the host's own ifupdown (only its parser runs), and that the node's name leads to an address of the host.

import { posix } from 'node:path';
import { hostNames, readHostText } from '../../host/detect-text.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { decodeBytePath, encodeBytePath } from '../../util/byte-path.ts';
import { addressesOf, isLoopback } from './hosts-file.ts';
import { fragmentsPath, interfacesPath, sourcesIn } from './interfaces-sources.ts';
import { optionWords, parseInterfaces, renderInterfaces, stanzasOf } from './interfaces-grammar.ts';
import type { NetworkNote } from './network-types.ts';

export interface NetworkCheck {
  /** `unchecked`: no ifupdown on this system, or it gave no answer; see `problems`. */
  grammar: 'valid' | 'invalid' | 'unchecked';
  checkedBy: 'ifupdown2' | 'ifupdown' | 'nothing';
  /** `error`: do not put it in place. */
  problems: readonly NetworkNote[];
}

export interface CheckNetworkOptions {
  /** Proxmox VE is installed: without an address for the node's name its cluster file system does not start. */
  needsNodeAddress: boolean;
}

const timeoutMs = 30_000;
/** ifupdown2: another instance (at boot, or the web interface) holds its lock. */
const busyExitCode = 89;
const attempts = 5;
const pauseMs = 1_000;

/**
 * `candidate` holds etc/network/interfaces, etc/hosts and etc/hostname as they will be; what it lacks is taken from the
 * host, as it stays there.
 */
export async function checkNetwork(
  host: Host,
  candidate: RealPath,
  options: CheckNetworkOptions,
): Promise<NetworkCheck> {
  const text = (path: string) => candidateText(host, candidate, path) ?? readHostText(host, path);
  const interfaces = text(interfacesPath);
  const names = checkNodeName(text('/etc/hostname'), text('/etc/hosts'), interfaces, options);
  if (interfaces === undefined) {
    const what = 'there is no /etc/network/interfaces to check';
    return { grammar: 'unchecked', checkedBy: 'nothing', problems: [{ severity: 'info', what }, ...names] };
  }
  const directory = host.fs.makeTempDirectory(`${candidate}.check-`);
  try {
    writeCopies(host, candidate, interfaces, directory);
    const grammar = await checkGrammar(host, directory);
    return { ...grammar, problems: [...grammar.problems, ...names] };
  } finally {
    host.fs.removeTree(directory);
  }
}

function candidateText(host: Host, candidate: RealPath, path: string): string | undefined {
  const real = joinReal(candidate, path.slice(1));
  if (host.fs.lstatIfExists(real)?.kind !== 'file') return undefined;
  const fd = host.fs.openForRead(real);
  try {
    const buffer = Buffer.alloc(host.fs.statFd(fd).size);
    return decodeBytePath(buffer.subarray(0, host.fs.read(fd, buffer, 0, buffer.length, 0)));
  } finally {
    host.fs.close(fd);
  }
}

/** Copies that read each other: a `source /etc/network/...` in them must not read what is live. */
function writeCopies(host: Host, candidate: RealPath, interfaces: string, directory: RealPath): void {
  const place = (path: string) => joinReal(directory, path.slice(1));
  host.fs.makeDirectory(place(fragmentsPath), 0o700);
  const waiting = [interfacesPath, ...namesIn(host, candidate, fragmentsPath)];
  const seen = new Set<string>();
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const text =
      path === interfacesPath
        ? interfaces
        : (candidateText(host, candidate, path) ?? readHostText(host, path));
    if (text === undefined) continue;
    host.fs.makeDirectory(place(posix.dirname(path)), 0o700);
    host.fs.writeFileAtomic(place(path), encodeBytePath(redirect(text, directory)));
    for (const source of sourcesIn(path, text)) {
      // Others are read where they are: they are not part of a restore.
      if (!isBelowNetwork(source.directory)) continue;
      const named = namesIn(host, candidate, source.directory);
      waiting.push(...named.filter((one) => source.matches(posix.basename(one))));
    }
  }
}

function isBelowNetwork(directory: string): boolean {
  return directory === '/etc/network' || directory.startsWith('/etc/network/');
}

/** Paths in a directory as it will be. */
function namesIn(host: Host, candidate: RealPath, directory: string): string[] {
  const planned = joinReal(candidate, directory.slice(1));
  const hasPlanned = host.fs.lstatIfExists(planned)?.kind === 'directory';
  const names = [...hostNames(host, directory), ...(hasPlanned ? host.fs.readDirectory(planned) : [])];
  return [...new Set(names)].map((name) => `${directory}/${name}`);
}

function redirect(text: string, directory: RealPath): string {
  return renderInterfaces(
    parseInterfaces(text).map(({ kind, raw }) => ({
      raw: kind === 'source' ? raw.replace(/(\s)(\/etc\/network\/)/, `$1${directory}$2`) : raw,
    })),
  );
}

async function checkGrammar(host: Host, directory: RealPath): Promise<NetworkCheck> {
  const isSecond = host.tools.find('ifreload') !== undefined;
  const checkedBy = isSecond ? 'ifupdown2' : 'ifupdown';
  const problems: NetworkNote[] = [];
  for (const argv of checkCommands(isSecond, directory)) {
    const result = await runPatiently(host, argv);
    const hasVerdict =
      result.status === 'ok' || (result.status === 'failed' && result.exitCode !== busyExitCode);
    if (!hasVerdict) return unchecked(checkedBy, result.status === 'missing');
    const lines = result.stderr.split('\n').filter((line) => line.trim() !== '');
    const found = lines.flatMap((line) => toProblem(line.replaceAll(directory, '')) ?? []);
    // ifupdown passes over a fragment that it cannot read, with exit code 0; where nothing failed, other lines tell what
    // it would do.
    if (result.status === 'ok') problems.push(...found.filter(({ line }) => line !== undefined));
    else problems.push(...found);
    if (result.status === 'failed' && lines.length === 0)
      problems.push({
        severity: 'error',
        what: `${argv[0]} refuses it (exit code ${result.exitCode ?? '?'})`,
      });
    if (problems.some(({ severity }) => severity === 'error'))
      return { grammar: 'invalid', checkedBy, problems };
  }
  return { grammar: 'valid', checkedBy, problems };
}

/** ifupdown: first only the parser, then what it would do, since only that misses options that a method needs. */
function checkCommands(isSecond: boolean, directory: RealPath): [string, ...string[]][] {
  const file = joinReal(directory, interfacesPath.slice(1));
  if (isSecond) return [['ifup', '-a', '--syntax-check', '-i', file]];
  const places = ['--state-dir', directory, '-i', file];
  return [
    ['ifquery', '--list', '-a', ...places],
    ['ifup', '-a', '--no-act', '--no-mappings', '--no-scripts', ...places],
  ];
}

function unchecked(checkedBy: 'ifupdown2' | 'ifupdown', isMissing: boolean): NetworkCheck {
  const reason = isMissing ? 'ifup is not installed' : 'ifup gave no answer';
  const what = `the grammar of ${interfacesPath} was not checked: ${reason}`;
  return {
    grammar: 'unchecked',
    checkedBy: isMissing ? 'nothing' : checkedBy,
    problems: [{ severity: 'warning', what, file: interfacesPath }],
  };
}

async function runPatiently(host: Host, argv: readonly [string, ...string[]]) {
  for (let attempt = 1; ; attempt += 1) {
    const result = await host.tools.run({
      argv,
      timeoutMs,
      maxOutputBytes: 1024 * 1024,
      signal: host.signal,
    });
    if (result.exitCode !== busyExitCode || attempt === attempts) return result;
    await host.clock.sleep(pauseMs, host.signal);
  }
}

/**
 * `error: /etc/network/interfaces: line6: ...` of ifupdown2, `ifup: /etc/network/interfaces:6: ...` of ifupdown. ifupdown2 fails for
 * a warning too, and warns of what Proxmox VE itself writes. Undefined: it means nothing.
 */
function toProblem(line: string): NetworkNote | undefined {
  const [, file, number, what] =
    /^(?:error|warning|ifup|ifquery): (\/etc\/network\/[^:\s]+):\s*(?:line)?(\d+): (.*)$/.exec(line) ?? [];
  if (file !== undefined && what !== undefined)
    return { severity: 'error', what, file, line: Number(number) };
  const [, warning] = /^warning: (.*)$/.exec(line) ?? [];
  if (warning === undefined) return { severity: 'error', what: line };
  // A bridge without ports, for guests only: the usual way to say it.
  if (warning.includes(': invalid value "none"')) return undefined;
  // What is not understood is not set up: an address, say.
  const severity = warning.includes(': invalid value ') ? 'error' : 'warning';
  return { severity, what: warning, file: interfacesPath };
}

function checkNodeName(
  hostname: string | undefined,
  hosts: string | undefined,
  interfaces: string | undefined,
  { needsNodeAddress }: CheckNetworkOptions,
): NetworkNote[] {
  const nodeName = hostname?.trim().split('.')[0] ?? '';
  const severity = needsNodeAddress ? 'error' : 'warning';
  if (nodeName === '') return [{ severity, what: 'the host has no name', file: '/etc/hostname' }];
  const file = '/etc/hosts';
  const addresses = addressesOf(hosts ?? '', nodeName);
  const outside = addresses.filter((address) => !isLoopback(address));
  if (outside.length === 0) {
    const found = addresses.length === 0 ? 'no address' : `only ${addresses.join(', ')}`;
    return [
      { severity, what: `${nodeName} leads to ${found}; it must lead to the address of this host`, file },
    ];
  }
  const stanzas = stanzasOf(parseInterfaces(interfaces ?? ''));
  const own = stanzas
    .flatMap((stanza) => optionWords(stanza, 'address'))
    .map((word) => word.replace(/\/.*/, ''));
  const isDynamic = stanzas.some(({ method }) => method === 'dhcp' || method === 'auto');
  if (isDynamic || own.length === 0 || outside.some((address) => own.includes(address))) return [];
  return [
    { severity: 'warning', what: `${nodeName} leads to ${outside.join(', ')}, which no interface has`, file },
  ];
}
