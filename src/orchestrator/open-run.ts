// A mark in the state directory that a run is at work. A run which is killed, or ends with the power, writes no record and tells
// nobody; the next one finds its mark, keeps a record for it, and warns.

import type { LoadedConfig } from '../config/load-config.ts';
import { exitCodeOf, InterruptedError, isSystemError } from '../errors.ts';
import { proxmoxTypeOf } from '../host/facts.ts';
import { asRealPath, joinReal, type Host, type RealPath } from '../host/host.ts';
import { describeOwnProcess, isHolderAlive, parseHolder } from '../host/lock-holder.ts';
import type { RunRecord } from '../run-record.ts';
import { silentReporter } from '../ui/reporter.ts';
import { formatDuration, formatLocalTime, formatRfc3339 } from '../util/format.ts';
import { describeRun } from './describe-run.ts';
import { createRecordKeeper } from './keep-record.ts';
import type { RunParts } from './run-parts.ts';
import { createRun, type Run } from './run-state.ts';
import { readKeptFile, writeKeptFile } from './kept-file.ts';

interface OpenRun {
  /** As in a lock file. */
  holder: string;
  hostname: string;
  proxmoxType: string;
  /** RFC 3339. */
  startedAt: string;
  selection: RunParts['selection'];
  /** Empty: it had none. */
  logPath: string;
}

export interface RunMark {
  /** To be called when the run has told how it ended. */
  remove: () => void;
}

/** For the holder of the run lock. Also tells of the run before, if that did not end. */
export function markOpenRun(run: Run, config: LoadedConfig, { facts, selection }: RunParts): RunMark {
  const { host } = run;
  const path = markPath(config.places.state);
  const dead = findDead(host, path);
  if (dead !== undefined) tellOfDeadRun(run, config, dead);
  const hostname = facts?.hostname ?? 'unknown';
  const own: OpenRun = {
    holder: describeOwnProcess(host, hostname),
    hostname,
    proxmoxType: facts === undefined ? 'unknown' : proxmoxTypeOf(facts),
    startedAt: formatRfc3339(run.startedAt),
    selection,
    logPath: run.log.path,
  };
  writeKeptFile(host, path, own);
  return {
    remove: () => {
      // Another run may have begun meanwhile.
      if (asOpenRun(readKeptFile(host, path))?.holder === own.holder) unlinkQuietly(host, path);
    },
  };
}

/** When a run began that never ended and that no later run has told of. */
export function findDeadRun(host: Host, stateDirectory: RealPath): Date | undefined {
  const dead = findDead(host, markPath(stateDirectory));
  return dead === undefined ? undefined : new Date(dead.startedAt);
}

function markPath(stateDirectory: RealPath): RealPath {
  return joinReal(stateDirectory, 'open-run.json');
}

function findDead(host: Host, path: RealPath): OpenRun | undefined {
  const found = asOpenRun(readKeptFile(host, path));
  return found === undefined || isAtWork(host, found) ? undefined : found;
}

/** Or it has given back the lock and is still telling people how it ended. */
function isAtWork(host: Host, { holder }: OpenRun): boolean {
  const written = parseHolder(holder);
  return written !== undefined && isHolderAlive(host, written);
}

function tellOfDeadRun(run: Run, config: LoadedConfig, dead: OpenRun): void {
  const startedAt = new Date(dead.startedAt);
  const began = formatLocalTime(startedAt);
  run.report({
    severity: 'warning',
    code: 'earlier-run-died',
    message: `the backup that began ${began} never ended: it was killed, or this host went down`,
    ...(dead.logPath === '' ? {} : { path: dead.logPath, hint: `see how far it came: ${dead.logPath}` }),
  });
  const ghost = createRun(run.host, silentReporter, startedAt);
  createRecordKeeper(ghost, config).keep(recordOf(ghost, config, dead));
}

function recordOf(ghost: Run, config: LoadedConfig, dead: OpenRun): RunRecord {
  const error = new InterruptedError('the run never ended: it was killed, or the host went down');
  const ending = {
    status: 'interrupted',
    exit: 'interrupted',
    code: exitCodeOf('interrupted'),
    error,
  } as const;
  const lastSign = lastSignOf(ghost.host, dead) ?? ghost.startedAt;
  const durationMs = Math.max(0, lastSign.getTime() - ghost.startedAt.getTime());
  return {
    ...describeRun(ghost, config, { selection: dead.selection }, ending),
    hostname: dead.hostname,
    proxmox_type: dead.proxmoxType,
    end_time: formatRfc3339(lastSign),
    duration_seconds: durationMs / 1000,
    duration_human: formatDuration(durationMs),
    log_path: dead.logPath,
  };
}

/** When it last wrote to its log. */
function lastSignOf(host: Host, { logPath }: OpenRun): Date | undefined {
  if (logPath === '') return undefined;
  const status = host.fs.lstatIfExists(asRealPath(logPath));
  return status === undefined ? undefined : new Date(Number(status.mtimeNs / 1_000_000n));
}

function asOpenRun(value: unknown): OpenRun | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { holder, hostname, proxmoxType, startedAt, logPath, selection } = value as Partial<OpenRun>;
  const texts = [holder, hostname, proxmoxType, startedAt, logPath];
  if (texts.some((text) => typeof text !== 'string')) return undefined;
  if (Number.isNaN(new Date(startedAt ?? '').getTime())) return undefined;
  if (!Array.isArray(selection?.only) || !Array.isArray(selection.skip)) return undefined;
  return value as OpenRun;
}

function unlinkQuietly(host: Host, path: RealPath): void {
  try {
    host.fs.unlink(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
