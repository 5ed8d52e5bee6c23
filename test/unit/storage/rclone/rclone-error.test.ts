import { describe, expect, test } from 'vitest';
import { DiskSpaceError, StorageError } from '../../../../src/errors.ts';
import { createLogReader } from '../../../../src/storage/rclone/log-lines.ts';
import {
  isWholeRemote,
  isWorthRetrying,
  problemIn,
  rcloneError,
} from '../../../../src/storage/rclone/rclone-error.ts';
import { problemOf } from '../../../../src/storage/rclone/problem-kinds.ts';
import { redactOutput } from '../../../../src/storage/rclone/redact-output.ts';

const failed = (message: string, exitCode = 1) =>
  rcloneError({ action: 'listing nas:x', location: 'nas:x', exitCode, messages: [message] });

describe('what rclone says becomes a kind of problem', () => {
  // As real servers and providers made rclone say it.
  test.each([
    ['remote', `Failed to create file system for "nix:": didn't find section in config file`],
    ['auth', 'read metadata failed: Unauthorized: 401 Unauthorized'],
    [
      'auth',
      "couldn't connect SSH: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none password]",
    ],
    [
      'auth',
      `couldn't fetch token - maybe it has expired? oauth2: cannot fetch token: 400 Bad Request "invalid_grant"`,
    ],
    ['auth', 'InvalidAccessKeyId: The AWS Access Key Id you provided does not exist. status code: 403'],
    ['auth', 'ssh: handshake failed: knownhosts: key mismatch'],
    ['path', 'DirMove MOVE call failed: Forbidden: 403 Forbidden'],
    ['path', 'mkdir /backup: permission denied'],
    ['network', 'Propfind "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection refused'],
    ['network', 'Propfind "http://nothing.invalid/": dial tcp: lookup nothing.invalid: no such host'],
    ['network', 'x509: certificate has expired or is not yet valid'],
    ['timeout', 'dial tcp 192.0.2.1:443: i/o timeout'],
    ['timeout', 'net/http: TLS handshake timeout'],
    ['full', 'Insufficient Storage: 507 Insufficient Storage'],
    ['full', `googleapi: Error 403: The user's Drive storage quota has been exceeded., storageQuotaExceeded`],
    ['full', 'write /backup/x: no space left on device'],
    ['rate-limit', 'googleapi: Error 403: User Rate Limit Exceeded., userRateLimitExceeded'],
    ['rate-limit', 'HTTP error 429 (429 Too Many Requests)'],
    ['server', 'Internal Server Error: 500 Internal Server Error'],
    ['server', '503 Service Unavailable'],
    ['not-found', 'error in ListJSON: directory not found'],
    ['not-found', "nas:x is a directory or doesn't exist"],
    ['program', 'unknown flag: --stat'],
    ['other', 'something new'],
  ] as const)('%s: %s', (problem, message) => {
    expect(problemOf(1, message)).toBe(problem);
    const error = failed(message);
    expect(problemIn(error)).toBe(problem);
    expect(error.hint).toBeTruthy();
    expect(error.message).toContain('listing nas:x failed: ');
  });

  test('names, addresses and ports are no messages', () => {
    const message = 'node-503-backup.tar: Put "http://192.0.2.1:507/quota exceeded/node-503-backup.tar": EOF';
    const paths = [
      '/backups/node-503-backup.tar',
      'nas:quota exceeded/node-503-backup.tar',
      'nas:quota exceeded',
    ];
    const error = rcloneError({ action: 'x', location: 'nas:', exitCode: 1, messages: [message], paths });
    expect(problemIn(error)).toBe('network');
  });

  test('a full remote is a lack of disk space, everything else a failure of the storage', () => {
    expect(failed('507 Insufficient Storage')).toBeInstanceOf(DiskSpaceError);
    expect(failed('401 Unauthorized')).toBeInstanceOf(StorageError);
  });

  test('rclone that said nothing is told by its exit code, or that it was killed', () => {
    expect(problemOf(3, '')).toBe('not-found');
    const killed = rcloneError({ action: 'x', location: 'nas:', exitCode: null, messages: [] });
    expect(killed.message).toContain('killed');
  });

  test('what may be over soon is tried again; a wrong password, a full disk or a missing remote is not', () => {
    for (const message of ['connection reset by peer', 'i/o timeout', '503 Service Unavailable', '429']) {
      expect(isWorthRetrying(failed(message))).toBe(true);
    }
    for (const message of ['401', '507', `didn't find section in config file`, 'directory not found']) {
      expect(isWorthRetrying(failed(message))).toBe(false);
    }
  });

  test('only what concerns the whole remote stops work on other files', () => {
    expect(isWholeRemote(failed('401 Unauthorized'))).toBe(true);
    expect(isWholeRemote(failed('connection refused'))).toBe(true);
    expect(isWholeRemote(failed('403 Forbidden'))).toBe(false);
  });
});

test.each([
  ['Get "https://user:hidden@nas.example/dav": EOF', 'nas.example'],
  ['Authorization: Bearer hidden', 'Authorization'],
  ['{"access_token":"hidden","token_type":"x"}', 'access_token'],
  ['https://b.s3.example/k?X-Amz-Credential=hidden&X-Amz-Signature=hidden&partNumber=3', 'partNumber=3'],
  ['https://x.blob.example/c?sv=2020&sig=hidden', 'sv=2020'],
  ['login failed: password=hidden user=root', 'user=root'],
  ['client_secret: "hidden"', 'client_secret'],
  ['pass=hidden', 'pass='],
  ['RCLONE_CONFIG_NAS_PASS=hidden', 'RCLONE_CONFIG_NAS_PASS='],
])('secrets are taken out of %s', (text, kept) => {
  const shown = redactOutput(text);
  expect(shown).not.toContain('hidden');
  expect(shown).toContain(kept);
});

test('known forms of keys and tokens are taken out wherever they stand, and control characters are made visible', () => {
  const shown = redactOutput(
    `AKIAIOSFODNN7EXAMPLE ya29.a0AfH6SMBxyz eyJhbGciOiJIUzI1.eyJzdWIi.abc \u001b[31m`,
  );
  expect(shown).not.toMatch(/AKIA|ya29|eyJ/);
  expect(shown).toContain(String.raw`\x1b`);
});

describe('the log of rclone', () => {
  const stats = (bytes: number) =>
    JSON.stringify({
      level: 'error',
      msg: 'x',
      stats: { bytes, checks: 0, transfers: 0, renames: 0, deletes: 0 },
    });

  test('shows progress only when bytes or counts move', () => {
    const totals: number[] = [];
    const log = createLogReader((total) => totals.push(total));
    expect([0, 0, 5, 5, 9].map((bytes) => log.read(stats(bytes)))).toEqual([false, false, true, false, true]);
    expect(totals).toEqual([0, 0, 5, 5, 9]);
  });

  test('gives messages once, without time and attempts, and survives what is no JSON', () => {
    const log = createLogReader();
    log.read('{"level":"info","msg":"Starting"}');
    log.read('{"level":"error","msg":"Attempt 1/1 failed with 1 errors and: 401 Unauthorized"}');
    log.read('{broken');
    log.read('2026/11/25 10:32:45 Failed to lsjson with 2 errors: last error was: 401 Unauthorized');
    expect(log.messages()).toEqual(['401 Unauthorized', '{broken']);
  });
});
