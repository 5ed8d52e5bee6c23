// One of two processes that race for a lock, round after round: prints `taken` or `held` for each. Both meet before a
// round and hold on until both have tried. Arguments: a directory for lock and meeting points, number of rounds.

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHost } from '../../src/host/create-host.ts';
import { acquireFileLock } from '../../src/host/file-lock.ts';
import { asRealPath } from '../../src/host/host.ts';

const [directory = '', rounds = ''] = process.argv.slice(2);
const host = createHost();
const results: string[] = [];

/** Returns when both are here. Busy, so that both leave within microseconds. */
function meet(name: string): void {
  writeFileSync(join(directory, `${name}-${process.pid}`), '');
  const deadline = Date.now() + 10_000;
  while (readdirSync(directory).filter((entry) => entry.startsWith(`${name}-`)).length < 2) {
    if (Date.now() > deadline) throw new Error(`alone at ${name}`);
  }
}

for (let round = 0; round < Number(rounds); round += 1) {
  meet(`start-${round}`);
  const result = acquireFileLock(host, asRealPath(join(directory, 'lock')), 'node1');
  const holding = join(directory, 'holding');
  if ('lock' in result) {
    if (existsSync(`${holding}-${round}`)) writeFileSync(join(directory, 'two-holders'), '');
    writeFileSync(`${holding}-${round}`, '');
  }
  results.push('lock' in result ? 'taken' : 'held');
  meet(`end-${round}`);
  if ('lock' in result) result.lock.release();
  meet(`free-${round}`);
}
process.stdout.write(results.join(' '));
