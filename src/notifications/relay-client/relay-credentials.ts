// What pairing gave this host: its id at the relay and its secret. A file of its own, 0600, never part of backup.env.

import { posix } from 'node:path';
import { z } from 'zod';
import type { ConfigValues } from '../../config/options.ts';
import type { Places } from '../../config/layout.ts';
import {
  asStorageError,
  describeSystemError,
  isSystemError,
  RunFailedError,
  SecurityError,
} from '../../errors.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';

export interface RelayCredentials {
  hostId: string;
  secret: Buffer;
}

export interface RelayPlace {
  values: Pick<ConfigValues, 'RELAY_URL' | 'RELAY_SECRET_FILE' | 'RELAY_CA_FILE'>;
  places: Pick<Places, 'config'>;
}

const schema = z.object({
  schema_version: z.literal(1),
  host_id: z.string().regex(/^[0-9A-Z]{4,64}$/),
  secret: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
});

const pairHint = 'join the relay (again): proxsave notify pair';

export function relaySecretFile({ values, places }: RelayPlace): RealPath {
  return values.RELAY_SECRET_FILE ?? joinReal(posix.dirname(places.config) as RealPath, 'relay.secret');
}

/** @throws RunFailedError when there is none or it is no such file; SecurityError when others may read it */
export function readRelayCredentials(host: Host, place: RelayPlace): RelayCredentials {
  const path = relaySecretFile(place);
  const text = readSecretFile(host, path);
  const parsed = schema.safeParse(asJson(text));
  if (!parsed.success) {
    throw new RunFailedError(`${path} is not a file that pairing with a relay wrote`, { hint: pairHint });
  }
  return { hostId: parsed.data.host_id, secret: Buffer.from(parsed.data.secret, 'base64') };
}

function readSecretFile(host: Host, path: RealPath): string {
  let text: string | undefined;
  try {
    text = host.fs.readTextIfExists(path);
    if (text !== undefined && (host.fs.stat(path).mode & 0o077) !== 0) {
      const hint = `chmod 600 ${path}; if others use this machine, join the relay again: proxsave notify pair`;
      throw new SecurityError(`${path} holds the secret of the relay and others may read it`, { hint });
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new RunFailedError(`cannot read ${path}: ${describeSystemError(error)}`, {
      hint: pairHint,
      cause: error,
    });
  }
  if (text !== undefined) return text;
  throw new RunFailedError(`this host is not paired with the relay: ${path} does not exist`, {
    hint: pairHint,
  });
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema then says that it is no such file; its text may hold a secret and is not quoted.
    return undefined;
  }
}

/** Replaces the file at once, 0600 from the first byte. @throws StorageError or PermissionError */
export function writeRelayCredentials(host: Host, path: RealPath, credentials: RelayCredentials): void {
  const content = {
    schema_version: 1,
    host_id: credentials.hostId,
    secret: credentials.secret.toString('base64'),
  };
  try {
    host.fs.makeDirectory(posix.dirname(path) as RealPath, 0o755);
    host.fs.writeFileAtomic(path, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  } catch (error) {
    throw asStorageError(error, `cannot write ${path}`);
  }
}
