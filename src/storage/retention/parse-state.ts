// retention.json, both directions. Parsed by hand, because every backup does it and a parser's library would be the largest
// part of its start. Strict: what is not exactly right is damaged, and damaged holds must never look like no holds.

import { StorageError } from '../../errors.ts';
import type { TierName } from '../store.ts';
import type { RetentionState } from './retention-state.ts';

const schemaVersion = 1;

export function serialiseRetentionState(state: RetentionState): string {
  return `${JSON.stringify({ schema_version: schemaVersion, ...state }, null, 2)}\n`;
}

/** `path`: for messages. @throws StorageError for whatever `serialiseRetentionState` would not write */
export function parseRetentionState(text: string, path: string): RetentionState {
  try {
    return stateFrom(fieldsOf(JSON.parse(text), 'the document'));
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof Damage)) throw error;
    const what = error instanceof Damage ? error.message : 'it is not JSON';
    throw new StorageError(`${path} is damaged (${what})`, {
      hint:
        'take it out of an archive (`proxsave extract`), or correct it; if neither is possible, remove it, begin anew with ' +
        '`proxsave prune --accept`, then hold and adopt archives again',
      cause: error,
    });
  }
}

class Damage extends Error {}

function stateFrom(document: Fields): RetentionState {
  if (document.schema_version !== schemaVersion) {
    throw new Damage(
      typeof document.schema_version === 'number' && document.schema_version > schemaVersion
        ? 'a newer version of ProxSave wrote it'
        : 'its schema_version is not 1',
    );
  }
  return {
    firstArchive: ifPresent(document.firstArchive, 'firstArchive', (value, at) => {
      const fields = fieldsOf(value, at);
      return {
        ...namedFrom(fields, at),
        releasedAt: ifPresent(fields.releasedAt, `${at}.releasedAt`, moment),
      };
    }),
    holds: list(document.holds, 'holds', reasonedFrom),
    adoptions: list(document.adoptions, 'adoptions', (fields, at) => ({
      tier: tierName(fields.tier, `${at}.tier`),
      hostname: text(fields.hostname, `${at}.hostname`),
      installId: fields.installId === null ? null : text(fields.installId, `${at}.installId`),
      before: moment(fields.before, `${at}.before`),
    })),
    suspects: list(document.suspects, 'suspects', reasonedFrom),
    measuredSince: ifPresent(document.measuredSince, 'measuredSince', moment),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function reasonedFrom(fields: Fields, at: string) {
  if (typeof fields.reason !== 'string') throw new Damage(`${at}.reason is no text`);
  return { ...namedFrom(fields, at), reason: fields.reason };
}

function namedFrom(fields: Fields, at: string) {
  return { name: text(fields.name, `${at}.name`), since: moment(fields.since, `${at}.since`) };
}

function fieldsOf(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Damage(`${at} is no object`);
  }
  return value as Fields;
}

function list<Item>(value: unknown, at: string, itemFrom: (fields: Fields, at: string) => Item): Item[] {
  if (!Array.isArray(value)) throw new Damage(`${at} is no list`);
  return value.map((item: unknown, index) => itemFrom(fieldsOf(item, `${at}[${index}]`), `${at}[${index}]`));
}

function ifPresent<Value>(
  value: unknown,
  at: string,
  from: (value: unknown, at: string) => Value,
): Value | undefined {
  return value === undefined ? undefined : from(value, at);
}

function text(value: unknown, at: string): string {
  if (typeof value !== 'string' || value === '') throw new Damage(`${at} is empty or no text`);
  return value;
}

function moment(value: unknown, at: string): Date {
  const time = new Date(text(value, at));
  if (Number.isNaN(time.getTime())) throw new Damage(`${at} is no time`);
  return time;
}

function tierName(value: unknown, at: string): TierName {
  if (value === 'primary' || value === 'secondary' || value === 'cloud') return value;
  throw new Damage(`${at} is no tier`);
}
