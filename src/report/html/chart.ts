// A line over time as SVG. Small on purpose: two axes with round numbers, a line, points with their values as titles.

import { formatLocalTime } from '../../util/format.ts';
import { markup, trusted, type Markup } from './markup.ts';

export interface Point {
  at: Date;
  value: number;
}

export interface Chart {
  title: string;
  /** Oldest first; at least one. */
  points: readonly Point[];
  format: (value: number) => string;
  /** Round steps of the value axis, the first that gives at most five lines is taken. */
  steps: readonly number[];
}

const frame = { width: 520, height: 220, left: 72, right: 14, top: 12, bottom: 28 };
/** More points than pixels help nobody. */
const maxPoints = 400;

export function renderChart({ title, points: all, format, steps }: Chart): Markup {
  const points = all.slice(-maxPoints);
  const top = topOfAxis(Math.max(...points.map(({ value }) => value)), steps);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return markup``;
  const span = last.at.getTime() - first.at.getTime();
  const x = ({ at }: Point) => {
    const share = span === 0 ? 0.5 : (at.getTime() - first.at.getTime()) / span;
    return round(frame.left + share * (frame.width - frame.left - frame.right));
  };
  const y = (value: number) =>
    round(frame.height - frame.bottom - (value / top.value) * (frame.height - frame.top - frame.bottom));
  const line = points.map((point) => `${x(point)},${y(point.value)}`).join(' ');
  const dots = points.map(
    (point) =>
      markup`<circle class="point" cx="${x(point)}" cy="${y(point.value)}" r="${points.length > 60 ? 2 : 3}"
><title>${dayOf(point.at)}: ${format(point.value)}</title></circle
>`,
  );
  return markup`<figure>
<figcaption>${title}</figcaption>
<svg
viewBox="0 0 ${frame.width} ${frame.height}"
role="img"
aria-label="${describeChart(title, points, format)}"
>
${top.lines.map((value) => gridLine(y(value), format(value)))}
<polyline class="series" points="${line}" />
${dots} ${timeAxis(first, last)}
</svg>
</figure>`;
}

/** What a reader who does not see it should know. */
function describeChart(title: string, points: readonly Point[], format: (value: number) => string): string {
  const values = points.map(({ value }) => value);
  const newest = points.at(-1)?.value ?? 0;
  return `${title}: ${points.length} runs, from ${format(Math.min(...values))} to ${format(Math.max(...values))}, last ${format(newest)}`;
}

function topOfAxis(highest: number, steps: readonly number[]): { value: number; lines: number[] } {
  const step = steps.find((candidate) => highest / candidate <= 4) ?? highest / 4;
  const count = Math.max(1, Math.ceil(highest / step));
  return { value: count * step, lines: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

function gridLine(y: number, label: string): Markup {
  return markup`<line
class="grid"
x1="${frame.left}"
x2="${frame.width - frame.right}"
y1="${y}"
y2="${y}"
/><text x="${frame.left - 8}" y="${y + 4}" text-anchor="end">${label}</text>`;
}

function timeAxis(first: Point, last: Point): Markup {
  const y = frame.height - 8;
  const start = markup`<text x="${frame.left}" y="${y}">${dayOf(first.at)}</text>`;
  if (dayOf(first.at) === dayOf(last.at)) return start;
  return markup`${start}${trusted('\n')}<text x="${frame.width - frame.right}" y="${y}" text-anchor="end"
>${dayOf(last.at)}</text
>`;
}

function dayOf(date: Date): string {
  return formatLocalTime(date).slice(0, 10);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const binaryUnits = [1, 2, 5, 10, 20, 50, 100, 200, 500];
/** Steps of a byte axis: 1, 2, 5, ... of each binary unit. */
export const byteSteps: readonly number[] = [0, 1, 2, 3, 4].flatMap((power) =>
  binaryUnits.map((unit) => unit * 1024 ** power),
);
/** Steps of a time axis, in milliseconds. */
export const durationSteps: readonly number[] = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
  1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000,
];
