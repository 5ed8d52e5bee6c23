// A Debian machine of its own with systemd as PID 1: real units, timers, journal, reboots. Each test boots a copy-on-write view
// of one tree that is built once (tools/build-test-container.sh); the project is there read-only. No network but its own
// loopback.

import { createHash } from 'node:crypto';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasPrograms, canMount } from './needs.ts';

const project = join(import.meta.dirname, '../..');
const builder = join(project, 'tools/build-test-container.sh');
/** Another builder makes another tree: one that other tests run in now is never touched. */
const builderDigest = createHash('sha256').update(readFileSync(builder)).digest('hex').slice(0, 12);
const tree = process.env.PROXSAVE_TEST_TREE ?? `/var/cache/proxsave-test/debian-${builderDigest}`;
const bootLimitMs = 60_000;
const haltLimitMs = 20_000;
const commandLimitMs = 60_000;

/** Where the project is inside of the machine. */
export const projectInContainer = '/opt/proxsave';

/** For test.skipIf: why there can be no such machine here, or undefined. They belong to the slow tests. */
export const noContainer: string | undefined =
  process.env.PROXSAVE_SLOW_TESTS !== '1'
    ? 'PROXSAVE_SLOW_TESTS=1'
    : !canMount
      ? 'root and mount'
      : hasPrograms('systemd-nspawn', 'nsenter', 'setpriv') &&
          (hasPrograms('debootstrap') || existsSync(tree))
        ? undefined
        : 'systemd-nspawn and debootstrap';

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Container {
  /** Its root directory, as this side sees it. */
  root: string;
  /** Runs a program inside and waits for it, a minute at most. */
  run(argv: readonly string[], options?: { input?: string; env?: Readonly<Record<string, string>> }): Ran;
  /** The same; fails the test with what the program said when it does not end with 0. Gives stdout. */
  must(argv: readonly string[]): string;
  /** What this side runs to have a program run inside, e.g. at a terminal of this side. */
  enter(argv: readonly string[], env?: Readonly<Record<string, string>>): string[];
  /** `name` is a path inside; makes its directory. */
  write(name: string, content: string, mode?: number): void;
  /** Halts in order, and boots again. */
  reboot(): Promise<void>;
  /** As a power cut does it: everything dies at once. Boots again. */
  crash(): Promise<void>;
  /** Ends it and removes all that it left; to be called by afterAll. */
  stop(): Promise<void>;
}

/** Builds the tree if need be (a minute or two), boots, waits until systemd has started everything. */
export async function startContainer(): Promise<Container> {
  execFileSync('sh', [builder, tree], {
    stdio: 'pipe',
    timeout: 900_000,
  });
  const home = join(dirname(tree), 'runs');
  mkdirSync(home, { recursive: true });
  sweep(home);
  const base = mkdtempSync(join(home, `${process.pid}-`));
  const root = join(base, 'root');
  try {
    for (const name of ['root', 'upper', 'work']) mkdirSync(join(base, name));
    const layers = `lowerdir=${tree},upperdir=${join(base, 'upper')},workdir=${join(base, 'work')}`;
    execFileSync('mount', ['-t', 'overlay', '-o', layers, 'overlay', root]);
    return containerOver(base, root, await boot(root));
  } catch (error) {
    remove(base);
    throw error;
  }
}

function containerOver(base: string, root: string, first: Machine): Container {
  let machine = first;
  const enter: Container['enter'] = (argv, env = {}) => {
    const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    return [
      ...['nsenter', '-t', String(machine.leader), '-a', '--'],
      ...['env', '-i', path, ...variables, ...argv],
    ];
  };
  const run: Container['run'] = (argv, { input = '', env = {} } = {}) => {
    const [program = '', ...args] = enter(argv, env);
    const options = { input, timeout: commandLimitMs, maxBuffer: 64 * 1024 * 1024 };
    const { status, stdout, stderr } = spawnSync(program, args, { ...options, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };
  return {
    root,
    run,
    enter,
    must: (argv) => {
      const { code, stdout, stderr } = run(argv);
      if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr}${stdout}`);
      return stdout;
    },
    write: (name, content, mode = 0o644) => {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content, { mode });
    },
    reboot: async () => {
      await halt(machine, 'SIGRTMIN+4');
      machine = await boot(root);
    },
    crash: async () => {
      await halt(machine, 'SIGKILL');
      machine = await boot(root);
    },
    stop: async () => {
      await halt(machine, 'SIGKILL');
      remove(base);
    },
  };
}

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Machine {
  nspawn: ChildProcess;
  ended: Promise<void>;
  /** Its PID 1, as this side sees it. */
  leader: number;
}

async function boot(root: string): Promise<Machine> {
  const options = [
    '--boot',
    '--register=no',
    '--keep-unit',
    '--private-network',
    '--quiet',
    '--console=pipe',
  ];
  const nspawn = spawn(
    // It dies with the test process, however that ends.
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'systemd-nspawn', ...options],
      ...['-D', root, `--bind-ro=${project}:${projectInContainer}`],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said: string[] = [];
  for (const stream of [nspawn.stdout, nspawn.stderr])
    stream.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const state = { hasEnded: false };
  const ended = new Promise<void>((resolve) => {
    nspawn.once('close', () => {
      state.hasEnded = true;
      resolve();
    });
    nspawn.once('error', () => resolve());
  });
  const machine = { nspawn, ended, leader: 0 };
  const deadline = performance.now() + bootLimitMs;
  while (!state.hasEnded && performance.now() < deadline) {
    const leader = leaderOf(nspawn.pid ?? 0);
    if (leader !== undefined && isUp(leader)) return { ...machine, leader };
    await sleep(100);
  }
  nspawn.kill('SIGKILL');
  throw new Error(`the machine did not boot: ${said.join('').slice(-2000)}`);
}

function leaderOf(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return children.map(Number).find((child) => readFileSync(`/proc/${child}/comm`, 'utf8') === 'systemd\n');
  } catch {
    // Not there yet, or just gone.
    return undefined;
  }
}

/** All units have started, or failed to. */
function isUp(leader: number): boolean {
  const argv = ['-t', String(leader), '-a', '--', 'systemctl', 'is-system-running'];
  const { stdout } = spawnSync('nsenter', argv, { encoding: 'utf8', timeout: 5_000 });
  return /^(running|degraded)$/m.test(stdout);
}

async function halt({ nspawn, ended, leader }: Machine, signal: 'SIGRTMIN+4' | 'SIGKILL'): Promise<void> {
  // Node has no name for real-time signals.
  spawnSync('kill', ['-s', signal.replace(/^SIG/, ''), String(leader)]);
  await Promise.race([ended, sleep(haltLimitMs, undefined, { ref: false })]);
  nspawn.kill('SIGKILL');
  await Promise.race([ended, sleep(5_000, undefined, { ref: false })]);
}

/** What test processes left that were killed. */
function sweep(home: string): void {
  for (const name of readdirSync(home)) {
    const pid = /^(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) remove(join(home, name));
  }
}

function remove(base: string): void {
  spawnSync('umount', ['-R', '-l', join(base, 'root')], { stdio: 'ignore' });
  rmSync(base, { recursive: true, force: true });
}
