// The manifest stands outside of what the archive's SHA-256 covers: what it claims must agree with the archive itself.

import type { OpenArchive } from '../read/open-archive.ts';
import type { ProblemList } from './archive-problem.ts';
import type { ContentCheck } from './content-check.ts';

/** Says what differs from the index, whose content must have been read to the end. Its entry count is checked elsewhere. */
export function checkManifest(
  { manifest }: Pick<OpenArchive, 'manifest'>,
  check: ContentCheck,
  problems: ProblemList,
): void {
  const head = check.indexHead;
  if (head === undefined) return;
  const compare = (key: string, stated: string | number | undefined, found: string | number) => {
    if (stated === undefined || stated === found) return;
    const message = `the manifest says ${key} ${JSON.stringify(stated)}, the archive says ${JSON.stringify(found)}`;
    problems.add({ code: 'manifest-differs', message });
  };
  compare('hostname', manifest.hostname, head.hostname);
  compare('created_at', manifest.created_at, head.createdAt);
  compare('file_count', manifest.file_count, check.files);
  compare('content_bytes', manifest.content_bytes, check.bytes);
  const { areas } = manifest;
  if (areas === undefined) return;
  compare('number of areas', areas.length, check.areas.areaCount);
  for (const { id, files, bytes } of areas) {
    const found = check.areas.get(id);
    compare('area', id, found === undefined ? 'nothing of it' : id);
    if (found === undefined) continue;
    compare(`files of area ${id}`, files, found.files);
    compare(`bytes of area ${id}`, bytes, found.bytes);
  }
}
