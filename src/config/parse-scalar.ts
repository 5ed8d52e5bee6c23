// Parsers of single values: text of a configuration file or of the environment to a typed value.
// Stricter than the Go edition on purpose: there a typo silently became `false` or the default.

import type { ParseResult } from './types.ts';
import { nearest } from './nearest.ts';

const trueWords: readonly string[] = ['true', '1', 'yes', 'on', 'enabled'];
const falseWords: readonly string[] = ['false', '0', 'no', 'off', 'disabled'];

export function parseBool(text: string): ParseResult<boolean> {
  const word = text.trim().toLowerCase();
  if (trueWords.includes(word)) return { value: true };
  if (falseWords.includes(word)) return { value: false };
  const meant = nearest(word, ['true', 'false', 'yes', 'enabled', 'disabled']);
  return {
    problem: 'is neither true nor false',
    ...(meant === undefined ? {} : { hint: `did you mean ${meant}?` }),
  };
}

export interface Range {
  min?: number;
  max?: number;
}

function inRange(value: number, range: Range): ParseResult<number> {
  if (range.min !== undefined && value < range.min) return { problem: `is below ${range.min}` };
  if (range.max !== undefined && value > range.max) return { problem: `is above ${range.max}` };
  return { value };
}

export function parseInteger(text: string, range: Range): ParseResult<number> {
  const trimmed = text.trim();
  const value = /^[+-]?\d+$/.test(trimmed) ? Number(trimmed) : NaN;
  if (!Number.isSafeInteger(value)) return { problem: 'is not a whole number' };
  return inRange(value, range);
}

export function parseFloatNumber(text: string, range: Range): ParseResult<number> {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(trimmed)) return { problem: 'is not a number' };
  return inRange(Number(trimmed), range);
}

const sizeUnits: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4 };

/** Bytes. `100M`, `1.5 GiB`, `64k`, `4096`: units of 1024. */
export function parseSize(text: string): ParseResult<number> {
  const match = /^(\d+\.?\d*|\.\d+)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  if (match === null) return { problem: 'is not a size' };
  const exponent = sizeUnits[(match[2] ?? '').toLowerCase()] ?? 0;
  const bytes = Math.round(Number(match[1]) * 1024 ** exponent);
  return Number.isSafeInteger(bytes) ? { value: bytes } : { problem: 'is too large' };
}

const durationUnitsMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds. Go's syntax, `1h30m` or `90s`; must be more than zero. */
export function parseDuration(text: string): ParseResult<number> {
  const trimmed = text.trim();
  const parts = [...trimmed.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/gy)];
  const length = parts.reduce((sum, part) => sum + part[0].length, 0);
  if (parts.length === 0 || length !== trimmed.length) {
    const isBareNumber = /^\d+$/.test(trimmed);
    return {
      problem: 'is not a duration',
      ...(isBareNumber ? { hint: `give the unit, for example ${trimmed}s` } : {}),
    };
  }
  const ms = parts.reduce((sum, part) => sum + Number(part[1]) * (durationUnitsMs[part[2] ?? ''] ?? NaN), 0);
  return ms > 0 ? { value: ms } : { problem: 'must be more than zero' };
}

/** Case, `_` and spaces do not matter: `Proxmox_Notifications` is `proxmox-notifications`. */
export function parseEnumeration<Value extends string>(
  text: string,
  values: readonly Value[],
  valueAliases: Readonly<Record<string, Value>>,
): ParseResult<Value> {
  const word = text.trim().toLowerCase().replace(/[_ ]/g, '-');
  const value =
    values.find((candidate) => candidate === word) ??
    (Object.hasOwn(valueAliases, word) ? valueAliases[word] : undefined);
  if (value !== undefined) return { value };
  const meant = nearest(word, [...values, ...Object.keys(valueAliases)]);
  return {
    problem: 'is not one of the allowed values',
    ...(meant === undefined ? {} : { hint: `did you mean ${meant}?` }),
  };
}

/** `HH:MM`, 24 hours, always five characters. */
export function parseTimeOfDay(text: string): ParseResult<string> {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  const hour = Number(match?.[1]);
  const minute = Number(match?.[2]);
  if (match === null || hour > 23 || minute > 59) return { problem: 'is not a time of day' };
  return { value: `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}` };
}

/** A path of the host that is saved: absolute. The root prefix is not part of it. */
export function parseHostPath(text: string): ParseResult<string> {
  const path = text.trim();
  if (path === '') return { value: '' };
  if (!path.startsWith('/')) return { problem: 'is not an absolute path' };
  return { value: path.length > 1 ? path.replace(/\/+$/, '') || '/' : path };
}
