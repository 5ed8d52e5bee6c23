// An archive as the restore engine wants it: read to its end once and proved before anything else looks at it, then given
// entry by entry, as often as it is asked for.

import type { IndexEntry } from '../../archiver/index/index-file.ts';
import { numberedEntries } from '../../archiver/extract/numbered-entries.ts';
import { verifyArchive } from '../../archiver/verify/verify-archive.ts';
import type { OpenArchive } from '../../archiver/read/open-archive.ts';
import { VerificationError } from '../../errors.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import type { RestoreEntry, RestoreSource } from '../../restore/source.ts';
import { formatCount } from '../../util/format.ts';
import { printable } from '../../util/printable.ts';
import type { NamedArchive } from '../tiers/find-on-tier.ts';
import { readArchiveDetails } from './archive-details.ts';
import { putContentsInPlace, type StandIns } from './stand-ins.ts';

export interface ArchiveSource extends RestoreSource {
  /** Text of /etc/passwd in the archive; empty when it has none. */
  passwdText: string;
  /** Sentences: what of the archive could not be proved. */
  unverified: readonly string[];
}

export interface SourceOptions {
  signal: AbortSignal;
  /** Told how many bytes of the archive were read since the last call, in the first pass. */
  onBytes?: (bytes: number) => void;
}

/**
 * A link that has lost its content is left out and named; any other fault refuses the archive as a whole.
 * @throws VerificationError, KeyError, EncryptionError, ArchiveError, CompressionError, InterruptedError
 */
export async function openArchiveSource(
  host: Host,
  archive: NamedArchive,
  options: SourceOptions,
): Promise<ArchiveSource> {
  await proveArchive(host, archive, options);
  const details = await readArchiveDetails(host, archive, options.signal);
  const { facts, passwdText, standIns, listed } = details;
  const lost = [...standIns.lost].map((path) => `${printable(path)} has lost its content and is left out`);
  return {
    location: archive.location,
    ...identityOf(archive, facts),
    ...(facts === undefined ? {} : { facts }),
    passwdText,
    unverified: [...archive.unverified, ...lost],
    entries: (signal) => archiveEntries(host, archive, { listed, standIns, signal }),
  };
}

/** @throws VerificationError for anything but links that lost their content */
async function proveArchive(host: Host, archive: NamedArchive, options: SourceOptions): Promise<void> {
  const report = await verifyArchive(host, archive, options);
  const faults = report.problems.filter(({ code }) => code !== 'link-target-missing');
  const hasMore = report.problemCount > report.problems.length;
  if (faults.length === 0 && !hasMore) return;
  const what = printable(faults[0]?.message ?? 'it has too many problems');
  const count =
    report.problemCount > 1 ? ` (${formatCount(report.problemCount, 'problem')}, see "proxsave verify")` : '';
  throw new VerificationError(`${archive.location} is not restored: ${what}${count}`, {
    hint:
      'Use another archive ("proxsave list" shows them).\n' +
      'What can be read of this one comes out with: proxsave extract ARCHIVE --to DIR',
  });
}

/** The document inside the archive knows most; of archives of the existing edition there is only the manifest. */
function identityOf(
  { manifest }: OpenArchive,
  facts: HostFacts | undefined,
): Pick<RestoreSource, 'hostname' | 'createdAt' | 'products' | 'versions'> {
  const targets = manifest.proxmox_targets ?? [manifest.proxmox_type];
  const known = (product: 'pve' | 'pbs') =>
    facts === undefined
      ? targets.includes(product) || targets.includes('dual')
      : facts[product] !== undefined;
  const products = (['pve', 'pbs'] as const).filter(known);
  const created = new Date(manifest.created_at);
  const versions: RestoreSource['versions'] = {};
  const single = products.length === 1 ? manifest.proxmox_version : undefined;
  for (const product of products) {
    const version = facts?.[product]?.version ?? manifest[`${product}_version`] ?? single;
    if (version !== undefined && version !== '') versions[product] = version;
  }
  return {
    hostname: facts?.hostname ?? manifest.hostname,
    createdAt: Number.isNaN(created.getTime()) ? new Date(0) : created,
    products,
    versions,
  };
}

interface Pass {
  /** By number, of archives with an index. */
  listed: readonly IndexEntry[];
  standIns: StandIns;
  signal: AbortSignal;
}

function archiveEntries(
  host: Host,
  archive: NamedArchive,
  { listed, standIns, signal }: Pass,
): AsyncIterable<RestoreEntry> {
  async function* plainEntries(): AsyncGenerator<RestoreEntry, void> {
    for await (const { meta, content, number } of numberedEntries(host, archive, { signal })) {
      const known = listed[number]?.path === meta.path ? listed[number] : undefined;
      yield {
        meta,
        content: () => content,
        ...(known === undefined ? {} : { area: known.area }),
        ...(known?.sha256 === undefined ? {} : { sha256: known.sha256 }),
      };
    }
  }
  return putContentsInPlace(plainEntries(), standIns);
}
