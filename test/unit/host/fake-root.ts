// A host as a directory in the test's own temporary place, with stub commands on a PATH of its own.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host } from '../../../src/host/host.ts';

export interface FakeRoot {
  /** Host path -> text; `-> target` makes a link, a path that ends in `/` a directory. */
  files: Record<string, string>;
  /** Program name -> shell script. */
  commands?: Record<string, string>;
}

export function fakeHost({ files, commands = {} }: FakeRoot): Host {
  const base = mkdtempSync(join(tmpdir(), 'proxsave-fake-root-'));
  onTestFinished(() => {
    rmSync(base, { recursive: true, force: true });
  });
  const root = join(base, 'root');
  mkdirSync(root);
  for (const [path, text] of Object.entries(files)) writeEntry(join(root, path), text);
  const stubs = join(base, 'stubs');
  mkdirSync(stubs);
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(join(stubs, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(stubs, name), 0o755);
  }
  return createHost({ root, env: { PATH: stubs } });
}

function writeEntry(path: string, text: string): void {
  if (path.endsWith('/')) {
    mkdirSync(path, { recursive: true });
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  if (text.startsWith('-> ')) symlinkSync(text.slice(3), path);
  else writeFileSync(path, text);
}

/** A stanza of /var/lib/dpkg/status. */
export function packageStanza(name: string, version: string, status = 'install ok installed'): string {
  return [
    `Package: ${name}`,
    `Status: ${status}`,
    'Architecture: amd64',
    `Version: ${version}`,
    'Description: x',
    ' y',
    '',
    '',
  ].join('\n');
}
