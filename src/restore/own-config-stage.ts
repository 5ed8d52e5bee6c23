// ProxSave's own files as a set. All of them come back as they were saved, but for the state of a relay: its list of hosts
// (relay.db) and the key that their secrets are made from (relay.key) belong together, and a relay that lives here may be
// writing to them. So they come back both or not at all, and only where no relay has hosts of its own.

import { posix } from 'node:path';
import type { StageDecision, StagedText, StageStrategy } from './strategies.ts';

const databaseName = 'relay.db';
const keyName = 'relay.key';

/** @param isThere whether the host has a file of this path, also one that is too large to be looked into */
export function createOwnConfigStage(isThere: (path: string) => boolean): StageStrategy {
  return (files) => {
    const relays = new Set(files.filter(isDatabase).map(({ path }) => posix.dirname(path)));
    const isRelayState = (file: StagedText) =>
      relays.has(posix.dirname(file.path)) && (isDatabase(file) || isKey(file));
    const others = files.filter((file) => !isRelayState(file));
    return [
      ...others.map((file) => write(file, 'ProxSave is set up as it was')),
      ...[...relays].flatMap((directory) =>
        decideRelay(
          files.filter((file) => isRelayState(file) && posix.dirname(file.path) === directory),
          isThere,
        ),
      ),
    ];
  };
}

function isDatabase({ path }: StagedText): boolean {
  return posix.basename(path) === databaseName;
}

function isKey({ path }: StagedText): boolean {
  return posix.basename(path) === keyName;
}

function decideRelay(state: readonly StagedText[], isThere: (path: string) => boolean): StageDecision[] {
  const database = state.find(isDatabase);
  const key = state.find(isKey);
  const hasRelay = database !== undefined && placesOf(database.path).some(isThere);
  if (!hasRelay || database.liveText === database.archivedText) {
    const reason =
      'the relay knows its hosts again; those that were revoked since then too: proxsave relay hosts';
    return state.map((file) => write(file, reason));
  }
  const isSameRelay = key !== undefined && key.liveText === key.archivedText;
  if (isSameRelay) {
    return state.map(({ path }) => ({
      path,
      action: 'leave',
      reason: 'the relay is here, with its hosts of today',
    }));
  }
  const reason =
    'a relay with other hosts is here: stop it, move its directory away and restore again, if this one shall replace it';
  return state.map(({ path }) => ({ path, action: 'export', reason }));
}

/** A service with a user of its own keeps its state below `private`; the same relay, run by root, does not. */
function placesOf(path: string): string[] {
  const [usual, ofServices] = ['var/lib/', 'var/lib/private/'];
  const other = path.startsWith(ofServices)
    ? usual + path.slice(ofServices.length)
    : path.startsWith(usual)
      ? ofServices + path.slice(usual.length)
      : path;
  return [path, other];
}

function write({ path, archivedText: text }: StagedText, reason: string): StageDecision {
  return { path, action: 'write', text, reason };
}
