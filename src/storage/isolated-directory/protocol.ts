// What the two sides of a worker say to each other: one JSON value a line, requests on its stdin, answers on its
// stdout. Paths keep bytes that are not UTF-8, because JSON escapes lone surrogates (util/byte-path.ts).

import {
  AppError,
  DiskSpaceError,
  InterruptedError,
  isSystemError,
  PermissionError,
  StorageError,
  VerificationError,
  type AppErrorOptions,
} from '../../errors.ts';
import type { Finding } from '../../findings.ts';
import type { RealPath } from '../../host/host.ts';
import type { SecondarySettings } from '../secondary-directory.ts';
import { CopyMismatchError } from '../store-errors.ts';
import type { PutRequest, PutResult, StoredFile, StoreSpace } from '../store.ts';

/** The first line: what the worker serves. */
export interface Opening {
  /** Root prefix of the host. */
  root: string;
  settings: SecondarySettings;
}

/** Method -> its argument and its answer. */
export interface Calls {
  prepare: { takes: null; gives: null };
  list: { takes: null; gives: (Omit<StoredFile, 'modified'> & { modifiedMs: number })[] };
  stat: { takes: string; gives: (Omit<StoredFile, 'modified'> & { modifiedMs: number }) | null };
  put: { takes: Omit<PutRequest, 'signal' | 'onBytes'>; gives: PutResult };
  /** Bytes in base64. */
  readRange: { takes: { name: string; offset: number; length: number }; gives: string };
  fetch: { takes: { name: string; target: RealPath }; gives: null };
  putText: { takes: { name: string; text: string }; gives: null };
  remove: { takes: readonly string[]; gives: { name: string; error: TravellingError }[] };
  space: { takes: null; gives: StoreSpace | null };
  sweep: { takes: null; gives: string[] };
}

export type CallName = keyof Calls;

export type Request =
  { cancel: true } | { [Name in CallName]: { call: Name; takes: Calls[Name]['takes'] } }[CallName];

export type Answer =
  /** Once, before the first call: the process runs. What is silent from here on is the file system. */
  | { kind: 'ready' }
  /** The file system has answered something: not the end of the call, but not a hang either. */
  | { kind: 'activity' }
  | { kind: 'bytes'; bytes: number }
  | { kind: 'finding'; finding: Finding }
  | { kind: 'result'; gives: unknown }
  | { kind: 'error'; error: TravellingError };

export interface TravellingError {
  /** Name in the table below; absent: a bug, `message` is its stack. */
  type?: string;
  message: string;
  hint?: string;
  /** Errno name of what the system said. */
  code?: string;
}

const errorTypes: Readonly<Record<string, new (message: string, options?: AppErrorOptions) => AppError>> = {
  copyMismatch: CopyMismatchError,
  verification: VerificationError,
  diskSpace: DiskSpaceError,
  permission: PermissionError,
  interrupted: InterruptedError,
  storage: StorageError,
};

export function packError(error: unknown): TravellingError {
  if (!(error instanceof AppError)) {
    return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const type = Object.keys(errorTypes).find((name) => error.constructor === errorTypes[name]) ?? 'storage';
  return {
    type,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(isSystemError(error.cause) && error.cause.code !== undefined ? { code: error.cause.code } : {}),
  };
}

export function unpackError({ type, message, hint, code }: TravellingError): Error {
  const ErrorType = errorTypes[type ?? ''];
  if (ErrorType === undefined) return new Error(`in the process that serves a directory: ${message}`);
  const cause = code === undefined ? undefined : Object.assign(new Error(code), { code, syscall: 'worker' });
  return new ErrorType(message, { ...(hint === undefined ? {} : { hint }), cause });
}
