// A process that copies one file to a tier and is killed by SIGKILL just before its Nth call of the file system:
// node put-and-die.ts DIRECTORY SOURCE NAME INSTALL-ID N. Exit code 0: it came to its end before the Nth call.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createHost } from '../../src/host/create-host.ts';
import type { FileSystem } from '../../src/host/file-system.ts';
import { asRealPath } from '../../src/host/host.ts';
import { createDirectoryStore } from '../../src/storage/directory-store.ts';

const [directory = '', source = '', name = '', installId = '', killAt = ''] = process.argv.slice(2);
const host = createHost();
let calls = 0;

type Call = (...given: unknown[]) => unknown;
const fs = Object.fromEntries(
  Object.entries(host.fs).map(([method, call]: [string, Call]) => [
    method,
    (...given: unknown[]) => {
      calls += 1;
      if (calls === Number(killAt)) process.kill(process.pid, 'SIGKILL');
      return call(...given);
    },
  ]),
) as unknown as FileSystem;

const content = readFileSync(source);
const store = createDirectoryStore({ ...host, fs }, 'secondary', asRealPath(directory), { installId });
await store.put({
  source: asRealPath(source),
  name,
  sizeBytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
  signal: host.signal,
});
