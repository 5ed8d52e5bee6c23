// What the relay remembers, in SQLite: hosts, pairing codes, used nonces, messages of the last days. The only file of this
// room that knows SQL. No secrets (see relay-key.ts) and no texts of messages are in it. Server and administration commands
// open it at the same time, so each call is a transaction of its own.

import type { DatabaseSync } from 'node:sqlite';
import { asStorageError, StorageError } from '../errors.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import { describeStoreError } from './describe-store-error.ts';

export interface RelayHost {
  hostId: string;
  /** As it named itself when it was paired. */
  hostname: string;
  pairedAt: Date;
  lastSeenAt: Date | undefined;
  revokedAt: Date | undefined;
  /** Chat for its Telegram messages; undefined: the relay's own. */
  chatId: string | undefined;
}

export interface CodeRow {
  id: string;
  createdAt: Date;
  expiresAt: Date;
  chatId: string | undefined;
}

/** `new`: nobody has begun to send it. */
export type MessageState = 'new' | 'pending' | 'sent' | 'failed';

export interface RelayStore {
  addCode(code: CodeRow): boolean;
  /** A code that is neither used nor over. */
  findCode(id: string, now: Date): CodeRow | undefined;
  /** Uses up a code and adds the host; false: somebody else was faster. */
  pair(codeId: string, host: RelayHost): boolean;
  findHost(hostId: string): RelayHost | undefined;
  listHosts(): RelayHost[];
  revoke(hostId: string, now: Date): void;
  /** False: this nonce came before. Forgets those that are older than `forgetBefore`. */
  takeNonce(hostId: string, nonce: string, now: Date, forgetBefore: Date): boolean;
  /** Attempts to send since `since`, by one host or by all. */
  countAttempts(since: Date, hostId?: string): number;
  /** What became of a message so far, with the words of its delivery. */
  findMessage(message: MessageKey, now: Date): { state: MessageState; detail: string };
  /** Marks a message as being sent; false: it is being sent, or was. */
  beginMessage(message: MessageKey, now: Date): boolean;
  endMessage(message: MessageKey, state: 'sent' | 'failed', detail: string): void;
  close(): void;
}

export interface MessageKey {
  hostId: string;
  messageId: string;
}

const schema = `
  CREATE TABLE IF NOT EXISTS hosts (
    host_id TEXT PRIMARY KEY, hostname TEXT NOT NULL, paired_at INTEGER NOT NULL,
    last_seen_at INTEGER, revoked_at INTEGER, chat_id TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS codes (
    code_id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER, chat_id TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS nonces (
    host_id TEXT NOT NULL, nonce TEXT NOT NULL, seen_at INTEGER NOT NULL, PRIMARY KEY (host_id, nonce)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS nonces_by_time ON nonces (seen_at);
  CREATE TABLE IF NOT EXISTS messages (
    host_id TEXT NOT NULL, message_id TEXT NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL,
    attempts INTEGER NOT NULL, begun_at INTEGER NOT NULL, PRIMARY KEY (host_id, message_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS messages_by_time ON messages (begun_at);
`;

const schemaVersion = 1;
/** How long the outcome of a message is kept, for an attempt that comes late. */
const messageMemoryMs = 7 * 24 * 3_600_000;
/** A relay that died while it was sending leaves a message pending: after this time it may be tried again. */
const pendingMs = 120_000;
const lockTimeoutMs = 5_000;

const databaseName = 'relay.db';

/** @throws StorageError or PermissionError when that cannot be seen */
export function hasRelayStore(host: Host, directory: RealPath): boolean {
  try {
    return host.fs.lstatIfExists(joinReal(directory, databaseName)) !== undefined;
  } catch (error) {
    throw asStorageError(error, `cannot open the state of the relay in ${directory}`);
  }
}

/** Makes directory (0700) and file (0600) where they are missing. @throws StorageError, PermissionError */
export async function openRelayStore(host: Host, directory: RealPath): Promise<RelayStore> {
  const { DatabaseSync } = await import('node:sqlite');
  const path = joinReal(directory, databaseName);
  try {
    host.fs.makeDirectory(directory, 0o700);
    host.fs.close(host.fs.openForAppend(path, 0o600));
    return guarded(storeOver(prepare(new DatabaseSync(path, { timeout: lockTimeoutMs }), path)), path);
  } catch (error) {
    throw describeStoreError(error, `cannot open the state of the relay, ${path}`);
  }
}

