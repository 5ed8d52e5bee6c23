// Calendar periods of a moment in local time, as sortable names. Local, because "one of each day" means the admin's days;
// never computed by adding 24 hours, because days over a change of the clock have 23 or 25.

const two = (value: number) => String(value).padStart(2, '0');
const four = (value: number) => String(value).padStart(4, '0');

/** `2026-11-25` */
export function dayOf(moment: Date): string {
  return `${monthOf(moment)}-${two(moment.getDate())}`;
}

/** ISO 8601 week, `2026-W48`: weeks start on Monday and belong to the year of their Thursday. */
export function weekOf(moment: Date): string {
  const dayMs = 86_400_000;
  // UTC arithmetic on the local date's parts, where every day has 24 hours.
  const day = Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate());
  const daysSinceMonday = (new Date(day).getUTCDay() + 6) % 7;
  const thursday = day + (3 - daysSinceMonday) * dayMs;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * dayMs)) + 1;
  return `${four(year)}-W${two(week)}`;
}

/** `2026-11` */
export function monthOf(moment: Date): string {
  return `${yearOf(moment)}-${two(moment.getMonth() + 1)}`;
}

/** `2026` */
export function yearOf(moment: Date): string {
  return four(moment.getFullYear());
}
