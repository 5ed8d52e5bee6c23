// Numbers as a row of little bars: `▁▂▅█`.

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** From zero to the largest value; a value that is not known is a space. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const highest = Math.max(0, ...values.filter((value) => value !== undefined));
  return values
    .map((value) => {
      if (value === undefined) return ' ';
      const step = highest === 0 ? 0 : Math.ceil((value / highest) * bars.length) - 1;
      return bars[Math.max(0, step)] ?? bars[0];
    })
    .join('');
}
