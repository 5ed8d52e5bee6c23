// The report as a page: a year of a host, and a host without any run. After a wanted change:
// UPDATE_GOLDEN=1 vitest run test/golden/report.test.ts, then look at it in a browser, light, dark and on paper.

import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderReport } from '../../src/report/html/render-report.ts';
import { emptyReport, sampleReport, yearOfRuns } from '../support/report-data.ts';

process.env.TZ = 'Europe/Rome';

const pages = { year: sampleReport, empty: emptyReport } as const;

describe.each(Object.entries(pages))('%s', (name, data) => {
  const page = renderReport(data);

  test('is as it was', () => {
    const file = new URL(`report/${name}.html`, import.meta.url);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, page);
    expect(page).toBe(readFileSync(file, 'utf8'));
  });

  test('every table has a caption, every head a scope, every link a target', () => {
    const count = (pattern: RegExp) => page.match(pattern)?.length ?? 0;
    expect(count(/<caption>/g)).toBe(count(/<table\b/g));
    expect(count(/<th(?![^>]* scope=)[ >]/g)).toBe(0);
    const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]));
    const targets = [...page.matchAll(/href="#([^"]*)"/g)].map((match) => match[1]);
    expect(targets.filter((target) => !ids.has(target))).toEqual([]);
    expect(targets.length).toBeGreaterThan(3);
  });

  test('nothing in it points outside', () => {
    expect(page.match(/(?:src|href|action|data|poster|srcset)="(?!#|data:,)[^"]*"/g)).toBeNull();
    expect(page).not.toMatch(/@import|url\(|https?:/);
  });
});

test('names from the host cannot become elements or move the cursor', () => {
  const page = renderReport(sampleReport);
  expect(page).not.toContain('<script>alert');
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m\\xff');
});

describe('runs from a clock that was wrong', () => {
  const ahead = (years: number) =>
    yearOfRuns.slice(0, 3).map((run) => ({
      ...run,
      startedAt: new Date(run.startedAt.getTime() + years * 365 * 24 * 3_600_000),
      endedAt: new Date(run.endedAt.getTime() + years * 365 * 24 * 3_600_000),
    }));

  test('do not make a stale host look well', () => {
    const old = yearOfRuns.slice(60);
    const page = renderReport({ ...sampleReport, runs: [...ahead(50), ...old] });
    expect(page).toMatch(/class="state failure"/);
    expect(page).toContain('Last good backup: 63 days ago');
    expect(page).toContain('3 runs are dated in the future, by a clock that was wrong, and not counted.');
    expect(page).not.toMatch(/just now|NaN/);
  });

  test('stand in the table of runs, and when there are no others that is said', () => {
    const page = renderReport({ ...sampleReport, runs: ahead(50) });
    expect(page).toContain('No run is on record.');
    expect(page).toContain('3 runs are dated in the future');
    expect(page).toContain('2076-');
    expect(page).not.toMatch(/NaN|Infinity/);
  });
});
