// The installation's identity: a random id made once and kept in the state directory. Retention acts only on
// archives that carry it, so a reinstalled host never prunes what its predecessor left.

import { randomUUID } from 'node:crypto';
import { describeSystemError, isSystemError } from '../errors.ts';
import type { ReportFinding } from '../findings.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads the id, or makes and keeps a new one. When it cannot be kept a finding says so. */
export function ensureInstallId(host: Host, stateDirectory: RealPath, report: ReportFinding): string {
  const path = joinReal(stateDirectory, 'install-id');
  try {
    host.fs.makeDirectory(stateDirectory, 0o700);
    const existing = (host.fs.readTextIfExists(path) ?? '').trim();
    if (uuid.test(existing)) return existing;
    const created = randomUUID();
    host.fs.writeFileAtomic(path, `${created}\n`, { mode: 0o600 });
    return created;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    report({
      severity: 'warning',
      code: 'install-id-not-kept',
      path,
      message: `the installation id cannot be kept in ${path}: ${describeSystemError(error)}`,
      hint: 'archives of this run will not take part in retention until they are adopted',
    });
    return randomUUID();
  }
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
