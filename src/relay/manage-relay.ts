// What an admin does with a relay besides running it: pairing codes, the list of hosts, removing one. Works on the state
// directory, whether the relay runs or not.

import { UsageError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { formatPairingCode } from '../util/relay-protocol.ts';
import { openRelayKey, randomLetters } from './relay-key.ts';
import { relayStateDirectory, type RelayConfig } from './relay-settings.ts';
import { hasRelayStore, openRelayStore, type RelayHost, type RelayStore } from './relay-store.ts';

const defaultMinutes = 15;
const maxMinutes = 24 * 60;

export interface CodeRequest {
  /** How long the code can be used; default 15. */
  minutes?: number;
  /** Telegram chat for the messages of the host that uses it; default: TELEGRAM_CHAT_ID of the relay. */
  chatId?: string;
}

/** @throws UsageError for a time or chat that cannot be right; StorageError, PermissionError */
export async function createPairingCode(
  host: Host,
  config: RelayConfig,
  { minutes = defaultMinutes, chatId }: CodeRequest = {},
): Promise<{ code: string; expiresAt: Date }> {
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > maxMinutes) {
    throw new UsageError(`a pairing code can be used for 1 to ${maxMinutes} minutes`);
  }
  if (chatId !== undefined && !/^(-?\d{1,20}|@\w{5,32})$/.test(chatId)) {
    throw new UsageError(`"${chatId}" is no Telegram chat`, {
      hint: 'give its number, or @name of a channel',
    });
  }
  return withStore(host, config, (store) => {
    const key = openRelayKey(host, relayStateDirectory(host, config));
    const createdAt = host.clock.now();
    const expiresAt = new Date(createdAt.getTime() + minutes * 60_000);
    let id = randomLetters(4);
    // Another code with the same name is rare, and then in use.
    while (!store.addCode({ id, createdAt, expiresAt, chatId })) id = randomLetters(4);
    return { code: formatPairingCode(key.secretOfCode(id, createdAt)), expiresAt };
  });
}

/** Oldest pairing first; revoked ones too. Where no relay ever was, nothing is made. */
export async function listRelayHosts(host: Host, config: RelayConfig): Promise<readonly RelayHost[]> {
  if (!hasRelayStore(host, relayStateDirectory(host, config))) return [];
  return withStore(host, config, (store) => store.listHosts());
}

/**
 * `name`: the id of a host, or its hostname when only one host that is not revoked has it. Takes effect with its next
 * request, also in a running relay. @throws UsageError when it is not there or not unique
 */
export async function revokeRelayHost(host: Host, config: RelayConfig, name: string): Promise<RelayHost> {
  if (!hasRelayStore(host, relayStateDirectory(host, config))) {
    throw new UsageError(`no host is paired as ${name}`, {
      hint: 'this machine has no relay: see RELAY_STATE',
    });
  }
  return withStore(host, config, (store) => {
    const active = store.listHosts().filter(({ revokedAt }) => revokedAt === undefined);
    const wanted = active.filter(
      ({ hostId, hostname }) => hostId === name.toUpperCase() || hostname === name,
    );
    const [only] = wanted;
    if (only === undefined || wanted.length > 1) {
      const what = only === undefined ? 'no host is' : `${wanted.length} hosts are`;
      throw new UsageError(`${what} paired as ${name}`, { hint: 'see: proxsave relay hosts' });
    }
    store.revoke(only.hostId, host.clock.now());
    return { ...only, revokedAt: host.clock.now() };
  });
}

async function withStore<Result>(
  host: Host,
  config: RelayConfig,
  action: (store: RelayStore) => Result,
): Promise<Result> {
  const store = await openRelayStore(host, relayStateDirectory(host, config));
  try {
    return action(store);
  } finally {
    store.close();
  }
}
