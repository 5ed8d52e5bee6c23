// After the archive is made: a proved copy on every further tier, one after the other. A tier that fails stops neither the run
// nor the other tiers; its real cause goes into the record, the summary and the exit code.

import { basename } from 'node:path';
import { isOrphanedSidecar, parseArchiveName, withoutSidecarEnding } from '../../archiver/archive-name.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import { AppError, DiskSpaceError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';
import type { TierResult } from '../../run-record.ts';
import type { Store, TierName } from '../../storage/store.ts';
import { formatBytes } from '../../util/format.ts';
import { withoutUndefined } from '../../util/without-undefined.ts';
import { keepRecoveryKit } from '../recovery-kit.ts';
import type { Run } from '../run-state.ts';
import { copyArchive, type CopyResult } from './copy-archive.ts';
import { recordProof } from './proofs.ts';
import { enabledTiers, openTier, placeOfTier, type Tier } from './open-tiers.ts';

export interface ServedTier {
  /** Absent: it could not even be opened. */
  tier?: Tier;
  result: TierResult;
}

const gib = 1024 ** 3;

/** Whoever gets the tiers closes them. */
export async function serveTiers(
  run: Run,
  config: LoadedConfig,
  made: { archive: RealPath; installId: string },
): Promise<ServedTier[]> {
  const served: ServedTier[] = [];
  for (const name of enabledTiers(config)) {
    if (name === 'primary') continue;
    served.push(await serve(run, config, { ...made, name }));
  }
  return served;
}

interface Job {
  name: TierName;
  archive: RealPath;
  installId: string;
}

async function serve(run: Run, config: LoadedConfig, job: Job): Promise<ServedTier> {
  const title = `Copying to the ${job.name} tier`;
  const started = run.host.clock.monotonicMs();
  let tier: Tier | undefined;
  try {
    const context = { config, installId: job.installId, report: run.report };
    tier = await openTier(run.host, job.name, context);
    const { store } = tier;
    const copy = await run.phase(job.name, title, () => copyTo(run, config, store, job.archive));
    const { proof, hash, bytes } = copy;
    const seconds = Math.round(run.host.clock.monotonicMs() - started) / 1000;
    const result: TierResult = {
      tier: job.name,
      status: 'ok',
      location: store.location,
      proof,
      ...(hash === undefined ? {} : { hash }),
      bytes,
      seconds,
    };
    return { tier, result };
  } catch (error) {
    if (!(error instanceof AppError) || error.exit === 'interrupted') {
      tier?.close();
      throw error;
    }
    const location = tier?.store.location ?? placeOfTier(config, job.name);
    const isRequired =
      job.name === 'secondary' ? config.values.SECONDARY_REQUIRED : config.values.CLOUD_REQUIRED;
    reportFailure(run, { name: job.name, location, isRequired }, error);
    const result: TierResult = { tier: job.name, status: 'failed', location, detail: error.message };
    return { ...(tier === undefined ? {} : { tier }), result };
  }
}

function keepProof(
  { host }: CopyWork,
  { places }: LoadedConfig,
  { tier, location }: Store,
  { name, copy }: { name: string; copy: CopyResult },
): void {
  const { proof, hash, hashValue, sizeBytes } = copy;
  const proved = { at: host.clock.now(), sizeBytes, proof, ...withoutUndefined({ hash, hashValue }) };
  recordProof(host, places.state, { tier, location, name }, proved);
}

/** What a copy needs of a run; a command by hand has these too. */
export type CopyWork = Pick<Run, 'host' | 'report' | 'reporter'>;

/**
 * One archive, proved at the target, with the recovery kit beside it. For the holder of the run lock: leftovers of copies
 * that were interrupted go first. @throws StorageError and its kin with the real cause
 */
export async function copyTo(
  run: CopyWork,
  config: LoadedConfig,
  store: Store,
  archive: RealPath,
): Promise<CopyResult> {
  const { signal } = run.host;
  await store.prepare(signal);
  const swept = await store.sweep(signal);
  // A bundle has nothing beside it.
  const orphans = config.values.BUNDLE_ASSOCIATED_FILES ? [] : await removeOrphans(run.host, store, archive);
  reportSwept(run, store, [...swept, ...orphans]);
  if (store.tier === 'cloud') await demandSpace(store, config.values.MIN_DISK_SPACE_CLOUD_GB, signal);
  const { CLOUD_UPLOAD_MODE, CLOUD_PARALLEL_MAX_JOBS } = config.values;
  const isParallel = store.tier === 'cloud' && CLOUD_UPLOAD_MODE === 'parallel';
  const copy = await copyArchive(run.host, archive, store, {
    signal,
    parallel: isParallel ? CLOUD_PARALLEL_MAX_JOBS : 1,
    onProgress: (bytes, totalBytes) => {
      run.reporter.progress({ label: store.tier, files: 0, bytes: Math.max(0, bytes), totalBytes });
    },
  });
  keepProof(run, config, store, { name: basename(archive), copy });
  await keepRecoveryKit(run, store);
  return copy;
}

const dayMs = 24 * 3_600_000;

/**
 * Files that lie beside an archive which is not there: of a copy that was killed before it, or of a removal that failed. Not
 * those of today: another installation of this name may be copying, and the archive comes last.
 */
async function removeOrphans(host: Host, store: Store, archive: RealPath): Promise<string[]> {
  const { signal, clock } = host;
  const files = await store.list(signal);
  const names = new Set(files.map(({ name }) => name));
  const owner = parseArchiveName(basename(archive))?.hostname;
  const orphans = files
    .filter(({ name, modified }) => {
      const isOurs = parseArchiveName(withoutSidecarEnding(name))?.hostname === owner;
      return isOurs && isOrphanedSidecar(name, names) && clock.now().getTime() - modified.getTime() > dayMs;
    })
    .map(({ name }) => name);
  const failed = new Set((await store.remove(orphans, signal)).map(({ name }) => name));
  return orphans.filter((name) => !failed.has(name));
}

async function demandSpace(store: Store, minimumGib: number, signal: AbortSignal): Promise<void> {
  const space = await store.space(signal);
  if (space === undefined || space.availableBytes >= minimumGib * gib) return;
  throw new DiskSpaceError(
    `${store.location} has ${formatBytes(space.availableBytes)} free; MIN_DISK_SPACE_CLOUD_GB asks for ${formatBytes(minimumGib * gib)}`,
    { hint: 'free some space there, or lower MIN_DISK_SPACE_CLOUD_GB' },
  );
}

function reportSwept(run: CopyWork, store: Store, names: readonly string[]): void {
  if (names.length === 0) return;
  run.report({
    severity: 'info',
    code: 'leftovers-removed',
    path: store.location,
    message: `removed what an interrupted copy left in ${store.location}: ${names.join(', ')}`,
  });
}

function reportFailure(
  run: Run,
  { name, location, isRequired }: { name: TierName; location: string; isRequired: boolean },
  error: AppError,
): void {
  run.report({
    severity: isRequired ? 'error' : 'warning',
    code: 'tier-failed',
    path: location,
    message: `no copy on the ${name} tier: ${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}
