import { duration, enumeration, int, section } from '../kinds.ts';
import { parseInteger } from '../parse-scalar.ts';
import type { Option, ParseResult } from '../types.ts';

export const retention = section(
  'retention',
  'Retention',
  'How many archives of this host stay on each tier. `proxsave prune --dry-run` shows what would go and why.',
  {
    RETENTION_POLICY: enumeration({
      default: 'simple',
      values: ['simple', 'gfs'],
      doc: 'simple keeps a number of archives; gfs keeps daily, weekly, monthly and yearly ones.',
    }),
    SECONDARY_RETENTION_POLICY: enumeration({
      default: '${RETENTION_POLICY}',
      values: ['simple', 'gfs'],
      doc: 'The policy of the secondary tier, where it is another one.',
    }),
    CLOUD_RETENTION_POLICY: enumeration({
      default: '${RETENTION_POLICY}',
      values: ['simple', 'gfs'],
      doc: 'The policy of the cloud tier, where it is another one.',
    }),
    MAX_LOCAL_BACKUPS: limit({
      default: '15',
      aliases: [{ name: 'LOCAL_RETENTION_DAYS' }],
      doc: 'Archives on the primary tier with policy simple; 0, less or empty keeps all. A count, also under its older name. (The older edition used 7 when the key was absent and wrote 15 into new files.)',
    }),
    MAX_SECONDARY_BACKUPS: limit({
      default: '15',
      aliases: [{ name: 'SECONDARY_RETENTION_DAYS' }],
      doc: 'The same for the secondary tier. (The older edition used 14 when the key was absent.)',
    }),
    MAX_CLOUD_BACKUPS: limit({
      default: '15',
      aliases: [{ name: 'CLOUD_RETENTION_DAYS' }],
      doc: 'The same for the cloud tier. (The older edition used 30 when the key was absent.)',
    }),
    RETENTION_DAILY: limit({
      default: '0',
      min: 0,
      doc: 'Days of which policy gfs keeps the newest archive. 0: no daily rule; with no rule at all every archive is kept.',
    }),
    RETENTION_WEEKLY: limit({
      default: '0',
      min: 0,
      doc: 'ISO weeks, besides those that the daily rule covers, of which policy gfs keeps the newest archive; 0: no weekly rule.',
    }),
    RETENTION_MONTHLY: limit({
      default: '0',
      min: 0,
      doc: 'Months, besides those that daily and weekly rules cover, of which policy gfs keeps the newest archive; 0: no monthly rule.',
    }),
    RETENTION_YEARLY: limit({
      default: '0',
      min: -1,
      doc: 'Yearly archives with policy gfs; 0 keeps one of every year, -1 keeps none.',
    }),
    ...gfsOverrides('SECONDARY', 'the secondary tier'),
    ...gfsOverrides('CLOUD', 'the cloud tier'),
    KEEP_WITHIN: {
      ...duration({
        default: '',
        doc: 'Besides what the policy keeps: every archive that is at most so much older than the newest one, for example 14d, 48h or 2w, on all tiers. Empty or 0: no such rule.',
      }),
      allowed: 'a duration in hours, days or weeks, for example 14d, 48h or 2w, or empty',
      emptyMeans: 'empty',
      parse: parseKeepWithin,
    },
    MAX_FAILED_LOGS: limit({
      default: '30',
      doc: 'Logs of runs that left no archive, newest first; 0, less or empty keeps all. Those of other runs go with their archive. Run records stay, the newest 2000 of them.',
    }),
  },
);

type RowSpec = Parameters<typeof int>[0];

/** A whole number where empty is 0, so that an emptied line never makes a limit stricter. */
function limit(spec: RowSpec): Option<number, 'int'> {
  const row = int(spec);
  const range = spec.min === undefined ? {} : { min: spec.min };
  return {
    ...row,
    allowed: `${row.allowed}, or empty`,
    emptyMeans: 'empty',
    parse: (text) => (text.trim() === '' ? { value: 0 } : parseInteger(text, range)),
  };
}

type Period = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';

/** Rows `<TIER>_RETENTION_<PERIOD>`: the numbers of all tiers unless one is given here. */
function gfsOverrides<const Tier extends string>(
  tier: Tier,
  place: string,
): Record<`${Tier}_RETENTION_${Period}`, Option<number, 'int'>> {
  const override = (period: Period) => ({
    ...limit({
      default: `\${RETENTION_${period}}`,
      min: period === 'YEARLY' ? -1 : 0,
      doc: `RETENTION_${period} of ${place}, where it is another number.`,
    }),
    emptyMeans: 'default' as const,
  });
  const periods = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
  return Object.fromEntries(
    periods.map((period) => [`${tier}_RETENTION_${period}`, override(period)]),
  ) as Record<`${Tier}_RETENTION_${Period}`, Option<number, 'int'>>;
}

const hourMs = 3_600_000;
const keepWithinUnitsMs: Readonly<Record<string, number>> = { h: hourMs, d: 24 * hourMs, w: 168 * hourMs };

/** Milliseconds; days and weeks, which other durations do not know, are the usual units here. */
function parseKeepWithin(text: string): ParseResult<number> {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '0') return { value: 0 };
  const parts = [...trimmed.matchAll(/(\d+)([hdw])/gy)];
  const length = parts.reduce((sum, part) => sum + part[0].length, 0);
  if (parts.length === 0 || length !== trimmed.length) {
    const isBareNumber = /^\d+$/.test(trimmed);
    return {
      problem: 'is not a duration in hours, days or weeks',
      ...(isBareNumber ? { hint: `give the unit, for example ${trimmed}d` } : {}),
    };
  }
  const ms = parts.reduce((sum, part) => sum + Number(part[1]) * (keepWithinUnitsMs[part[2] ?? ''] ?? 0), 0);
  return Number.isSafeInteger(ms) ? { value: ms } : { problem: 'is too long' };
}
