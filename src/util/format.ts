// Numbers and times as people read them. One place, so that summary, list and log say the same.

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `1.5 MiB`; whole bytes below 1 KiB. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${bytes} B` : `${value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `0.4 s`, `12 s`, `3m 20s`, `1h 2m`. */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${seconds % 60}s`;
  return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

/** `1 file`, `3 files`, `2,000 files`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  // By hand: the first call of toLocaleString would load all of its tables.
  const digits = String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${digits} ${count === 1 ? singular : plural}`;
}

const two = (value: number) => String(value).padStart(2, '0');

/** Local time, `2026-07-24 02:00:00`. */
export function formatLocalTime(date: Date): string {
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Local time with its zone offset: RFC 3339, `2026-07-24T02:00:00.123+02:00`. */
export function formatRfc3339(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const zone =
    offset === 0
      ? 'Z'
      : `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${formatLocalTime(date).replace(' ', 'T')}.${milliseconds}${zone}`;
}

/** Local time for file names: `20260724-020000`. */
export function formatStamp(date: Date): string {
  return formatLocalTime(date).replaceAll('-', '').replaceAll(':', '').replace(' ', '-');
}

/** Ahead of the clock by more than a day, a time is no time of something new: a clock was wrong. */
const maxAheadMinutes = 24 * 60;

/** How long ago, roughly: `5 minutes ago`, `3 days ago`; `in the future` by a clock that was wrong. */
export function formatAge(date: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - date.getTime()) / 60_000);
  if (minutes < -maxAheadMinutes) return 'in the future';
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${formatCount(minutes, 'minute')} ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${formatCount(hours, 'hour')} ago`;
  return `${formatCount(Math.floor(hours / 24), 'day')} ago`;
}

/** How long ago in at most four characters, for tables: `now`, `5m`, `3h`, `12d`, `3y`; `?` by a clock that was wrong. */
export function formatShortAge(date: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - date.getTime()) / 60_000);
  if (minutes < -maxAheadMinutes) return '?';
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  return days < 1000 ? `${days}d` : `${Math.floor(days / 365)}y`;
}
