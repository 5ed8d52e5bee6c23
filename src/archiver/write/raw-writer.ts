// Writes an archive as a file of its own with its sidecars beside it (BUNDLE_ASSOCIATED_FILES=false). The sidecars are
// there before the archive gets its name, so a crash never leaves an archive without them.

import { asStorageError } from '../../errors.ts';
import { type Host, joinReal, type RealPath } from '../../host/host.ts';
import { sidecarNames } from '../archive-name.ts';
import type { ArchiveSink, ArchiveTarget } from './archive-sink.ts';
import { formatDigestLine } from '../digest.ts';
import { renderManifest } from '../manifest.ts';
import { createMeter, createPartialFile, removeIfExists } from './partial-file.ts';

export function createRawWriter(host: Host, target: ArchiveTarget): ArchiveSink {
  const { directory, fileName = target.archiveName, mayReplace } = target;
  const file = createPartialFile(host, directory, fileName, mayReplace);
  const meter = createMeter();
  const names = sidecarNames(fileName);
  const sidecars: RealPath[] = [];
  let isPublished = false;
  const writeSidecar = (name: string, text: string) => {
    const path = joinReal(directory, name);
    sidecars.push(path);
    try {
      host.fs.writeFileAtomic(path, text);
    } catch (error) {
      throw asStorageError(error, `cannot write ${path}`);
    }
  };
  return {
    partialPath: file.partialPath,
    finalPath: file.finalPath,
    write: (chunk) => {
      meter.update(chunk);
      return file.append(chunk);
    },
    finishContent: () => {
      file.sync();
      return meter.finish(0);
    },
    finishManifest: (manifest) => {
      const text = renderManifest(manifest);
      writeSidecar(names.checksum, formatDigestLine(meter.finished().sha256, fileName));
      writeSidecar(names.metadata, text);
      writeSidecar(names.manifest, text);
    },
    demandOurs: () => {
      file.demandOurs();
    },
    publish: () => {
      file.publish();
      isPublished = true;
    },
    discard: () => {
      if (isPublished) return;
      for (const path of sidecars) removeIfExists(host, path);
      file.discard();
    },
  };
}