function prepare(database: DatabaseSync, path: RealPath): DatabaseSync {
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version > schemaVersion) {
      throw new StorageError(`${path} was written by a newer version of ProxSave`, {
        hint: 'upgrade the relay',
      });
    }
    database.exec(schema);
    // Nothing is written that stands already: others may hold the file at this moment.
    if (version < schemaVersion) database.exec(`PRAGMA user_version = ${schemaVersion}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function storeOver(database: DatabaseSync): RelayStore {
  return {
    ...codesOver(database),
    ...hostsOver(database),
    ...messagesOver(database),
    close: () => database.close(),
  };
}

/** What SQLite says in the middle of a request has the same words and hints as at the start. */
function guarded(store: RelayStore, path: RealPath): RelayStore {
  const action = `cannot use the state of the relay, ${path}`;
  return new Proxy(store, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        try {
          return Reflect.apply(member, target, args) as unknown;
        } catch (error) {
          throw describeStoreError(error, action);
        }
      };
    },
  });
}

function inTransaction<Result>(database: DatabaseSync, action: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = action();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself where the disk is full or broken; then the first error is the one to tell.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function codesOver(database: DatabaseSync): Pick<RelayStore, 'addCode' | 'findCode' | 'pair'> {
  const forget = database.prepare('DELETE FROM codes WHERE expires_at < ? OR used_at IS NOT NULL');
  const add = database.prepare(
    'INSERT OR IGNORE INTO codes (code_id, created_at, expires_at, chat_id) VALUES (?, ?, ?, ?)',
  );
  const find = database.prepare(
    'SELECT * FROM codes WHERE code_id = ? AND used_at IS NULL AND expires_at >= ?',
  );
  const use = database.prepare('UPDATE codes SET used_at = ? WHERE code_id = ? AND used_at IS NULL');
  const addHost = database.prepare(
    'INSERT INTO hosts (host_id, hostname, paired_at, chat_id) VALUES (?, ?, ?, ?)',
  );
  return {
    addCode: (code) =>
      inTransaction(database, () => {
        forget.run(code.createdAt.getTime());
        const times = [code.createdAt.getTime(), code.expiresAt.getTime()] as const;
        return add.run(code.id, ...times, code.chatId ?? null).changes === 1;
      }),
    findCode: (id, now) => {
      const row = find.get(id, now.getTime());
      if (row === undefined) return undefined;
      return {
        id,
        createdAt: toDate(row.created_at),
        expiresAt: toDate(row.expires_at),
        chatId: toText(row.chat_id),
      };
    },
    pair: (codeId, host) =>
      inTransaction(database, () => {
        const pairedAt = host.pairedAt.getTime();
        if (use.run(pairedAt, codeId).changes !== 1) return false;
        addHost.run(host.hostId, host.hostname, pairedAt, host.chatId ?? null);
        return true;
      }),
  };
}

function hostsOver(
  database: DatabaseSync,
): Pick<RelayStore, 'findHost' | 'listHosts' | 'revoke' | 'takeNonce'> {
  const find = database.prepare('SELECT * FROM hosts WHERE host_id = ?');
  const list = database.prepare('SELECT * FROM hosts ORDER BY paired_at, host_id');
  const revoke = database.prepare('UPDATE hosts SET revoked_at = ? WHERE host_id = ? AND revoked_at IS NULL');
  const seen = database.prepare('UPDATE hosts SET last_seen_at = ? WHERE host_id = ?');
  const forget = database.prepare('DELETE FROM nonces WHERE seen_at < ?');
  const take = database.prepare('INSERT OR IGNORE INTO nonces (host_id, nonce, seen_at) VALUES (?, ?, ?)');
  return {
    findHost: (hostId) => {
      const row = find.get(hostId);
      return row === undefined ? undefined : toHost(row);
    },
    listHosts: () => list.all().map(toHost),
    revoke: (hostId, now) => void revoke.run(now.getTime(), hostId),
    takeNonce: (hostId, nonce, now, forgetBefore) =>
      inTransaction(database, () => {
        forget.run(forgetBefore.getTime());
        seen.run(now.getTime(), hostId);
        return take.run(hostId, nonce, now.getTime()).changes === 1;
      }),
  };
}

function messagesOver(
  database: DatabaseSync,
): Pick<RelayStore, 'countAttempts' | 'findMessage' | 'beginMessage' | 'endMessage'> {
  const countAll = database.prepare('SELECT SUM(attempts) AS sum FROM messages WHERE begun_at >= ?');
  const countOne = database.prepare(
    'SELECT SUM(attempts) AS sum FROM messages WHERE begun_at >= ? AND host_id = ?',
  );
  const forget = database.prepare('DELETE FROM messages WHERE begun_at < ?');
  const find = database.prepare('SELECT * FROM messages WHERE host_id = ? AND message_id = ?');
  const begin = database.prepare(
    `INSERT INTO messages (host_id, message_id, state, detail, attempts, begun_at) VALUES (?, ?, 'pending', '', 1, ?)
     ON CONFLICT DO UPDATE SET state = 'pending', attempts = attempts + 1, begun_at = excluded.begun_at`,
  );
  const end = database.prepare(
    'UPDATE messages SET state = ?, detail = ? WHERE host_id = ? AND message_id = ?',
  );
  const findMessage: RelayStore['findMessage'] = ({ hostId, messageId }, now) => {
    const row = find.get(hostId, messageId);
    const isStale = row?.state === 'pending' && Number(row.begun_at) < now.getTime() - pendingMs;
    const state = row === undefined || isStale ? 'new' : (row.state as MessageState);
    return { state, detail: toText(row?.detail) ?? '' };
  };
  return {
    countAttempts: (since, hostId) => {
      const row =
        hostId === undefined ? countAll.get(since.getTime()) : countOne.get(since.getTime(), hostId);
      return Number(row?.sum ?? 0);
    },
    findMessage,
    beginMessage: (message, now) =>
      inTransaction(database, () => {
        forget.run(now.getTime() - messageMemoryMs);
        const { state } = findMessage(message, now);
        if (state === 'pending' || state === 'sent') return false;
        begin.run(message.hostId, message.messageId, now.getTime());
        return true;
      }),
    endMessage: ({ hostId, messageId }, state, detail) => void end.run(state, detail, hostId, messageId),
  };
}

type Cell = unknown;

function toHost(row: Record<string, Cell>): RelayHost {
  return {
    hostId: toText(row.host_id) ?? '',
    hostname: toText(row.hostname) ?? '',
    pairedAt: toDate(row.paired_at),
    lastSeenAt: row.last_seen_at === null ? undefined : toDate(row.last_seen_at),
    revokedAt: row.revoked_at === null ? undefined : toDate(row.revoked_at),
    chatId: toText(row.chat_id),
  };
}

function toDate(cell: Cell): Date {
  return new Date(Number(cell));
}

function toText(cell: Cell): string | undefined {
  return typeof cell === 'string' ? cell : undefined;
}
