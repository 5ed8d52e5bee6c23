// A calendar of archives in the terminal: one line a month, one letter a day for the rule that keeps an archive of that day.

import { styleFor, type Style } from '../../ui/style.ts';
import { formatLocalTime } from '../../util/format.ts';
import { printable } from '../../util/printable.ts';
import type { Decision, RetentionRule } from './decision.ts';
import { dayOf, monthOf } from './periods.ts';

/** Strongest first: the letter of a day is that of the first rule here that keeps one of its archives. */
const letters = [
  { letter: 'H', meaning: 'held', rules: ['held', 'first-archive'] },
  { letter: 'Y', meaning: 'yearly', rules: ['yearly'] },
  { letter: 'M', meaning: 'monthly', rules: ['monthly'] },
  { letter: 'W', meaning: 'weekly', rules: ['weekly'] },
  { letter: 'D', meaning: 'daily', rules: ['daily'] },
  { letter: 'C', meaning: 'one of the newest', rules: ['count'] },
  { letter: 'I', meaning: 'within the time kept whole', rules: ['within'] },
  { letter: 'K', meaning: 'kept for another reason', rules: [] },
] as const satisfies readonly { letter: string; meaning: string; rules: readonly RetentionRule[] }[];

type Letter = (typeof letters)[number]['letter'];
const dropped = '.';
const noArchive = ' ';

/** Lines without newline. Only archives that retention may act on are shown. */
export function renderRetentionCalendar(
  decisions: readonly Decision[],
  style: Style = styleFor(false),
): string[] {
  const days = lettersByDay(decisions);
  if (days.size === 0) return ['no archives'];
  const used = new Set(days.values());
  const legend = letters
    .filter(({ letter }) => used.has(letter))
    .map(({ letter, meaning }) => `${letter} ${meaning}`);
  if (used.has(dropped)) legend.push(`${dropped} none stays`);
  return [
    style.dim(`${' '.repeat(8)}         1         2         3`),
    style.dim(`${' '.repeat(8)}1234567890123456789012345678901`),
    ...monthLines(days, style),
    '',
    ...legend.map((line) => `  ${line}`),
  ];
}

/** One line for each archive that stays, newest first: time, weekday and rules. */
export function renderKeptList(decisions: readonly Decision[]): string[] {
  const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  return decisions.flatMap(({ archive, verdict, reasons }) => {
    if (verdict !== 'keep' || archive.state === 'unreadable') return [];
    const { createdAt } = archive;
    const when = `${weekdays[createdAt.getDay()] ?? ''} ${formatLocalTime(createdAt)}`;
    return [`${when}  ${printable(reasons.map(({ text }) => text).join('; '))}`];
  });
}

function lettersByDay(decisions: readonly Decision[]): Map<string, Letter | typeof dropped> {
  const days = new Map<string, Letter | typeof dropped>();
  for (const { archive, verdict, reasons } of decisions) {
    if (archive.state === 'unreadable' || (verdict !== 'keep' && verdict !== 'drop')) continue;
    const day = dayOf(archive.createdAt);
    const letter = verdict === 'keep' ? letterOf(reasons.map(({ rule }) => rule)) : dropped;
    const earlier = days.get(day);
    if (earlier === undefined || strengthOf(letter) < strengthOf(earlier)) days.set(day, letter);
  }
  return days;
}

function letterOf(rules: readonly RetentionRule[]): Letter {
  const row = letters.find(({ rules: ofLetter }) =>
    rules.some((rule) => ofLetter.some((other) => other === rule)),
  );
  return row?.letter ?? 'K';
}

function strengthOf(letter: Letter | typeof dropped): number {
  return letter === dropped ? letters.length : letters.findIndex((row) => row.letter === letter);
}

/** Months without an archive that are shown one by one; more of them (a clock was wrong) are counted. */
const longestShownGap = 24;

/** From the oldest to the newest; months without an archive are shown, because a gap is what one looks for. */
function monthsOf(days: ReadonlyMap<string, unknown>): string[] {
  const known = [...days.keys()].map((day) => day.slice(0, 'YYYY-MM'.length)).sort();
  const [first = ''] = known;
  const last = known.at(-1) ?? '';
  const months = [first];
  const start = Number(first.slice(0, 4)) * 12 + Number(first.slice(5)) - 1;
  for (let index = start + 1; (months.at(-1) ?? last) < last; index += 1) {
    months.push(monthOf(new Date(Math.floor(index / 12), index % 12, 1)));
  }
  return months;
}

function monthLines(days: ReadonlyMap<string, Letter | typeof dropped>, style: Style): string[] {
  const filled = new Set([...days.keys()].map((day) => day.slice(0, 'YYYY-MM'.length)));
  const lines: string[] = [];
  let empty: string[] = [];
  for (const month of monthsOf(days)) {
    if (!filled.has(month)) {
      empty.push(month);
      continue;
    }
    lines.push(...(empty.length <= longestShownGap ? empty : [gapLine(empty.length, style)]));
    lines.push(`${month} ${monthLine(month, days, style)}`.trimEnd());
    empty = [];
  }
  return lines;
}

function gapLine(months: number, style: Style): string {
  return style.dim(`${' '.repeat(8)}${months} months without an archive`);
}

function monthLine(month: string, days: ReadonlyMap<string, Letter | typeof dropped>, style: Style): string {
  const cells: string[] = [];
  for (let day = 1; day <= 31; day += 1) {
    const letter = days.get(`${month}-${String(day).padStart(2, '0')}`);
    cells.push(
      letter === undefined ? noArchive : letter === dropped ? style.dim(dropped) : style.bold(letter),
    );
  }
  return cells.join('');
}
