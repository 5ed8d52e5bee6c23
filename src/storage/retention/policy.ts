// The retention policy of one tier as a value. Whatever is 0 or empty keeps more, never less: no configuration, however
// incomplete, means "remove everything".

import type { ConfigValues } from '../../config/options.ts';
import { formatCount } from '../../util/format.ts';
import type { TierName } from '../store.ts';

interface WithKeepWithin {
  /** Everything at most so much older than the newest archive stays as well; 0: no such rule. */
  keepWithinMs: number;
}

/** The newest `count` (at least 1) archives. */
export interface SimplePolicy extends WithKeepWithin {
  kind: 'simple';
  count: number;
}

/** The newest archive of so many days, weeks, months and years; 0: no such rule. At least one rule is set. */
export interface GfsPolicy extends WithKeepWithin {
  kind: 'gfs';
  daily: number;
  weekly: number;
  monthly: number;
  yearly: number | 'every';
}

/** Nothing goes; `because` says which setting means that. */
export interface KeepAllPolicy {
  kind: 'all';
  because: string;
}

export type RetentionPolicy = SimplePolicy | GfsPolicy | KeepAllPolicy;

type RetentionKey = Extract<
  OptionKey,
  `${string}RETENTION_${string}` | `MAX_${string}_BACKUPS` | 'KEEP_WITHIN'
>;
type OptionKey = keyof ConfigValues;
export type RetentionValues = Pick<ConfigValues, RetentionKey>;

/** What the configuration says for a tier. */
export function retentionPolicyOf(values: RetentionValues, tier: TierName): RetentionPolicy {
  const keepWithinMs = values.KEEP_WITHIN;
  const { policy, key, count, gfs } = settingsOf(values, tier);
  if (policy === 'simple') {
    if (count <= 0) return { kind: 'all', because: `${key} is ${count === 0 ? '0 or empty' : count}` };
    return { kind: 'simple', count, keepWithinMs };
  }
  const [daily, weekly, monthly, yearly] = gfs;
  if (daily + weekly + monthly + Math.max(yearly, 0) === 0) {
    const because = 'RETENTION_POLICY is gfs and no RETENTION_DAILY, _WEEKLY, _MONTHLY or _YEARLY is set';
    return { kind: 'all', because };
  }
  const years = yearly === 0 ? 'every' : Math.max(yearly, 0);
  return { kind: 'gfs', daily, weekly, monthly, yearly: years, keepWithinMs };
}

interface Settings {
  policy: 'simple' | 'gfs';
  /** The key of `count`. */
  key: string;
  count: number;
  gfs: readonly [daily: number, weekly: number, monthly: number, yearly: number];
}

function settingsOf(values: RetentionValues, tier: TierName): Settings {
  switch (tier) {
    case 'primary':
      return {
        policy: values.RETENTION_POLICY,
        key: 'MAX_LOCAL_BACKUPS',
        count: values.MAX_LOCAL_BACKUPS,
        gfs: [
          values.RETENTION_DAILY,
          values.RETENTION_WEEKLY,
          values.RETENTION_MONTHLY,
          values.RETENTION_YEARLY,
        ],
      };
    case 'secondary':
      return {
        policy: values.SECONDARY_RETENTION_POLICY,
        key: 'MAX_SECONDARY_BACKUPS',
        count: values.MAX_SECONDARY_BACKUPS,
        gfs: [
          values.SECONDARY_RETENTION_DAILY,
          values.SECONDARY_RETENTION_WEEKLY,
          values.SECONDARY_RETENTION_MONTHLY,
          values.SECONDARY_RETENTION_YEARLY,
        ],
      };
    case 'cloud':
      return {
        policy: values.CLOUD_RETENTION_POLICY,
        key: 'MAX_CLOUD_BACKUPS',
        count: values.MAX_CLOUD_BACKUPS,
        gfs: [
          values.CLOUD_RETENTION_DAILY,
          values.CLOUD_RETENTION_WEEKLY,
          values.CLOUD_RETENTION_MONTHLY,
          values.CLOUD_RETENTION_YEARLY,
        ],
      };
  }
}

/** One line for people: `the newest 15 and everything within 2 weeks`. */
export function describePolicy(policy: RetentionPolicy): string {
  if (policy.kind === 'all') return `all archives stay: ${policy.because}`;
  const within =
    policy.keepWithinMs > 0
      ? ` and everything within ${describeSpan(policy.keepWithinMs)} of the newest`
      : '';
  return `${policy.kind === 'simple' ? `the newest ${policy.count}` : describeGfs(policy)}${within}`;
}

function describeGfs({ daily, weekly, monthly, yearly }: GfsPolicy): string {
  const rules = [
    daily > 0 ? `${daily} daily` : '',
    weekly > 0 ? `${weekly} weekly` : '',
    monthly > 0 ? `${monthly} monthly` : '',
    yearly === 'every' ? 'one of every year' : yearly > 0 ? `${yearly} yearly` : '',
  ];
  return rules.filter((rule) => rule !== '').join(', ');
}

const dayMs = 86_400_000;

/** `36 hours`, `14 days`. */
export function describeSpan(ms: number): string {
  if (ms % dayMs === 0) return formatCount(ms / dayMs, 'day');
  return formatCount(Math.round(ms / 3_600_000), 'hour');
}
