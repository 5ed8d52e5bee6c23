// Measures the program against the same tree through GNU tar, the codec's own program and sha256sum, in turn, several
// times, and prints ratios. The machine's speed cancels out; quote the medians.
//
//   npm run bench [-- --runs N] [-- --only small|large|start|cluster]

import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { availableParallelism, cpus, release, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildLargePveHost } from '../test/support/build-large-pve.ts';

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    keep: { type: 'boolean' },
  },
});
const runs = Number(flags.runs);
const project = resolve(import.meta.dirname, '..');
/** The bundled program, as a release runs it. */
const program = join(project, 'dist/proxsave');
const level = 3;
const threads = availableParallelism();

interface Measure {
  seconds: number;
  peakMib: number;
}

/** Runs a command to its end; the peak memory is that of its largest process. */
async function measure(argv: readonly string[], env: Record<string, string> = {}): Promise<Measure> {
  const started = performance.now();
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  let peakKib = 0;
  const sampler = setInterval(() => {
    peakKib = Math.max(peakKib, peakOf(child.pid));
  }, 20);
  const code = await new Promise<number | null>((done) => child.once('close', done));
  clearInterval(sampler);
  if (code !== 0 && code !== 1) throw new Error(`${argv.join(' ')} ended with ${code}\n${stderr}`);
  return { seconds: (performance.now() - started) / 1000, peakMib: peakKib / 1024 };
}

/** VmHWM of a process in KiB; 0 when it is gone. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** A fake host that has nothing but the tree, at /data. */
function makeHost(place: string): string {
  for (const [path, text] of [
    ['etc/hostname', 'bench\n'],
    ['etc/passwd', 'root:x:0:0:root:/root:/bin/bash\n'],
    ['etc/group', 'root:x:0:\n'],
    ['etc/shadow', 'root:*:20000:0:99999:7:::\n'],
  ] as const) {
    mkdirSync(join(place, 'etc'), { recursive: true });
    writeFileSync(join(place, path), text);
  }
  mkdirSync(join(place, 'data'));
  return place;
}

/** Text that compresses like configuration does, different in every file. */
function configText(seed: number, bytes: number): Buffer {
  const lines: string[] = [];
  let state = seed + 1;
  for (let length = 0; length < bytes;) {
    state = (state * 1103515245 + 12345) % 2147483648;
    const line = `option_${state % 97} = value ${state.toString(36)} # of file ${seed}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join('')).subarray(0, bytes);
}

function makeSmallFiles(place: string): void {
  for (let index = 0; index < 20_000; index += 1) {
    const directory = join(place, 'data', `d${String(Math.floor(index / 100)).padStart(3, '0')}`);
    if (index % 100 === 0) mkdirSync(directory);
    writeFileSync(join(directory, `file-${index}.conf`), configText(index, 512 + ((index * 7919) % 7680)));
  }
}

function makeLargeFile(place: string): void {
  const fd = openSync(join(place, 'data', 'large.bin'), 'w');
  for (let piece = 0; piece < 1024; piece += 1) writeSync(fd, configText(piece, 1024 * 1024));
  closeSync(fd);
}

async function compare(name: string, fill: (place: string) => void): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'proxsave-bench-'));
  try {
    const host = makeHost(join(work, 'host'));
    fill(host);
    const target = join(work, 'target');
    const plain = join(work, 'plain.tar.zst');
    const pipeline = `tar -C ${host} -cf - etc data | zstd -q -${level} -T${threads} -c | tee ${plain} | sha256sum`;
    const checked = `${pipeline}; sha256sum ${plain}; zstd -q -dc ${plain} | tar -tf - | wc -l`;
    const ours = [program, 'backup', '--root', host, '--quiet'];
    const env = {
      BACKUP_PATH: target,
      CUSTOM_BACKUP_PATHS: '/data',
      COMPRESSION_TYPE: 'zst',
      COMPRESSION_LEVEL: String(level),
      COMPRESSION_THREADS: String(threads),
      MAX_FILE_SIZE: '0',
    };
    const rows: Record<'ours' | 'write' | 'tar' | 'tarChecked', Measure[]> = {
      ours: [],
      write: [],
      tar: [],
      tarChecked: [],
    };
    for (let run = -1; run < runs; run += 1) {
      const results = {
        tar: await measure(['sh', '-c', pipeline]),
        write: await measure(ours, { ...env, VERIFY_AFTER_BACKUP: 'false' }),
        tarChecked: await measure(['sh', '-c', checked]),
        ours: await measure(ours, env),
      };
      rmSync(target, { recursive: true, force: true });
      // The first round only warms the caches.
      if (run < 0) continue;
      for (const key of ['ours', 'write', 'tar', 'tarChecked'] as const) rows[key].push(results[key]);
    }
    report(name, rows);
  } finally {
    if (flags.keep !== true) rmSync(work, { recursive: true, force: true });
  }
}

function report(name: string, rows: Record<'ours' | 'write' | 'tar' | 'tarChecked', Measure[]>): void {
  const seconds = (key: keyof typeof rows) => median(rows[key].map((row) => row.seconds)).toFixed(2);
  const ratio = (a: keyof typeof rows, b: keyof typeof rows) =>
    median(rows[a].map((row, index) => row.seconds / (rows[b][index]?.seconds ?? 1))).toFixed(2);
  const peak = Math.max(...[...rows.ours, ...rows.write].map((row) => row.peakMib)).toFixed(0);
  console.log(
    `| ${name} | write only | ${seconds('write')} s | ${seconds('tar')} s | ${ratio('write', 'tar')} | ${peak} MiB |`,
  );
  console.log(
    `| ${name} | with read-back | ${seconds('ours')} s | ${seconds('tarChecked')} s | ${ratio('ours', 'tarChecked')} | ${peak} MiB |`,
  );
  console.log(
    `| ${name} | with read-back, against the plain pipeline | ${seconds('ours')} s | ${seconds('tar')} s | ${ratio('ours', 'tar')} | ${peak} MiB |`,
  );
}

async function compareStart(): Promise<void> {
  const version: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs * 4; run += 1) {
    bare.push((await measure([process.execPath, '-e', '0'])).seconds);
    version.push((await measure([program, '--version'])).seconds);
  }
  const [ours, node] = [median(version) * 1000, median(bare) * 1000];
  console.log(
    `| start | \`proxsave --version\` against \`node -e 0\` | ${ours.toFixed(0)} ms | ${node.toFixed(0)} ms | ${(ours / node).toFixed(2)} | |`,
  );
}

