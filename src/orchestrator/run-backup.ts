// A backup, from start to record. Reads like a table of contents; each step has a file of its own.

import type { CompressionRequest } from '../archiver/codec.ts';
import { resolveCodec } from '../archiver/resolve-codec.ts';
import type { Selection } from '../collector/plan-collection.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { AppError, SkippedError } from '../errors.ts';
import { detectFacts } from '../host/detect-facts.ts';
import type { Host } from '../host/host.ts';
import { createDirectoryStore } from '../storage/directory-store.ts';
import type { Store } from '../storage/store.ts';
import type { Reporter } from '../ui/reporter.ts';
import { prepareEncryption, type ArchiveEncryption } from './archive-encryption.ts';
import { hasChannel } from './announce.ts';
import { changesSinceLast } from './changes-since-last.ts';
import { finishRun, type BackupOutcome } from './finish-run.ts';
import { ensureInstallId } from './install-id.ts';
import { createKeptIndex } from './kept-index.ts';
import type { MadeArchive } from './archive-job.ts';
import { makeArchive } from './make-archive.ts';
import { markOpenRun } from './open-run.ts';
import { checkSpace, sweepLeftovers } from './preflight.ts';
import { prepareBackup, sourceHostOf, type PreparedBackup } from './prepare-backup.ts';
import { estimateSize, isWholeHost, lastSuccess, warnOfSuddenDrop } from './compare-runs.ts';
import { openPings } from './monitoring.ts';
import { keepRecoveryKit } from './recovery-kit.ts';
import { withRunLock } from './run-lock.ts';
import type { RunParts } from './run-parts.ts';
import { createRun, openLog, type Run } from './run-state.ts';
import { takeFreshStamp } from './stamp.ts';
import { applyRetention } from './tiers/apply-retention.ts';
import { sweepFetched } from './tiers/fetch-archive.ts';
import { openTier } from './tiers/open-tiers.ts';
import { serveTiers } from './tiers/serve-tiers.ts';
import { primaryResult } from './describe-run.ts';
import { createWorkDirectory, sweepWorkDirectories } from './work-directory.ts';

export interface BackupRequest {
  config: LoadedConfig;
  selection: Selection;
  reporter: Reporter;
  /** The configuration is wrong: the run does nothing but record and tell that. `config` is what could be read of it. */
  refusal?: AppError;
}

/** Never throws for what goes wrong in the run: the outcome says it, and the run record is written whatever happens. */
export async function runBackup(host: Host, request: BackupRequest): Promise<BackupOutcome> {
  const { config, selection } = request;
  const run = createRun(host, request.reporter, host.clock.now());
  const parts: RunParts = { selection };
  const log = { isBegun: false };
  try {
    const source = request.refusal === undefined ? sourceHostOf(host, config) : host;
    const facts = await run.phase('prepare', 'Looking at this host', () => detectFacts(source));
    parts.facts = facts;
    parts.pings = await openPings(run, config);
    if (request.refusal !== undefined) throw request.refusal;
    const prepared = prepareBackup(host, { config, selection, source, facts });
    if (!config.values.BACKUP_ENABLED) {
      throw new SkippedError('backups are disabled', { hint: 'BACKUP_ENABLED=false; set it to true to run' });
    }
    const encryption = await prepareEncryption(host, config);
    await withRunLock(run, config, facts.hostname, async () => {
      await takeFreshStamp(run, config);
      log.isBegun = true;
      openRunLog(run, config, facts.hostname);
      parts.mark = markOpenRun(run, config, parts);
      parts.pings?.start();
      for (const finding of prepared.findings) run.report(finding);
      try {
        parts.archive = await backUp(run, config, parts, { ...prepared, encryption });
        await keepCopies(run, config, parts, prepared);
      } finally {
        parts.keptIndex?.discard();
      }
    });
  } catch (error) {
    parts.error = error;
    if (!log.isBegun) openRunLog(run, config, parts.facts?.hostname ?? 'unknown');
  }
  return finishRun(run, config, parts);
}

function openRunLog(run: Run, config: LoadedConfig, hostname: string): void {
  openLog(run, config, hostname, config.redact);
}

