// What rclone's failures mean to an admin: errors with the cause and a hint. Pure.

import { DiskSpaceError, StorageError, type AppError } from '../../errors.ts';
import { problemOf, type RcloneProblem } from './problem-kinds.ts';
import { redactOutput } from './redact-output.ts';

/** A failure of the cloud tier. `problem` says of which kind; the message has it in words, with rclone's own last ones. */
export class CloudError extends StorageError {
  readonly problem: RcloneProblem;
  /** All attempts are used up: whoever called does not start them anew. */
  isFinal = false;
  constructor(problem: RcloneProblem, message: string, hint?: string, cause?: unknown) {
    super(message, { ...(hint === undefined ? {} : { hint }), cause });
    this.problem = problem;
  }
}

/** What became of a run of rclone that did not end well. */
export interface RcloneFailure {
  /** What was tried, on what: `the upload of NAME to REMOTE`. */
  action: string;
  location: string;
  exitCode: number | null;
  /** rclone's own messages, last one last. */
  messages: readonly string[];
  /** Paths that it was given: what stands in them is no message. */
  paths?: readonly string[];
  /** Seconds without progress after which we ended it. */
  silentSeconds?: number;
}

const words: Readonly<Record<RcloneProblem, string>> = {
  program: 'rclone does not take its settings',
  remote: 'rclone does not know the remote',
  auth: 'the remote refuses the login',
  path: 'the remote refuses the path',
  network: 'the network or the server does not answer',
  timeout: 'there was no answer in time',
  'not-found': 'it is not there',
  full: 'the remote is full',
  'rate-limit': 'the remote asks for fewer requests',
  server: 'the server has an error of its own',
  other: 'rclone failed',
};

/** The error for a failed run: StorageError, or DiskSpaceError when the remote is full. */
export function rcloneError(failure: RcloneFailure): AppError {
  const { silentSeconds, messages, exitCode } = failure;
  const text = withoutPaths(messages.join('\n'), failure.paths ?? []);
  const problem = silentSeconds === undefined ? problemOf(exitCode, text) : 'timeout';
  const own = silentSeconds === undefined ? '' : ` (no progress for ${silentSeconds} s)`;
  const last = messages.at(-1);
  const detail =
    last === undefined
      ? silentSeconds === undefined
        ? ` (exit code ${exitCode ?? 'none: it was killed'})`
        : ''
      : `: ${redactOutput(last)}`;
  const message = `${failure.action} failed: ${words[problem]}${own}${detail}`;
  const error = new CloudError(problem, message, hintFor(problem, failure.location));
  return problem === 'full'
    ? new DiskSpaceError(message, { ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error })
    : error;
}

/** A host may be called node-503, and a directory "quota exceeded". */
function withoutPaths(text: string, paths: readonly string[]): string {
  const names = paths.flatMap((path) => [path, path.replace(/^[^/:]*:/, ''), path.split('/').at(-1) ?? '']);
  const longestFirst = [...new Set(names)]
    .filter((name) => name.length > 2)
    .sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, name) => rest.replaceAll(name, ''), text);
}

/** undefined: not an error of the cloud tier. */
export function problemIn(error: unknown): RcloneProblem | undefined {
  if (error instanceof CloudError) return error.problem;
  return error instanceof DiskSpaceError && error.cause instanceof CloudError
    ? error.cause.problem
    : undefined;
}

const passing: readonly RcloneProblem[] = ['network', 'timeout', 'rate-limit', 'server', 'other'];

/** Whether the same may well succeed a little later. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof CloudError && error.isFinal) return false;
  const problem = problemIn(error);
  return problem !== undefined && passing.includes(problem);
}

/** Whether what comes next on this remote would fail too. */
export function isWholeRemote(error: unknown): boolean {
  const problem = problemIn(error);
  return problem !== undefined && !['not-found', 'path', 'other', 'full'].includes(problem);
}

function hintFor(problem: RcloneProblem, location: string): string {
  const name = location.split(':', 1)[0] ?? location;
  switch (problem) {
    case 'program':
      return 'check RCLONE_FLAGS and the other RCLONE_ keys, and that rclone is 1.56 or newer (`rclone version`); an encrypted configuration needs RCLONE_CONFIG_PASS in the environment';
    case 'remote':
      return 'see `rclone listremotes`, and set CLOUD_REMOTE to one of them';
    case 'auth':
      return `renew the login with \`rclone config reconnect ${name}:\`, or correct it with \`rclone config\`; a wrong clock also does this`;
    case 'path':
      return `check the rights of this login on ${location}, and CLOUD_REMOTE_PATH`;
    case 'network':
      return `check name resolution, routes, firewall and the server; \`rclone lsd ${name}:\` tries the same by hand`;
    case 'timeout':
      return 'the connection is slow or stalls: try again, or raise RCLONE_TIMEOUT_CONNECTION (short requests) or RCLONE_TIMEOUT_OPERATION (transfers)';
    case 'not-found':
      return `see \`rclone lsf '${location}'\``;
    case 'full':
      return 'make room on the remote, or keep fewer archives there (MAX_CLOUD_BACKUPS, RETENTION_POLICY); `proxsave prune --dry-run` shows what that would remove';
    case 'rate-limit':
      return 'lower RCLONE_TRANSFERS, or add --tpslimit 4 to RCLONE_FLAGS';
    case 'server':
      return 'look at the log of the server, or at the status page of the provider; then try again';
    case 'other':
      return `try \`rclone lsd ${name}:\` by hand; add -vv to see more`;
  }
}
