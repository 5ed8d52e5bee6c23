// Names of unfinished files and of probes on a tier. They carry the installation's id, so that on a shared directory each
// installation sweeps only what it left itself; and they are short, because an archive's name may fill the 255 bytes.

import { randomBytes } from 'node:crypto';

const prefix = '.proxsave-';
const suffix = '.partial';

/** `.proxsave-<install id>-<8 hex digits>.partial` */
export function temporaryName(installId: string): string {
  return `${prefix}${installId}-${randomBytes(4).toString('hex')}${suffix}`;
}

function isTemporaryOf(installId: string, name: string): boolean {
  const start = `${prefix}${installId}-`;
  return name.startsWith(start) && /^[0-9a-f]{8}\.partial$/.test(name.slice(start.length));
}

const probePrefix = '.write-test-';

/** Of an empty or tiny file that is there for a moment: `.write-test-proxsave-<install id>-<8 hex digits>.partial` */
export function probeName(installId: string): string {
  return probePrefix + temporaryName(installId).slice(1);
}

/** A probe, whoever made it. */
export function isProbe(name: string): boolean {
  return name.startsWith(probePrefix);
}

/** What a killed `put`, `putText` or `prepare` of this installation left. */
export function isLeftoverOf(installId: string, name: string): boolean {
  if (!isProbe(name)) return isTemporaryOf(installId, name);
  return isTemporaryOf(installId, `.${name.slice(probePrefix.length)}`);
}

/** Unfinished files, of whatever edition or installation: they never show in a listing. */
export function isUnfinished(name: string): boolean {
  return name.startsWith('.') || name.endsWith(suffix);
}
