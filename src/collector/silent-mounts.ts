// What is told of a share or FUSE file system that holds something to save and does not answer: one finding for each,
// whatever the number of files below it.

import type { Finding, ReportFinding } from '../findings.ts';
import type { Host } from '../host/host.ts';
import type { SilentMountError } from '../host/mounts/mount-guard.ts';

const code = 'mount-not-answering';

export function silentMountFinding(
  { root }: Pick<Host, 'root'>,
  { areaId }: { areaId: string },
  error: SilentMountError,
): Finding {
  const { mountPoint, message } = error;
  const isBelowRoot = root !== '/' && mountPoint.startsWith(`${root}/`);
  const path = isBelowRoot ? mountPoint.slice(root.length) : mountPoint;
  return {
    severity: 'warning',
    code,
    area: areaId,
    path,
    message: `nothing below ${path} is saved: ${message}`,
    hint: hintFor(path),
  };
}

function hintFor(path: string): string {
  if (path === '/etc/pve') {
    return 'see `systemctl status pve-cluster`; the cluster database, from which the same files come, is saved by itself';
  }
  return 'see whether its server or process lives, mount it again, and run the backup again; FS_IO_TIMEOUT sets how long is waited';
}

export function tellEachMountOnce(report: ReportFinding): ReportFinding {
  const told = new Set<string | undefined>();
  return (finding) => {
    if (finding.code !== code) {
      report(finding);
      return;
    }
    if (told.has(finding.path)) return;
    told.add(finding.path);
    report(finding);
  };
}
