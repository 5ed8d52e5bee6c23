// A backup, from start to record. Reads like a table of contents; each step has a file of its own.

import { resolveCodec } from '../archiver/resolve-codec.ts';
import type { Selection } from '../collector/plan-collection.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { secretValues } from '../config/secret-values.ts';
import { SkippedError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { createDirectoryStore, type DirectoryStore } from '../storage/directory-store.ts';
import { createRedactor } from '../ui/redact.ts';
import type { Reporter } from '../ui/reporter.ts';
import { finishRun, type BackupOutcome } from './finish-run.ts';
import { ensureInstallId } from './install-id.ts';
import { makeArchive, type MadeArchive } from './make-archive.ts';
import { checkSpace, sweepLeftovers } from './preflight.ts';
import { prepareBackup, type PreparedBackup } from './prepare-backup.ts';
import { estimateSize, lastSuccess, warnOfSuddenDrop } from './compare-runs.ts';
import { withRunLock } from './run-lock.ts';
import { createRun, openLog, type Run } from './run-state.ts';
import { waitForFreshStamp } from './stamp.ts';

export interface BackupRequest {
  config: LoadedConfig;
  selection: Selection;
  reporter: Reporter;
}

/** Never throws for what goes wrong in the run: the outcome says it, and the run record is written whatever happens. */
export async function runBackup(host: Host, request: BackupRequest): Promise<BackupOutcome> {
  const { config } = request;
  const run = createRun(host, request.reporter, await waitForFreshStamp(host, config));
  const parts: RunParts = { selection: request.selection };
  const openRunLog = (hostname: string) =>
    openLog(run, config, hostname, createRedactor(secretValues(config)));
  try {
    const prepared = await run.phase('prepare', 'Looking at this host', () =>
      prepareBackup(host, config, request.selection),
    );
    parts.prepared = prepared;
    const { hostname } = prepared.facts;
    openRunLog(hostname);
    for (const finding of prepared.findings) run.report(finding);
    if (!config.values.BACKUP_ENABLED) {
      throw new SkippedError('backups are disabled', { hint: 'BACKUP_ENABLED=false; set it to true to run' });
    }
    await withRunLock(run, config, hostname, async () => {
      parts.archive = await backUp(run, config, parts, prepared);
    });
  } catch (error) {
    parts.error = error;
    // Ended before the host had a name.
    if (parts.prepared === undefined) openRunLog('unknown');
  }
  return finishRun(run, config, parts);
}

/** What is known of a run so far; grows while it goes on. */
export interface RunParts {
  selection: Selection;
  prepared?: PreparedBackup;
  installId?: string;
  compression?: ReturnType<typeof resolveCodec>;
  store?: DirectoryStore;
  archive?: MadeArchive;
  error?: unknown;
}

async function backUp(
  run: Run,
  config: LoadedConfig,
  parts: RunParts,
  prepared: PreparedBackup,
): Promise<MadeArchive> {
  const { host } = run;
  const { values } = config;
  const store = createDirectoryStore(host, 'primary', values.BACKUP_PATH);
  parts.store = store;
  parts.installId = ensureInstallId(host, config.places.state, run.report);
  const collection = {
    plan: prepared.plan,
    isOwnOutput: prepared.isOwnOutput,
    report: run.report,
    signal: host.signal,
  };
  const previous = lastSuccess(run, config, prepared.facts.hostname);
  await run.phase('preflight', 'Checking the target', async () => {
    store.prepare();
    sweepLeftovers(run, store, prepared.facts.hostname);
    const estimate = await estimateSize(prepared.source, collection, previous);
    checkSpace(run, store, values.MIN_DISK_SPACE_PRIMARY_GB, estimate);
  });
  parts.compression = resolveCodec(
    host,
    {
      type: values.COMPRESSION_TYPE,
      level: values.COMPRESSION_LEVEL,
      mode: values.COMPRESSION_MODE,
      threads: values.COMPRESSION_THREADS,
    },
    run.report,
  );
  const archive = await makeArchive(run, {
    source: prepared.source,
    facts: prepared.facts,
    collection,
    compression: parts.compression,
    store,
    installId: parts.installId,
    isBundle: values.BUNDLE_ASSOCIATED_FILES,
    isVerified: values.VERIFY_AFTER_BACKUP,
    ...(previous === undefined ? {} : { expectedBytes: previous.bytes_collected }),
  });
  warnOfSuddenDrop(run, previous, archive, parts.selection);
  return archive;
}
