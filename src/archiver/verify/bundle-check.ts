// What of a bundle no checksum covers: between and behind its members there must be zeros, to the end of the file.

import type { Host } from '../../host/host.ts';
import type { BundleFrame } from '../read/bundle-reader.ts';
import type { OpenArchive } from '../read/open-archive.ts';
import { readRange, withoutProgress, type ReadOptions } from '../read/read-content.ts';
import type { ArchiveProblem } from './archive-problem.ts';

/** The first problem only: what follows from it is noise. @throws as readRange */
export async function findFrameProblem(
  host: Host,
  { path, frame }: Pick<OpenArchive, 'path'> & { frame: BundleFrame },
  options: ReadOptions,
): Promise<ArchiveProblem | undefined> {
  for (const { offset, size } of frame.zeros) {
    let at = offset;
    for await (const bytes of readRange(host, { path, offset, size }, withoutProgress(options))) {
      const stray = bytes.findIndex((byte) => byte !== 0);
      if (stray !== -1) {
        const message = `the bundle has something behind or between its members that is not of it, at byte ${at + stray}`;
        return { code: 'bundle-has-stray-bytes', message };
      }
      at += bytes.length;
    }
  }
  if (frame.hasEndMarker) return undefined;
  const message = 'the bundle does not end with a whole end marker: it was cut short';
  return { code: 'bundle-cut-short', message };
}
