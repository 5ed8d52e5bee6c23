// Bundles the program into dist/: what a release runs. One file instead of some two hundred, so it starts faster; what is
// loaded only when a command needs it stays a file of its own.
//
//   npm run build

import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const project = resolve(import.meta.dirname, '..');
const output = join(project, 'dist');

const launcher = `#!/bin/sh
# Runs the bundled program with the Node of the clone it was built in.
set -eu
unset NODE_OPTIONS
here=$(dirname "$(readlink -f "$0")")
PROXSAVE_PROGRAM=\${PROXSAVE_PROGRAM:-$0}
NODE_COMPILE_CACHE=\${NODE_COMPILE_CACHE:-$here/compile-cache}
export PROXSAVE_PROGRAM NODE_COMPILE_CACHE
exec "$here/../node_modules/.bin/node" --disable-warning=ExperimentalWarning --v8-pool-size=1 "$here/main.js" "$@"
`;

rmSync(output, { recursive: true, force: true });
const bundle = await rolldown({ input: join(project, 'src/main.ts'), platform: 'node', logLevel: 'warn' });
await bundle.write({ dir: output, format: 'esm' });
await bundle.close();
writeFileSync(join(output, 'proxsave'), launcher);
chmodSync(join(output, 'proxsave'), 0o755);
