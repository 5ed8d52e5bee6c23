// The relay's one secret: 32 random bytes in a file of their own. Secrets of hosts and of pairing codes are made from it and
// from what the database says about them, so the database holds no secret, in no form. Whoever has a copy of the database
// alone (a backup, say) can pretend nothing. Without the file all hosts have to be paired again.

import { createHmac, randomBytes, randomInt } from 'node:crypto';
import {
  asStorageError,
  describeSystemError,
  isSystemError,
  PermissionError,
  SecurityError,
} from '../errors.ts';
import { joinReal, type Host, type RealPath } from '../host/host.ts';
import { toLetters, type PairingCode } from '../util/relay-protocol.ts';

const keyBytes = 32;

export interface RelayKey {
  secretOfHost(hostId: string): Buffer;
  secretOfCode(id: string, createdAt: Date): PairingCode;
}

/** Reads the key, or makes it the first time. @throws SecurityError when others may read it or it is no key */
export function openRelayKey(host: Host, directory: RealPath): RelayKey {
  const path = joinReal(directory, 'relay.key');
  const master = readKey(host, path) ?? createKey(host, path);
  const derive = (...parts: string[]) => createHmac('sha256', master).update(parts.join('\n')).digest();
  return {
    secretOfHost: (hostId) => derive('host secret', '1', hostId),
    secretOfCode: (id, createdAt) => ({
      id,
      secret: toLetters(derive('pairing code', '1', id, createdAt.toISOString()).subarray(0, 10)),
    }),
  };
}

function readKey(host: Host, path: RealPath): Buffer | undefined {
  let text: string | undefined;
  try {
    text = host.fs.readTextIfExists(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const hint = 'run this as root, or as the user of the relay service';
    throw new PermissionError(`cannot read ${path}: ${describeSystemError(error)}`, { cause: error, hint });
  }
  if (text === undefined) return undefined;
  if ((host.fs.stat(path).mode & 0o077) !== 0) {
    throw new SecurityError(`${path} is the key of the relay and others may read it`, {
      hint: `chmod 600 ${path}; if others use this machine, remove it and pair all hosts again`,
    });
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === keyBytes) return key;
  throw new SecurityError(`${path} is not a key of a relay`, {
    hint: 'bring it back from a backup, or remove it and pair all hosts again',
  });
}

/** Server and administration may come at the same time: a file that is there by now is taken. */
function createKey(host: Host, path: RealPath): Buffer {
  const key = randomBytes(keyBytes);
  const temporary = `${path}.new-${host.process.pid}` as RealPath;
  try {
    host.fs.writeFileAtomic(temporary, `${key.toString('base64')}\n`, { mode: 0o600 });
    try {
      host.fs.link(temporary, path);
    } finally {
      host.fs.unlink(temporary);
    }
    return key;
  } catch (error) {
    const other = isSystemError(error, 'EEXIST') ? readKey(host, path) : undefined;
    if (other !== undefined) return other;
    throw asStorageError(error, `cannot write ${path}`);
  }
}

/** Random letters of the alphabet of codes: 5 bits each. */
export function randomLetters(count: number): string {
  return toLetters(
    Buffer.from(Array.from({ length: Math.ceil((count * 5) / 8) }, () => randomInt(256))),
  ).slice(0, count);
}
