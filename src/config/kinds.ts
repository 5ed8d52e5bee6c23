// Builders of option rows, one for each kind. The row's parser fixes the type of its value:
//   bool boolean   int, float, seconds number   size bytes   duration milliseconds   enumeration one of its values
//   string, hostPath, timeOfDay string   list, words string[]   intList number[]   ownPath RealPath

import type { RealPath } from '../host/host.ts';
import * as scalar from './parse-scalar.ts';
import { parseIntList, parseList, parseWords, type ListForm } from './parse-list.ts';
import type { Alias, IgnoredKey, Option, OptionKind, OwnPlace, Section } from './types.ts';

interface RowSpec {
  doc: string;
  default: string;
  secret?: true;
  aliases?: readonly Alias[];
}
type RangeSpec = RowSpec & scalar.Range;

export function bool(spec: RowSpec): Option<boolean, 'bool'> {
  const allowed = 'true or false (also yes/no, on/off, 1/0, enabled/disabled)';
  return row('bool', spec, { allowed, completions: ['true', 'false'], parse: scalar.parseBool });
}

export function int({ min, max, ...spec }: RangeSpec): Option<number, 'int'> {
  const range = rangeOf(min, max);
  return row('int', spec, {
    allowed: `a whole number${rangeText(range)}`,
    parse: (text) => scalar.parseInteger(text, range),
  });
}

/** An int that may be left open; its default is empty. */
export function optionalInt({
  min,
  max,
  ...spec
}: Omit<RangeSpec, 'default'>): Option<number | undefined, 'int'> {
  const range = rangeOf(min, max);
  const behaviour: Behaviour<number | undefined> = {
    allowed: `a whole number${rangeText(range)}, or empty`,
    parse: (text) => (text.trim() === '' ? { value: undefined } : scalar.parseInteger(text, range)),
  };
  return row('int', { ...spec, default: '' }, behaviour);
}

export function float({ min, max, ...spec }: RangeSpec): Option<number, 'float'> {
  const range = rangeOf(min, max);
  return row('float', spec, {
    allowed: `a number${rangeText(range)}`,
    parse: (text) => scalar.parseFloatNumber(text, range),
  });
}

export function size(spec: RowSpec): Option<number, 'size'> {
  const allowed = 'a size: bytes, or with K, M, G, T (units of 1024), for example 100M';
  return row('size', spec, { allowed, parse: scalar.parseSize });
}

export function duration(spec: RowSpec): Option<number, 'duration'> {
  return row('duration', spec, {
    allowed: 'a duration, for example 1h30m or 90s',
    parse: scalar.parseDuration,
  });
}

export function seconds({ min = 0, max, ...spec }: RangeSpec): Option<number, 'seconds'> {
  const range = rangeOf(min, max);
  return row('seconds', spec, {
    allowed: `whole seconds${rangeText(range)}`,
    parse: (text) => scalar.parseInteger(text, range),
  });
}

export function enumeration<const Value extends string>(
  spec: RowSpec & { values: readonly Value[]; valueAliases?: Readonly<Record<string, NoInfer<Value>>> },
): Option<Value, 'enum'> {
  const { values, valueAliases = {}, ...rest } = spec;
  const older = Object.keys(valueAliases);
  return row('enum', rest, {
    allowed: values.join(', ') + (older.length === 0 ? '' : ` (also ${older.join(', ')})`),
    completions: values,
    parse: (text) => scalar.parseEnumeration(text, values, valueAliases),
  });
}

export function string(spec: RowSpec): Option<string, 'string'> {
  return row('string', spec, {
    allowed: 'any text',
    emptyMeans: 'empty',
    parse: (text) => ({ value: text }),
  });
}

const listTexts: Readonly<Record<ListForm['items'], string>> = {
  text: 'a list, separated by commas',
  name: 'a list of names, separated by commas or spaces',
  path: 'a list of absolute paths, separated by commas, or a block with one path a line',
  glob: 'a list of path patterns, separated by commas, or a block with one pattern a line',
};

export function list(spec: RowSpec & ListForm & { repeatable?: true }): Option<readonly string[], 'list'> {
  const { items, extraSeparator, repeatable, ...rest } = spec;
  const form = extraSeparator === undefined ? { items } : { items, extraSeparator };
  const built = row<readonly string[], 'list'>('list', rest, {
    allowed: listTexts[items],
    emptyMeans: 'empty',
    parse: (text, context) => parseList(text, context, form),
  });
  return repeatable === undefined ? built : { ...built, repeatable };
}

export function intList(spec: RowSpec): Option<readonly number[], 'int-list'> {
  const allowed = 'whole numbers, separated by commas or spaces';
  return row('int-list', spec, { allowed, emptyMeans: 'empty', parse: parseIntList });
}

export function words(spec: RowSpec): Option<readonly string[], 'words'> {
  const allowed = 'arguments, separated by spaces; quotes keep spaces together';
  return row('words', spec, { allowed, emptyMeans: 'empty', parse: parseWords });
}

/** A path of the host that is saved; the root prefix is put in front when it is read. */
export function hostPath(spec: RowSpec): Option<string, 'host-path'> {
  const emptyMeans = spec.default === '' ? 'empty' : 'default';
  return row('host-path', spec, { allowed: 'an absolute path', emptyMeans, parse: scalar.parseHostPath });
}

/** A path of ProxSave's own, which always has a value. */
export function ownPath({
  place,
  ...spec
}: Omit<RowSpec, 'default'> & { place: OwnPlace }): Option<RealPath, 'own-path'> {
  const built = row<RealPath, 'own-path'>(
    'own-path',
    { ...spec, default: '' },
    {
      allowed: 'an absolute path',
      parse: (text, context) => context.resolveOwnPath(text.trim()),
    },
  );
  return { ...built, default: { place } };
}

/** A path of ProxSave's own that may be empty. */
export function optionalOwnPath(spec: Omit<RowSpec, 'default'>): Option<RealPath | undefined, 'own-path'> {
  return row<RealPath | undefined, 'own-path'>(
    'own-path',
    { ...spec, default: '' },
    {
      allowed: 'an absolute path, or empty',
      emptyMeans: 'empty',
      parse: (text, context) =>
        text.trim() === '' ? { value: undefined } : context.resolveOwnPath(text.trim()),
    },
  );
}

export function timeOfDay(spec: RowSpec): Option<string, 'time-of-day'> {
  return row('time-of-day', spec, { allowed: 'a time of day, HH:MM', parse: scalar.parseTimeOfDay });
}

/** A key of an older file that is accepted but has no effect; the text completes "has no effect: ...". */
export function ignored(reason: string): IgnoredKey {
  return { kind: 'ignored', ignored: reason };
}

/** Keeps the exact types of its rows. */
export function section<const Rows extends Readonly<Record<string, Option | IgnoredKey>>>(
  id: string,
  title: string,
  about: string,
  rows: Rows,
): Section<Rows> {
  return { id, title, about, rows };
}

type Behaviour<Value> = Pick<Option<Value>, 'allowed' | 'parse'> &
  Partial<Pick<Option, 'emptyMeans' | 'completions'>>;

function row<Value, Kind extends OptionKind>(
  kind: Kind,
  spec: RowSpec,
  behaviour: Behaviour<Value>,
): Option<Value, Kind> {
  return { kind, emptyMeans: 'default', completions: [], ...spec, ...behaviour };
}

function rangeOf(min: number | undefined, max: number | undefined): scalar.Range {
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

function rangeText({ min, max }: scalar.Range): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return `, at least ${min}`;
  return max === undefined ? '' : `, at most ${max}`;
}
