// Builds fake hosts: a complete root directory from test/fixtures/hosts, its config.db, and its tools on a PATH. Without
// vitest, so that measurements can build them too; tests take fixture-host.ts.

import { execFileSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeConfigDb, type ConfigDb, type ConfigDbOptions } from './fixture-config-db.ts';
import { generateKeys } from './fixture-keys.ts';
import { fixtureManifests, type FixtureManifest, type FixtureName } from './fixture-manifest.ts';
import { applyOwnership } from './fixture-ownership.ts';
import { packageAnswers, parsePackages, renderStatus, type Package } from './fixture-packages.ts';
import { makeStubs } from './fixture-stubs.ts';
import { kernelAnswers, sysfsFiles } from './fixture-sysfs.ts';
import type { Sandbox } from './sandbox.ts';

export type { FixtureName };

export interface FixtureOptions {
  /** Switches of the stub tools, e.g. {STUB_HANG: 'pvesh'}; more of the child's environment. */
  env?: Readonly<Record<string, string>>;
  /** Tools that this host lacks. */
  withoutTools?: readonly string[];
  /** Sections of answers that win (see answer.sh). */
  answers?: string;
  /** Host path -> content, on top of the tree; `-> target` makes a link. */
  files?: Readonly<Record<string, string | Buffer>>;
  /** Host paths that are taken away again. */
  absent?: readonly string[];
  configDb?: ConfigDbOptions;
}

export interface FixtureHost extends Sandbox {
  /** Value for PATH: the stub tools first. */
  path: string;
  /** Hosts with Proxmox VE, also those with leftovers of it. */
  configDb?: ConfigDb;
}

const hostsDirectory = join(import.meta.dirname, '../fixtures/hosts');
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** `base` is the caller's to remove, and so is an open writer of config.db. */
export function buildFixtureHost(base: string, name: FixtureName, options: FixtureOptions = {}): FixtureHost {
  const manifest = fixtureManifests[name];
  const root = join(base, 'root');
  const stubs = join(base, 'stubs');
  const packages = manifest.packages.flatMap((list) =>
    parsePackages(readFileSync(join(hostsDirectory, 'packages', list), 'utf8')),
  );
  buildTree(root, manifest, packages, options);
  const configDb = buildConfigDb(root, name, options.configDb);
  applyOwnership(root);
  const own = [
    options.answers ?? '',
    nameAnswers(root, manifest),
    kernelAnswers(manifest),
    packageAnswers(packages),
  ].join('');
  const without = options.withoutTools ?? [];
  makeStubs({ directory: stubs, root, answers: manifest.answers, own, without });
  const [backups, log, lock] = [join(base, 'backups'), join(base, 'log'), join(base, 'lock')];
  const path = `${stubs}:${systemPath}`;
  const env = { PATH: path, BACKUP_PATH: backups, LOG_PATH: log, LOCK_PATH: lock, ...options.env };
  return {
    base,
    root,
    stubs,
    backups,
    log,
    lock,
    env,
    path,
    ...(configDb === undefined ? {} : { configDb }),
  };
}

/** What the host says that it is called. */
function nameAnswers(root: string, { fullName }: FixtureManifest): string {
  const shortName = fullName.split('.', 1)[0] ?? fullName;
  const kernel = readFileSync(join(root, 'proc/version'), 'utf8');
  const release = kernel.split(' ')[2] ?? '';
  const version = kernel.slice(kernel.indexOf('#')).trim();
  return [
    '$ hostname -f',
    fullName,
    '$ hostname',
    '$ hostname -s',
    shortName,
    '$ uname -a',
    `Linux ${shortName} ${release} ${version} x86_64 GNU/Linux`,
    '$ uname -r',
    release,
    '',
  ].join('\n');
}

function buildTree(
  root: string,
  manifest: FixtureManifest,
  packages: readonly Package[],
  options: FixtureOptions,
): void {
  mkdirSync(root, { recursive: true });
  for (const layer of manifest.layers) {
    cpSync(join(hostsDirectory, layer), root, { recursive: true, verbatimSymlinks: true, force: true });
  }
  const standIns = (manifest.standIns ?? []).map((path) => [path, 'Stand-in, test data.\n'] as const);
  writeFiles(root, [
    ...generateKeys(manifest),
    ...Object.entries(sysfsFiles(manifest)),
    ...standIns,
    ['/var/lib/dpkg/status', renderStatus(packages)],
    ...Object.entries(options.files ?? {}),
  ]);
  for (const path of manifest.emptyDirectories ?? []) mkdirSync(join(root, path), { recursive: true });
  for (const path of [...(manifest.absent ?? []), ...(options.absent ?? [])]) {
    rmSync(join(root, path), { recursive: true, force: true });
  }
  linkSync(join(root, 'home/ops/bin/morning-check'), join(root, 'home/ops/bin/evening-check'));
  // Reading it would wait for ever.
  execFileSync('mkfifo', [join(root, 'home/ops/console.fifo')]);
}

function writeFiles(root: string, files: Iterable<readonly [path: string, content: string | Buffer]>): void {
  for (const [path, content] of files) {
    const real = join(root, path);
    mkdirSync(dirname(real), { recursive: true });
    rmSync(real, { force: true });
    if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), real);
    else writeFileSync(real, content);
  }
}

const leftoverRows = new Map([
  ['storage.cfg', 'dir: local\n\tpath /var/lib/vz\n\tcontent iso\n\n'],
  ['user.cfg', 'user:root@pam:1:0:::root@example.com:::\n'],
]);

function buildConfigDb(root: string, name: FixtureName, options: ConfigDbOptions = {}): ConfigDb | undefined {
  const path = join(root, 'var/lib/pve-cluster/config.db');
  const pve = join(root, 'etc/pve');
  if (name === 'debian-leftovers') return makeConfigDb(pve, path, { moreFiles: leftoverRows, ...options });
  return fixtureManifests[name].nodes === undefined ? undefined : makeConfigDb(pve, path, options);
}