async function backUp(
  run: Run,
  config: LoadedConfig,
  parts: RunParts,
  prepared: PreparedBackup & { encryption: ArchiveEncryption | undefined },
): Promise<MadeArchive> {
  const { host } = run;
  const { values, places } = config;
  const { hostname } = prepared.facts;
  parts.installId = ensureInstallId(host, places.state, run.report);
  const store = createDirectoryStore(host, 'primary', values.BACKUP_PATH, { installId: parts.installId });
  const { plan, isOwnOutput } = prepared;
  const collection = { plan, isOwnOutput, report: run.report, signal: host.signal };
  const previous = lastSuccess(run, config, hostname);
  if (previous !== undefined) parts.previous = previous;
  await run.phase('preflight', 'Checking the target', async () => {
    await store.prepare(host.signal);
    sweepLeftovers(run, store, hostname);
    sweepWorkDirectories(host, places.run);
    sweepFetched(host, places.state);
    const estimate = await estimateSize(prepared.source, collection, previous);
    await checkSpace(run, store, values.MIN_DISK_SPACE_PRIMARY_GB, estimate);
  });
  parts.compression = resolveCodec(host, compressionRequest(config), run.report);
  const work = createWorkDirectory(host, places.run);
  // With its cost only where changes are told.
  if (tellsChanges(config, parts)) {
    parts.keptIndex = createKeptIndex(host, places.state);
  }
  try {
    const archive = await makeArchive(run, {
      source: prepared.source,
      facts: prepared.facts,
      collection: { ...collection, workDirectory: work.path },
      compression: parts.compression,
      ...(prepared.encryption === undefined ? {} : { encryption: prepared.encryption }),
      store,
      installId: parts.installId,
      isBundle: values.BUNDLE_ASSOCIATED_FILES,
      isWholeHost: isWholeHost(parts.selection),
      isVerified: values.VERIFY_AFTER_BACKUP,
      ...(parts.keptIndex === undefined ? {} : { onIndex: parts.keptIndex.add }),
      ...(previous === undefined ? {} : { expectedBytes: previous.bytes_collected }),
    });
    await keepRecoveryKit(run, store);
    warnOfSuddenDrop(run, previous, archive, parts.selection);
    parts.freeBytes = await freeBytesOf(store, host.signal);
    return archive;
  } finally {
    work.remove();
  }
}

/** A proved copy on every further tier; then what retention allows to go. */
async function keepCopies(
  run: Run,
  config: LoadedConfig,
  parts: RunParts,
  { facts, plan }: PreparedBackup,
): Promise<void> {
  const { archive, installId } = parts;
  if (archive === undefined || installId === undefined) return;
  if (tellsChanges(config, parts)) await compareWithLast(run, config, parts, archive);
  const served = await serveTiers(run, config, { archive: archive.path, installId });
  parts.served = served;
  parts.tiers = served.map(({ result }) => result);
  const primary = await openTier(run.host, 'primary', { config, installId, report: run.report });
  const opened = served.flatMap(({ tier, result }) => (tier === undefined ? [] : [{ tier, result }]));
  const unopened = served.flatMap(({ tier, result }) => (tier === undefined ? [result] : []));
  const { results, archives } = await applyRetention(run, {
    config,
    hostname: facts.hostname,
    installId,
    archive,
    switchedOffAreas: plan.areas
      .filter(({ status }) => status.state === 'disabled')
      .map(({ area }) => area.id),
    tiers: [{ tier: primary, result: primaryResult(parts, config) }, ...opened],
  });
  parts.tiers = [...results, ...unopened];
  parts.archivesOnTiers = archives;
}

/** A run of some areas is not compared: all others would seem to be gone. */
function tellsChanges(config: LoadedConfig, { selection }: RunParts): boolean {
  return hasChannel(config) && isWholeHost(selection);
}

async function compareWithLast(
  run: Run,
  { places }: LoadedConfig,
  parts: RunParts,
  archive: MadeArchive,
): Promise<void> {
  const { keptIndex, previous } = parts;
  const changes = await changesSinceLast(run, {
    stateDirectory: places.state,
    previous,
    made: archive.path,
    madeIndex: keptIndex?.close() === true ? keptIndex.path : undefined,
  });
  if (changes !== undefined) parts.changes = changes;
  // One with holes is none to compare with.
  if (archive.status === 'complete') keptIndex?.keep();
}

/** For the record only: not knowing it is no failure. */
async function freeBytesOf(store: Store, signal: AbortSignal): Promise<number | undefined> {
  try {
    return (await store.space(signal))?.availableBytes;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function compressionRequest({ values }: LoadedConfig): CompressionRequest {
  return {
    type: values.COMPRESSION_TYPE,
    level: values.COMPRESSION_LEVEL,
    mode: values.COMPRESSION_MODE,
    threads: values.COMPRESSION_THREADS,
    memoryLimitBytes: values.XZ_MEMORY_LIMIT,
  };
}
