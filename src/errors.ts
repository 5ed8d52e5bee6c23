// Every failure that ends a command is an AppError of one of these classes. The class decides the exit
// code; the table below is the contract which scripts rely on (printed by `proxsave help exit-codes`).

export const exitCodes = [
  { code: 0, name: 'ok', meaning: 'done, nothing to report' },
  { code: 1, name: 'warnings', meaning: 'done, with warnings' },
  { code: 2, name: 'usage', meaning: 'configuration or usage error' },
  { code: 3, name: 'environment', meaning: 'the environment lacks something that is needed' },
  { code: 4, name: 'failed', meaning: 'other failure' },
  { code: 5, name: 'storage', meaning: 'a storage tier failed' },
  { code: 6, name: 'network', meaning: 'network failure' },
  { code: 7, name: 'permission', meaning: 'permission denied' },
  { code: 8, name: 'verification', meaning: 'the archive did not pass verification' },
  { code: 9, name: 'collection', meaning: 'collecting the files failed' },
  { code: 10, name: 'archive', meaning: 'writing or reading the archive failed' },
  { code: 11, name: 'compression', meaning: 'compression or decompression failed' },
  { code: 12, name: 'disk-space', meaning: 'not enough disk space' },
  { code: 13, name: 'bug', meaning: 'unexpected exception: a bug in ProxSave' },
  { code: 14, name: 'security', meaning: 'refused for a security reason' },
  { code: 15, name: 'encryption', meaning: 'encryption or decryption failed' },
  { code: 16, name: 'skipped', meaning: 'nothing done: another run holds the lock, or backups are disabled' },
  { code: 17, name: 'restore-undone', meaning: 'restore failed and everything was rolled back' },
  { code: 18, name: 'restore-broken', meaning: 'restore failed and needs attention' },
  { code: 130, name: 'interrupted', meaning: 'interrupted by a signal' },
] as const;

export type ExitName = (typeof exitCodes)[number]['name'];
export type ExitCode = (typeof exitCodes)[number]['code'];

/** The number for an exit name, from the one table. */
export function exitCodeOf(name: ExitName): ExitCode {
  const row = exitCodes.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`no exit code is named ${name}`);
  return row.code;
}

export interface AppErrorOptions {
  /** What the user should type or change next. */
  hint?: string;
  cause?: unknown;
}

/** Base class of every expected failure. `message` says what failed and on what; `hint` what to do next. */
export abstract class AppError extends Error {
  abstract readonly exit: ExitName;
  readonly hint: string | undefined;
  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

export class UsageError extends AppError {
  readonly exit = 'usage';
}
export class EnvironmentError extends AppError {
  readonly exit = 'environment';
}
export class RunFailedError extends AppError {
  readonly exit = 'failed';
}
export class StorageError extends AppError {
  readonly exit = 'storage';
}
export class PermissionError extends AppError {
  readonly exit = 'permission';
}
export class VerificationError extends AppError {
  readonly exit = 'verification';
}
export class CollectionError extends AppError {
  readonly exit = 'collection';
}
export class ArchiveError extends AppError {
  readonly exit = 'archive';
}
export class CompressionError extends AppError {
  readonly exit = 'compression';
}
export class DiskSpaceError extends AppError {
  readonly exit = 'disk-space';
}
export class SecurityError extends AppError {
  readonly exit = 'security';
}
export class EncryptionError extends AppError {
  readonly exit = 'encryption';
}
/** No key was given, or none of them fits: nothing is said about the file itself. Other EncryptionErrors: it is damaged. */
export class KeyError extends EncryptionError {}
export class SkippedError extends AppError {
  readonly exit = 'skipped';
  /** Somebody should look: the run that is in the way hangs, for example. */
  readonly needsAttention: boolean;
  constructor(message: string, options: AppErrorOptions & { needsAttention?: boolean } = {}) {
    super(message, options);
    this.needsAttention = options.needsAttention ?? false;
  }
}
/** The host is as it was before the restore. */
export class RestoreUndoneError extends AppError {
  readonly exit = 'restore-undone';
}
/** The host is neither as it was nor as planned. */
export class RestoreBrokenError extends AppError {
  readonly exit = 'restore-broken';
}
export class InterruptedError extends AppError {
  readonly exit = 'interrupted';
  constructor(message = 'interrupted by a signal', options: AppErrorOptions = {}) {
    super(message, options);
  }
}

/** True for a failed system call; `code` is its errno name such as ENOENT. */
export function isSystemError(error: unknown, code?: string): error is NodeJS.ErrnoException {
  // Node's own ERR_... are programming errors, not the system's word.
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return false;
  return code === undefined || error.code === code;
}

const systemCallClasses: Readonly<
  Record<string, new (message: string, options?: AppErrorOptions) => AppError>
> = {
  ENOSPC: DiskSpaceError,
  EDQUOT: DiskSpaceError,
  EACCES: PermissionError,
  EPERM: PermissionError,
  EROFS: StorageError,
  EIO: StorageError,
};

/** Wraps a failed write below a storage path in the class which its errno stands for; other errors pass. `hints`: by errno name. */
export function asStorageError(
  error: unknown,
  action: string,
  hints: Readonly<Record<string, string>> = {},
): unknown {
  if (error instanceof AppError || !isSystemError(error)) return error;
  const StorageClass = systemCallClasses[error.code ?? ''] ?? StorageError;
  const hint = hints[error.code ?? ''];
  return new StorageClass(`${action}: ${describeSystemError(error)}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

const errnoWords: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EIO: 'input/output error of the device',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  ESTALE: 'stale network file handle',
  EFBIG: 'it is far too large for a file of this kind',
  ETIMEDOUT: 'it gave nothing for too long',
};

/** Plain words for an errno; falls back to the system's own message. */
export function describeSystemError(error: unknown): string {
  if (isSystemError(error)) return errnoWords[error.code ?? ''] ?? error.message;
  return error instanceof Error ? error.message : String(error);
}
