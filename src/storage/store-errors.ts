// Failures of a tier which callers tell apart. Everything else is a class of errors.ts.

import { isSystemError, StorageError, VerificationError } from '../errors.ts';

/** The tier gave no sign of life for longer than it may: a dead server or disk. */
export class StoreTimeoutError extends StorageError {}

/** What came back from the tier is not what was sent there. */
export class CopyMismatchError extends VerificationError {}

/** Errno names of failures that may be over a moment later: a server that restarts, a connection that was cut. */
const passingCodes: readonly string[] = [
  'EIO',
  'EAGAIN',
  'EBUSY',
  'EINTR',
  'ESTALE',
  'ETIMEDOUT',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTCONN',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETUNREACH',
];

/** Whether another attempt may help. A timeout is not among them: one wait for a dead server is enough. */
export function isPassing(error: unknown): boolean {
  if (error instanceof CopyMismatchError) return true;
  const cause = error instanceof Error ? error.cause : undefined;
  return isSystemError(cause) && passingCodes.includes(cause.code ?? '');
}
