// A process that works on a tier and is killed by SIGKILL just before its Nth call of the file system:
// node put-and-die.ts DIRECTORY SOURCE NAME INSTALL-ID N [put|prepare|putText]. Exit code 0: it came to its end before the
// Nth call. `put` copies SOURCE, `putText` writes its text.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createHost } from '../../src/host/create-host.ts';
import type { FileSystem } from '../../src/host/file-system.ts';
import { asRealPath } from '../../src/host/host.ts';
import { createDirectoryStore } from '../../src/storage/directory-store.ts';

const [directory = '', source = '', name = '', installId = '', killAt = '', action = 'put'] =
  process.argv.slice(2);
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
const { signal } = host;
if (action === 'prepare') await store.prepare(signal);
else if (action === 'putText') await store.putText(name, content.toString('utf8'), signal);
else {
  await store.put({
    source: asRealPath(source),
    name,
    sizeBytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    signal,
  });
}
