// What a restore wants to know of an archive before the plan: its index, what the host was, and which of its links only
// stand for files. One pass.

import { z } from 'zod';
import { numberedEntries } from '../../archiver/extract/numbered-entries.ts';
import type { IndexEntry } from '../../archiver/index/index-file.ts';
import { IndexParser } from '../../archiver/index/index-parser.ts';
import { isIndexMember, mayBeDeduplicated } from '../../archiver/index/read-index.ts';
import {
  dedupManifestPath,
  readDedupManifest,
  type DedupManifest,
} from '../../archiver/read/dedup-manifest.ts';
import type { OpenArchive } from '../../archiver/read/open-archive.ts';
import { ArchiveError } from '../../errors.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { decodeBytePath } from '../../util/byte-path.ts';
import { hostFactsPath } from '../info-entries.ts';
import { createStandIns, type StandIns } from './stand-ins.ts';

export interface ArchiveDetails {
  /** By number; empty for archives without an index. */
  listed: readonly IndexEntry[];
  facts: HostFacts | undefined;
  passwdText: string;
  standIns: StandIns;
}

const passwdPath = 'etc/passwd';
const maxTextBytes = 4 * 1024 * 1024;

/** @throws ArchiveError when the list of links or the index is damaged; as readEntries */
export async function readArchiveDetails(
  host: Host,
  archive: OpenArchive,
  signal: AbortSignal,
): Promise<ArchiveDetails> {
  const isDeduplicated = mayBeDeduplicated(archive);
  const listed: IndexEntry[] = [];
  const files = new Set<string>();
  const links = new Map<string, string>();
  const found: { facts?: HostFacts | undefined; passwdText?: string; dedup?: DedupManifest } = {};
  for await (const entry of numberedEntries(host, archive, { signal })) {
    const { meta, content } = entry;
    if (isDeduplicated && meta.type === 'symlink') links.set(meta.path, meta.linkTarget);
    if (meta.type !== 'file') continue;
    if (isDeduplicated) files.add(meta.path);
    if (isIndexMember(entry)) await readIndexInto(listed, content);
    else if (isDeduplicated && meta.path === dedupManifestPath) found.dedup = await readLinks(content);
    else if (meta.size > maxTextBytes) continue;
    else if (meta.path === hostFactsPath) found.facts = parseFacts(await readText(content));
    else if (meta.path === passwdPath) found.passwdText = await readText(content);
  }
  return {
    listed,
    facts: found.facts,
    passwdText: found.passwdText ?? '',
    standIns: createStandIns(found.dedup ?? new Map(), links, files),
  };
}

async function readIndexInto(listed: IndexEntry[], content: AsyncIterable<Buffer>): Promise<void> {
  const parser = new IndexParser((entry) => listed.push(entry));
  for await (const bytes of content) parser.feed(bytes);
  parser.finish();
}

async function readLinks(content: AsyncIterable<Buffer>): Promise<DedupManifest> {
  try {
    return await readDedupManifest(content);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ArchiveError(`${dedupManifestPath} in the archive: ${why}`, {
      hint: 'Use another archive; single files come out with "proxsave extract".',
      cause: error,
    });
  }
}

async function readText(content: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const bytes of content) pieces.push(Buffer.from(bytes));
  return decodeBytePath(Buffer.concat(pieces));
}

const product = z.object({ version: z.string(), evidence: z.string().catch('') });
const factsSchema = z.object({
  hostname: z.string(),
  nodeName: z.string(),
  pve: product.optional(),
  pbs: product.optional(),
  leftovers: z.array(z.string()).catch([]),
  cluster: z.object({ name: z.string(), nodeCount: z.number() }).optional(),
  operatingSystem: z.string().catch('unknown'),
  codename: z.string().catch('unknown'),
  kernel: z.string().catch('unknown'),
  architecture: z.string().catch('unknown'),
  bootMode: z.enum(['efi', 'bios', 'unknown']).catch('unknown'),
  rootFilesystem: z.string().catch('unknown'),
  isContainer: z.boolean().catch(false),
  usesZfs: z.boolean().catch(false),
  usesCeph: z.boolean().catch(false),
});

/** Undefined for a document of another shape: then the manifest has to do. */
function parseFacts(text: string): HostFacts | undefined {
  try {
    const { pve, pbs, cluster, ...facts } = factsSchema.parse(JSON.parse(text));
    return {
      ...facts,
      ...(pve === undefined ? {} : { pve }),
      ...(pbs === undefined ? {} : { pbs }),
      ...(cluster === undefined ? {} : { cluster }),
    };
  } catch {
    return undefined;
  }
}