/** A member of a large cluster: how long a whole run takes, with its tools as stubs that answer at once. */
async function measureCluster(nodes: number, guests: number): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'proxsave-bench-'));
  try {
    const host = buildLargePveHost(work, { nodes, guests });
    const ours = [program, 'backup', '--root', host.root, '--quiet'];
    const rows: Measure[] = [];
    for (let run = -1; run < runs; run += 1) {
      const result = await measure(ours, host.env);
      rmSync(host.backups, { recursive: true, force: true });
      if (run >= 0) rows.push(result);
    }
    const seconds = median(rows.map((row) => row.seconds)).toFixed(2);
    const peak = Math.max(...rows.map((row) => row.peakMib)).toFixed(0);
    const name = `cluster of ${nodes} nodes and ${guests.toLocaleString('en')} guests`;
    console.log(`| ${name} | with read-back | ${seconds} s | | | ${peak} MiB |`);
  } finally {
    if (flags.keep !== true) rmSync(work, { recursive: true, force: true });
  }
}

spawnSync(process.execPath, [join(project, 'tools/build.ts')], { stdio: 'inherit' });
const zstd = spawnSync('zstd', ['--version'], { encoding: 'utf8' }).stdout.trim().split('\n')[0] ?? '';
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${threads} threads, ${(totalmem() / 1024 ** 3).toFixed(0)} GiB, Linux ${release()}, Node ${process.version}; ${zstd}`,
);
console.log(
  `zst level ${level}, ${threads} threads; median of ${runs} runs, taken in turn after one warm-up\n`,
);
console.log('| tree | what | ProxSave | alternative | ratio | peak memory |');
console.log('| --- | --- | --- | --- | --- | --- |');
if (flags.only === '' || flags.only === 'small') await compare('20,000 files of 0.5-8 KiB', makeSmallFiles);
if (flags.only === '' || flags.only === 'large') await compare('one file of 1 GiB', makeLargeFile);
if (flags.only === '' || flags.only === 'start') await compareStart();
if (flags.only === '' || flags.only === 'cluster') await measureCluster(5, 2000);
