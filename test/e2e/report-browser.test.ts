// The report in a real browser: it must load nothing, say nothing on the console and be readable without its script.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { renderReport } from '../../src/report/html/render-report.ts';
import { emptyReport, sampleReport } from '../support/report-data.ts';
import { hasPrograms } from '../support/needs.ts';

const program = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => hasPrograms(name));
const missing =
  process.env.PROXSAVE_SLOW_TESTS !== '1'
    ? 'slow: set PROXSAVE_SLOW_TESTS=1'
    : program === undefined
      ? 'needs chromium'
      : undefined;

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-browser-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

interface Visit {
  /** The document after it was loaded. */
  dom: string;
  /** What the page or the browser wrote on the console. */
  console: string[];
}

function visit(address: string, flags: readonly string[] = []): Visit {
  const profile = makeDirectory();
  const { stdout, stderr, error } = spawnSync(
    program ?? '',
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--enable-logging=stderr',
      `--user-data-dir=${profile}`,
      ...flags,
      '--dump-dom',
      address,
    ],
    { encoding: 'utf8', timeout: 60_000, maxBuffer: 32 * 1024 * 1024 },
  );
  if (error !== undefined) throw error;
  return { dom: stdout, console: stderr.split('\n').filter((line) => line.includes(':CONSOLE')) };
}

function writePage(page: string): string {
  const path = join(makeDirectory(), 'report.html');
  writeFileSync(path, page);
  return `file://${path}`;
}

/** Serves the page at `/` and keeps the address of every request. */
async function servePage(page: string): Promise<{ origin: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(request.url === '/' ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}

describe.skipIf(missing !== undefined)(
  `the report in Chromium${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    test.each(Object.entries({ year: sampleReport, empty: emptyReport }))(
      '%s: complete, and nothing on the console',
      (_name, data) => {
        const { dom, console } = visit(writePage(renderReport(data)));
        expect(console).toEqual([]);
        expect(dom).toContain(`<h1>Backups of ${data.hostname}</h1>`);
        expect(dom).toContain('</footer>');
      },
    );

    test('only the page itself is asked for', async () => {
      const { origin, requests } = await servePage(renderReport(sampleReport));
      const profile = makeDirectory();
      const child = spawn(program ?? '', [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        `--user-data-dir=${profile}`,
        `--screenshot=${join(profile, 'page.png')}`,
        origin,
      ]);
      const stop = setTimeout(() => child.kill('SIGKILL'), 60_000);
      const code = await new Promise((resolve) => child.on('exit', resolve));
      clearTimeout(stop);
      expect(code).toBe(0);
      expect(requests).toEqual(['/']);
    });

    test('a page that did ask for something, or wrote an error, would be noticed', () => {
      const page = renderReport(sampleReport).replace('<h1>', '<img src="http://127.0.0.1:9/x.png"><h1>');
      expect(visit(writePage(page)).console.join('\n')).toContain('Content Security Policy');
    });

    test('a style that the policy does not know would be noticed', () => {
      const page = renderReport(sampleReport);
      const probe = page.replace('style-src &#39;sha256-', 'style-src &#39;sha256-x');
      expect(visit(writePage(probe)).console.join('\n')).toContain('inline style');
    });
  },
);
