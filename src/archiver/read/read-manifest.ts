// The manifest of an archive from whatever there is: JSON, the old KEY=VALUE lines, or only the file's name and status.

import { parseArchiveName, parseTimestamp } from '../archive-name.ts';
import { parseLegacyMetadata } from './legacy-metadata.ts';
import { manifestSha256 } from '../manifest.ts';
import { manifestSchema, type Manifest } from '../manifest-schema.ts';

/** `none`: built from name and status of the file. */
export type ManifestSource = 'json' | 'legacy' | 'none';

/** What the file itself tells. */
export interface FileFacts {
  path: string;
  name: string;
  size: number;
  mtimeNs: bigint;
}

export interface ReadManifest {
  manifest: Manifest;
  source: ManifestSource;
  /** A sentence: it is there, but not as it was written. */
  fault?: string;
}

/** What is missing, malformed or altered is added to `notes`, in words. */
export function readManifest(text: string | undefined, facts: FileFacts, notes: string[]): ReadManifest {
  if (text === undefined) {
    notes.push('the manifest (.metadata, .manifest.json) is missing: facts are taken from the file name');
    return { manifest: manifestOfFile(facts), source: 'none' };
  }
  const json = parseJson(text);
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) {
    const manifest: ReadManifest = { manifest: parsed.data, source: 'json' };
    if (isAsWritten(json)) return manifest;
    const fault = 'the manifest (.metadata) was altered after it was written: its own SHA-256 does not fit';
    notes.push(fault);
    return { ...manifest, fault };
  }
  const legacy = parseLegacyMetadata(text);
  if (legacy !== undefined) return { manifest: { ...manifestOfFile(facts), ...legacy }, source: 'legacy' };
  const fault = 'the manifest (.metadata) is damaged: facts are taken from the file name';
  notes.push(fault);
  return { manifest: manifestOfFile(facts), source: 'none', fault };
}

/** By `manifest_sha256`; manifests from before it, and those of the existing edition, cannot tell. */
function isAsWritten(json: unknown): boolean {
  const facts = json as Readonly<Record<string, unknown>>;
  return !('manifest_sha256' in facts) || facts.manifest_sha256 === manifestSha256(facts);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the old form, or damage. The schema refuses undefined.
    return undefined;
  }
}

function manifestOfFile(facts: FileFacts): Manifest {
  const name = parseArchiveName(facts.name);
  const modified = new Date(Number(facts.mtimeNs / 1_000_000n));
  const createdAt = parseTimestamp(name?.timestamp ?? '') ?? modified;
  return manifestSchema.parse({
    archive_path: facts.path,
    archive_size: facts.size,
    created_at: createdAt.toISOString(),
    compression_type: name?.compression ?? '',
    hostname: name?.hostname ?? '',
    encryption_mode: name?.isEncrypted === true ? 'age' : 'none',
  });
}
