// Which files make up one archive on a tier: a bundle alone, or the archive and what lies beside it.

import { basename, dirname } from 'node:path';
import { bundleExtension, sidecarNames } from '../../archiver/archive-name.ts';
import { asRealPath, joinReal, type Host, type RealPath } from '../../host/host.ts';

export interface ArchiveFile {
  name: string;
  path: RealPath;
  sizeBytes: number;
}

/** Of this machine, in the order in which they are to be copied: the archive last, so that it never stands alone. */
export function localFilesOf(host: Host, archive: RealPath): ArchiveFile[] {
  const directory = asRealPath(dirname(archive));
  return fileNamesOf(basename(archive)).flatMap((name) => {
    const path = joinReal(directory, name);
    const status = host.fs.lstatIfExists(path);
    return status?.kind === 'file' ? [{ name, path, sizeBytes: status.size }] : [];
  });
}

/** All names that the files of an archive may have, the archive itself last. */
export function fileNamesOf(archiveName: string): string[] {
  if (archiveName.endsWith(bundleExtension)) return [archiveName];
  const { checksum, manifest, metadata } = sidecarNames(archiveName);
  return [metadata, `${metadata}.sha256`, checksum, manifest, archiveName];
}

/** In the order of removal: the archive first, so that what is left is never taken for a whole one. */
export function removalOrder(archiveName: string): string[] {
  return fileNamesOf(archiveName).reverse();
}
