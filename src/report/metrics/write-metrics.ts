// METRICS_PATH/proxmox_backup.prom for the textfile collector. That reads every file whose name ends in .prom, so the
// file grows under another ending and is renamed; it runs as a user of its own, so everybody may read it.

import { joinReal, type Host, type RealPath } from '../../host/host.ts';

export const metricsFileName = 'proxmox_backup.prom';

/** Returns the file's path. @throws the system's error when it cannot be written; the old file stays then */
export function writeMetrics(host: Host, directory: RealPath, text: string): RealPath {
  if (host.fs.lstatIfExists(directory) === undefined) {
    host.fs.makeDirectory(directory, 0o755);
    // Whatever the umask: node_exporter must get in.
    host.fs.changeMode(directory, 0o755);
  }
  const path = joinReal(directory, metricsFileName);
  host.fs.writeFileAtomic(path, text, { mode: 0o644 });
  host.fs.changeMode(path, 0o644);
  return path;
}
