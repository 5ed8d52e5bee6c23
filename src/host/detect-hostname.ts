// The host's name: it becomes part of archive names, so only [A-Za-z0-9.-] is left of it, and it is never empty.

import { askHost, readHostText } from './detect-text.ts';
import type { Host } from './host.ts';

const commandTimeoutMs = 2_000;
/** A file name has 255 bytes, and archives add up to 60 to this one. */
const maxNameLength = 180;

export async function detectHostname(host: Host): Promise<string> {
  if (host.root === '/') {
    const answer = cleanHostname(await askHost(host, ['hostname', '-f'], commandTimeoutMs));
    if (answer !== undefined && !isLoopbackName(answer)) return answer;
  }
  return configuredHostname(host) ?? 'unknown';
}

function configuredHostname(host: Host): string | undefined {
  const kernelName = host.root === '/' ? readHostText(host, '/proc/sys/kernel/hostname') : undefined;
  const name = cleanHostname(firstWord(readHostText(host, '/etc/hostname'))) ?? cleanHostname(kernelName);
  if (name === undefined || name.includes('.')) return name;
  return cleanHostname(fullNameIn(readHostText(host, '/etc/hosts') ?? '', name)) ?? name;
}

/** First word of the first line that is no comment. */
function firstWord(text: string | undefined): string | undefined {
  const line = text?.split('\n').find((candidate) => /^\s*[^#\s]/.test(candidate));
  return line?.trim().split(/\s+/)[0];
}

/** `127.0.1.1 pve1.example.net pve1` -> `pve1.example.net` for the name pve1. */
export function fullNameIn(hosts: string, shortName: string): string | undefined {
  for (const line of hosts.split('\n')) {
    const names = line.replace(/#.*/, '').trim().split(/\s+/).slice(1);
    const full = names.find((name) => name.startsWith(`${shortName}.`));
    if (full !== undefined && !isLoopbackName(full)) return full;
  }
  return undefined;
}

/** Runs of other characters become one `-`; undefined when nothing is left. */
export function cleanHostname(text: string | undefined): string | undefined {
  const name = (text ?? '')
    .trim()
    .replace(/[^A-Za-z0-9.-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .slice(0, maxNameLength)
    .replace(/^[.-]+|[.-]+$/g, '');
  return name === '' ? undefined : name;
}

function isLoopbackName(name: string): boolean {
  return /^localhost(\.|$)/.test(name);
}
