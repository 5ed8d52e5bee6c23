// When the next backup starts by itself: a systemd timer, or a line of cron. Only looks; not knowing is an answer too.

import { isSystemError } from '../errors.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';

export interface NextRun {
  source: 'systemd' | 'cron';
  /** Timer unit, or file of the cron line. */
  where: string;
  /** Absent: only the rule is known. */
  at?: Date;
  /** The five fields of cron. */
  rule?: string;
}

const timers = ['proxsave.timer', 'proxsave-backup.timer'] as const;
const timeoutMs = 5_000;

/** undefined: nothing starts backups on this host, as far as can be seen. */
export async function findNextRun(host: Host): Promise<NextRun | undefined> {
  for (const timer of timers) {
    const next = await askTimer(host, timer);
    if (next !== undefined) return next;
  }
  return findCronLine(host);
}

async function askTimer(host: Host, timer: string): Promise<NextRun | undefined> {
  const { status, stdout } = await host.commands.run({
    argv: ['systemctl', 'show', timer, '--timestamp=unix', '--property=ActiveState,NextElapseUSecRealtime'],
    timeoutMs,
    maxOutputBytes: 64 * 1024,
    signal: host.signal,
  });
  return status === 'ok' ? parseTimer(timer, stdout.toString('utf8')) : undefined;
}

/** `ActiveState=active` and `NextElapseUSecRealtime=@1784851200` (systemctl show --timestamp=unix, systemd 248 and newer). */
export function parseTimer(timer: string, text: string): NextRun | undefined {
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  if (value('ActiveState') !== 'active') return undefined;
  const seconds = /^@(\d+)/.exec(value('NextElapseUSecRealtime'))?.[1];
  return {
    source: 'systemd',
    where: timer,
    ...(seconds === undefined ? {} : { at: new Date(Number(seconds) * 1000) }),
  };
}

function findCronLine(host: Host): NextRun | undefined {
  const now = host.clock.now();
  for (const path of cronFiles(host)) {
    const rule = ruleIn(readIfAny(host, host.resolve(path)));
    if (rule === undefined) continue;
    const at = nextByRule(rule, now);
    return { source: 'cron', where: path, rule, ...(at === undefined ? {} : { at }) };
  }
  return undefined;
}

const cronDirectory = '/etc/cron.d';

function cronFiles(host: Host): string[] {
  const own = ['/etc/crontab', '/var/spool/cron/crontabs/root'];
  try {
    const names = host.fs.readDirectory(host.resolve(cronDirectory));
    return [...names.map((name) => joinReal(cronDirectory as RealPath, name)), ...own];
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return own;
  }
}

function readIfAny(host: Host, path: RealPath): string {
  try {
    return host.fs.readTextIfExists(path) ?? '';
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return '';
  }
}

/** Of the first line that runs this program, or the older edition under its name. Pure. */
export function ruleIn(crontab: string): string | undefined {
  const line = crontab.split('\n').find((each) => /^\s*[^#\s].*\bproxsave\b/.test(each));
  const words = line?.trim().split(/\s+/) ?? [];
  if (words[0]?.startsWith('@') === true) return words[0];
  const fields = words.slice(0, 5);
  return fields.length === 5 && fields.every((field) => /^[\d*/,A-Za-z-]+$/.test(field))
    ? fields.join(' ')
    : undefined;
}

/** Of the usual `MINUTE HOUR * * *` and @daily; undefined for rules that are more than that. Pure. */
export function nextByRule(rule: string, now: Date): Date | undefined {
  const plain = rule === '@daily' || rule === '@midnight' ? '0 0 * * *' : rule;
  const match = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(plain);
  if (match === null) return undefined;
  const [minute, hour] = [Number(match[1]), Number(match[2])];
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate(), hour, minute);
  if (today > now) return today;
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, hour, minute);
}
