// What retention knows of an archive. Everything comes from its own manifest: the time of a file says when it was copied,
// and its name can be given by anybody.

import { withoutUndefined } from '../../util/without-undefined.ts';

interface ArchiveFile {
  /** File name on the tier. */
  name: string;
  sizeBytes: number;
}

/** Its head could not be read, or says too little. Never touched. */
export interface UnreadableArchive extends ArchiveFile {
  state: 'unreadable';
  detail: string;
}

export interface ReadableArchive extends ArchiveFile {
  /** `partial`: whole areas are missing, or the run was limited with --only or --skip. */
  state: 'complete' | 'partial';
  hostname: string;
  /** Absent: made by an edition that has none. */
  installId?: string;
  createdAt: Date;
  /** It was read back when it was made and every hash agreed. */
  isVerified: boolean;
}

export type RetentionArchive = ReadableArchive | UnreadableArchive;

/** The keys of a manifest that count here. */
export interface ManifestFacts {
  hostname: string;
  /** RFC 3339. */
  created_at: string;
  install_id?: string | undefined;
  status?: 'complete' | 'partial' | undefined;
  verified_at?: string | undefined;
}

/** `manifest`: the parsed one, or why there is none. Editions without `status` wrote manifests for complete archives only. */
export function retentionArchiveOf(
  { name, sizeBytes }: ArchiveFile,
  manifest: ManifestFacts | { problem: string },
): RetentionArchive {
  const unreadable = (detail: string): UnreadableArchive => ({
    name,
    sizeBytes,
    state: 'unreadable',
    detail,
  });
  if ('problem' in manifest) return unreadable(manifest.problem);
  const createdAt = new Date(manifest.created_at);
  if (Number.isNaN(createdAt.getTime())) return unreadable('its manifest holds no usable time');
  if (manifest.hostname === '') return unreadable('its manifest names no host');
  const installId = manifest.install_id === '' ? undefined : manifest.install_id;
  return {
    name,
    sizeBytes,
    state: manifest.status ?? 'complete',
    hostname: manifest.hostname,
    createdAt,
    isVerified: manifest.verified_at !== undefined,
    ...withoutUndefined({ installId }),
  };
}

/** Newest first; the name decides between archives of one moment, so that the order of a listing never matters. */
export function byNewest(a: ReadableArchive, b: ReadableArchive): number {
  const difference = b.createdAt.getTime() - a.createdAt.getTime();
  return difference !== 0 ? difference : a.name < b.name ? 1 : a.name > b.name ? -1 : 0;
}

/** The same archive has one name, whether it lies on a tier as a bundle or with its sidecars. */
export function isSameArchive(a: string, b: string): boolean {
  return archiveKey(a) === archiveKey(b);
}

/** What the names of one archive have in common. */
export function archiveKey(name: string): string {
  return name.endsWith('.bundle.tar') ? name.slice(0, -'.bundle.tar'.length) : name;
}
