import { isSystemError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';

/** Whoever tidies up the same directory may have been faster. @throws a system error other than ENOENT */
export function unlinkIfExists(host: Host, path: RealPath): void {
  try {
    host.fs.unlink(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}
