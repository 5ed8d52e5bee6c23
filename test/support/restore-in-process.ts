// A restore in the test's own process, with a file system in which the test can make a call fail.

import { loadConfig } from '../../src/config/load-config.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { FileSystem } from '../../src/host/file-system.ts';
import { asRealPath } from '../../src/host/host.ts';
import { openArchive } from '../../src/archiver/read/open-archive.ts';
import { defaultChoices } from '../../src/orchestrator/restore/choices.ts';
import { openSession, planRun } from '../../src/orchestrator/restore/plan-run.ts';
import { runRestore, type RestoreOutcome } from '../../src/orchestrator/restore/run-restore.ts';
import { fullRestore } from '../../src/restore/request.ts';
import { silentReporter } from '../../src/ui/reporter.ts';
import type { Sandbox } from './sandbox.ts';

/** All of the archive, onto the host that it is of. */
export async function restoreInProcess(
  sandbox: Sandbox,
  archivePath: string,
  fs: (real: FileSystem) => Partial<FileSystem> = () => ({}),
): Promise<RestoreOutcome> {
  const real = createHost({ root: sandbox.root, env: sandbox.env });
  const host = { ...real, fs: { ...real.fs, ...fs(real.fs) } };
  const config = loadConfig(host);
  const archive = await openArchive(host, asRealPath(archivePath));
  const session = await openSession(host, {
    config,
    archive: { ...archive, location: archivePath },
    reporter: silentReporter,
  });
  const planned = await planRun(session, { ...fullRestore, withReview: true }, defaultChoices(host));
  return runRestore(session, planned, { reporter: silentReporter, holdInterrupts: () => undefined });
}
