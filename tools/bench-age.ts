// Measures our encryption and decryption stages beside the `age` program, on the same file, in turn, and prints the ratio
// of their throughputs: 1 is as fast as age, 2 twice as fast. The machine's speed cancels out; quote the ratio. Processor
// time is told beside the time that passes: it says the same on a machine that has other work.
//
//   node tools/bench-age.ts [--runs N] [--mib SIZE]

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createDecryptStage } from '../src/encryption/decrypt-stage.ts';
import { createEncryptStage } from '../src/encryption/encrypt-stage.ts';
import { parseNativeIdentity } from '../src/encryption/identity.ts';
import { generateKeyPair } from '../src/encryption/key-store.ts';

const { values: flags } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, mib: { type: 'string', default: '512' } },
});
const runs = Number(flags.runs);
const mib = Number(flags.mib);
const readBytes = 1024 * 1024;

interface Times {
  /** Seconds that passed. */
  wall: number;
  /** Seconds of processor time. */
  cpu: number;
}

async function timeOurs(work: () => Promise<void>): Promise<Times> {
  const started = performance.now();
  const cpuStart = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuStart);
  return { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

function throughStage(path: string, stage: Duplex): Promise<void> {
  const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
  return pipeline(createReadStream(path, { highWaterMark: readBytes }), stage, sink);
}

/** The shell tells the processor time of what it ran: its own in the first line of `times`, its children's in the second. */
async function runAge(args: readonly string[]): Promise<Times> {
  const started = performance.now();
  const script = 'age "$@" || exit; times';
  const child = spawn('sh', ['-c', script, 'sh', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`age ended with ${code ?? 'a signal'}`);
  const ofChildren = output.trim().split('\n').at(-1) ?? '';
  const parts = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)];
  const cpu = parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
  return { wall: (performance.now() - started) / 1000, cpu };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function writePlain(path: string): void {
  const fd = openSync(path, 'wx', 0o600);
  for (let done = 0; done < mib; done += 1) writeSync(fd, randomBytes(1024 * 1024));
  closeSync(fd);
}

async function compare(name: string, ours: () => Promise<void>, theirs: () => Promise<Times>): Promise<void> {
  const pairs: { ours: Times; theirs: Times }[] = [];
  for (let index = 0; index < runs; index += 1) {
    pairs.push({ theirs: await theirs(), ours: await timeOurs(ours) });
  }
  const wall = median(pairs.map((pair) => pair.theirs.wall / pair.ours.wall));
  const cpu = median(pairs.map((pair) => pair.theirs.cpu / pair.ours.cpu));
  const here = Math.round(mib / median(pairs.map((pair) => pair.ours.wall)));
  console.log(
    `${name}: ${wall.toFixed(2)} of age's throughput (${here} MiB/s here), ${cpu.toFixed(2)} per processor time`,
  );
}

const place = mkdtempSync(join(tmpdir(), 'proxsave-bench-age-'));
try {
  const [plain, sealed, keyFile] = ['plain', 'sealed.age', 'key.txt'].map((name) => join(place, name)) as [
    string,
    string,
    string,
  ];
  const { recipient, identityText } = await generateKeyPair();
  const identities = [await parseNativeIdentity(identityText)];
  writeFileSync(keyFile, `${identityText}\n`, { mode: 0o600 });
  writePlain(plain);
  await runAge(['-r', recipient.text, '-o', sealed, plain]);
  await compare(
    'encrypt',
    async () => throughStage(plain, await createEncryptStage([recipient])),
    () => runAge(['-r', recipient.text, '-o', '/dev/null', plain]),
  );
  await compare(
    'decrypt',
    () => throughStage(sealed, createDecryptStage(identities)),
    () => runAge(['-d', '-i', keyFile, '-o', '/dev/null', sealed]),
  );
} finally {
  rmSync(place, { recursive: true, force: true });
}
