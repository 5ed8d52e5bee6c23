// What a lock file says of its holder, and whether that process still runs. Lines `key=value`: pid, host, time and
// starttime are those of the existing edition; boot_id and work are ours, and boot_id also tells the two apart.

import { readFileSync } from 'node:fs';
import { hostname as systemHostname } from 'node:os';
import { formatRfc3339 } from '../util/format.ts';
import type { Host } from './host.ts';

export interface LockHolder {
  pid: number;
  host: string;
  /** As written by the holder; empty if it wrote none. */
  since: string;
  /** What it does, as `a restore`; undefined where it does not say. */
  work?: string;
}

export interface WrittenHolder extends LockHolder {
  /** Field 22 of /proc/PID/stat; empty if not written. */
  startTime: string;
  /** Undefined in the file of the existing edition, which takes no kernel lock. */
  bootId: string | undefined;
}

/** USER_HZ, the unit of start times in /proc: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;
/** Times in the file are whole seconds. */
const toleranceMs = 2000;

export function parseHolder(text: string): WrittenHolder | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).trim());
  }
  const pid = Number(fields.get('pid'));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const work = fields.get('work') ?? '';
  return {
    ...(work === '' ? {} : { work }),
    pid,
    host: fields.get('host') ?? '',
    since: fields.get('time') ?? '',
    startTime: fields.get('starttime') ?? '',
    bootId: fields.get('boot_id'),
  };
}

export function describeOwnProcess(host: Host, hostname: string, work?: string): string {
  const lines = [
    `pid=${host.process.pid}`,
    `host=${hostname}`,
    `time=${formatRfc3339(host.clock.now())}`,
    `starttime=${readProcess(host.process.pid)?.startTime ?? ''}`,
    `boot_id=${readBootId()}`,
    ...(work === undefined ? [] : [`work=${work}`]),
    '',
  ];
  return lines.join('\n');
}

/** The process that wrote the file still runs: same boot, same id, and started when, or before, the file says. */
export function isHolderAlive(host: Host, holder: WrittenHolder): boolean {
  if (holder.pid === host.process.pid) return false;
  if (holder.bootId !== undefined && holder.bootId !== '' && holder.bootId !== readBootId()) return false;
  const found = readProcess(holder.pid);
  if (found === undefined || 'ZXx'.includes(found.state)) return false;
  if (holder.startTime !== '') return holder.startTime === found.startTime;
  const since = Date.parse(holder.since);
  return Number.isNaN(since) || startedAtMs(host, found.startTime) <= since + toleranceMs;
}

/** The file names this machine (or none): only then does its process id mean one of ours. */
export function isHolderHere(holder: WrittenHolder, hostname: string): boolean {
  if (holder.host === '') return true;
  return [hostname, systemHostname()].map(shortName).includes(shortName(holder.host));
}

function shortName(hostname: string): string {
  return hostname.toLowerCase().split('.')[0] ?? '';
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

interface FoundProcess {
  state: string;
  startTime: string;
}

/** Fields 3 and 22 of /proc/PID/stat; the command name in field 2 may hold spaces and brackets. */
function readProcess(pid: number | 'self'): FoundProcess | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** Counted from our own start: the boot time that /proc tells inside a container is often not the kernel's. */
function startedAtMs(host: Host, startTime: string): number {
  const ownStartMs = host.clock.now().getTime() - process.uptime() * 1000;
  const ownTicks = Number(readProcess('self')?.startTime);
  return ownStartMs + ((Number(startTime) - ownTicks) / ticksPerSecond) * 1000;
}
