// The manifest of an archive from whatever there is: JSON, the old KEY=VALUE lines, or only the file's name and status.

import { parseArchiveName, parseTimestamp } from '../archive-name.ts';
import { parseLegacyMetadata } from './legacy-metadata.ts';
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

/** What is missing or malformed is added to `notes`, in words. */
export function readManifest(
  text: string | undefined,
  facts: FileFacts,
  notes: string[],
): { manifest: Manifest; source: ManifestSource } {
  if (text === undefined) {
    notes.push('the manifest (.metadata, .manifest.json) is missing: facts are taken from the file name');
    return { manifest: manifestOfFile(facts), source: 'none' };
  }
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (parsed.success) return { manifest: parsed.data, source: 'json' };
  const legacy = parseLegacyMetadata(text);
  if (legacy !== undefined) return { manifest: { ...manifestOfFile(facts), ...legacy }, source: 'legacy' };
  notes.push('the manifest (.metadata) is damaged: facts are taken from the file name');
  return { manifest: manifestOfFile(facts), source: 'none' };
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
