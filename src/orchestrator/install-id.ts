// The installation's identity: a random id made once and kept in the state directory. Retention acts only on
// archives that carry it, so a reinstalled host never prunes what its predecessor left.

import { randomUUID } from 'node:crypto';
import { AppError, describeSystemError, isSystemError } from '../errors.ts';
import type { Finding, ReportFinding } from '../findings.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import { beginRetentionState, retentionStatePath } from '../storage/retention/state-file.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads the id, or makes and keeps a new one. When it cannot be kept a finding says so. */
export function ensureInstallId(host: Host, stateDirectory: RealPath, report: ReportFinding): string {
  const path = joinReal(stateDirectory, 'install-id');
  try {
    host.fs.makeDirectory(stateDirectory, 0o700);
    const existing = host.fs.readTextIfExists(path, 4096)?.trim();
    if (existing !== undefined && uuid.test(existing)) return existing;
    const isKnownHere = host.fs.lstatIfExists(retentionStatePath(stateDirectory)) !== undefined;
    if (existing !== undefined || isKnownHere) report(lostId(path, existing));
    // Before the id: one without the other means that the state was lost.
    if (existing === undefined) beginRetentionState(host, stateDirectory);
    const created = randomUUID();
    host.fs.writeFileAtomic(path, `${created}\n`, { mode: 0o600 });
    return created;
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof AppError)) throw error;
    report({
      severity: 'warning',
      code: 'install-id-not-kept',
      path,
      message: `the installation id cannot be kept in ${path}: ${reasonOf(error)}`,
      hint: 'archives of this run will not take part in retention until they are adopted',
    });
    return randomUUID();
  }
}

function reasonOf(error: Error): string {
  return error instanceof AppError ? error.message : describeSystemError(error);
}

function lostId(path: RealPath, existing: string | undefined): Finding {
  const what = existing === undefined ? 'is gone' : 'does not hold an id any more';
  return {
    severity: 'warning',
    code: 'install-id-lost',
    path,
    message: `${path} ${what}: this host has a new installation id, and retention leaves its older archives alone`,
    hint: 'let it look after them again: `proxsave adopt --dry-run`',
  };
}

/** The id for commands that only look; undefined when there is none yet or it may not be read. */
export function readInstallId(host: Host, stateDirectory: RealPath): string | undefined {
  try {
    const text = (host.fs.readTextIfExists(joinReal(stateDirectory, 'install-id')) ?? '').trim();
    return uuid.test(text) ? text : undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return undefined;
  }
}

/** When this installation began: the id was made then. Undefined when it has none yet. */
export function installedAt(host: Host, stateDirectory: RealPath): Date | undefined {
  const status = host.fs.lstatIfExists(joinReal(stateDirectory, 'install-id'));
  return status === undefined ? undefined : new Date(Number(status.mtimeNs / 1_000_000n));
}
