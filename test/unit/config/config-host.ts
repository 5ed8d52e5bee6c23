// A fake host in a temp directory with a configuration file, for tests of loading.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host } from '../../../src/host/host.ts';

export const fhsFile = '/etc/proxsave/backup.env';

/** `files`: by path on the host; written with mode 0600. */
export function configHost(
  files: Readonly<Record<string, string | Buffer>>,
  env: Readonly<Record<string, string>> = {},
): Host {
  const root = mkdtempSync(join(tmpdir(), 'proxsave-config-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode: 0o600 });
  }
  return createHost({ root, env });
}

/** A host whose /etc/proxsave/backup.env holds this text. */
export function hostWith(text: string, env: Readonly<Record<string, string>> = {}): Host {
  return configHost({ [fhsFile]: text }, env);
}

/** The same host as the running system of somebody who is not root. */
export function asUser(host: Host, uid = 1000): Host {
  return { ...host, root: '/', process: { ...host.process, uid } };
}
