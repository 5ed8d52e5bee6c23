// A host that encrypts, keys of every kind made by other people's programs, and what those make of an archive.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decompressCommands } from './decompress-commands.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
import { plainArchive } from './unpack.ts';

export interface KeyFiles {
  /** Public key. */
  recipient: string;
  /** File with the private key. */
  path: string;
}

export function ageKey(directory: string, name = 'key.txt'): KeyFiles {
  const path = join(directory, name);
  execFileSync('age-keygen', ['-o', path], { stdio: 'ignore' });
  return { path, recipient: execFileSync('age-keygen', ['-y', path], { encoding: 'utf8' }).trim() };
}

export function sshKey(directory: string, type: 'ed25519' | 'rsa', passphrase = ''): KeyFiles {
  const path = join(directory, `ssh-${type}${passphrase === '' ? '' : '-protected'}`);
  const bits = type === 'rsa' ? ['-b', '2048'] : [];
  execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', passphrase, '-C', `${type}@test`, '-f', path]);
  return { path, recipient: readFileSync(`${path}.pub`, 'utf8').trim() };
}

export interface EncryptedHost extends Sandbox {
  key: KeyFiles;
  /** For key files, outside of the host. */
  keys: string;
}

/** Encrypts for one age key, by AGE_RECIPIENT. */
export function createEncryptedHost(options: SandboxOptions = {}): EncryptedHost {
  const sandbox = createSandbox(options);
  const keys = join(sandbox.base, 'keys');
  mkdirSync(keys);
  const key = ageKey(keys);
  Object.assign(sandbox.env, { ENCRYPT_ARCHIVE: 'true', AGE_RECIPIENT: key.recipient });
  return { ...sandbox, key, keys };
}

/** Decrypted with Debian's age, decompressed with the codec's own program, listed and read with GNU tar. */
export function openWithAge(archivePath: string, keyFile: string, workplace: string): string {
  const encrypted = plainArchive(archivePath);
  const packed = join(workplace, 'packed');
  const tarFile = join(workplace, 'plain.tar');
  execFileSync('age', ['-d', '-i', keyFile, '-o', packed, encrypted], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [program, ...args] = decompressCommands(encrypted.replace(/\.age$/u, ''));
  if (program === undefined) return packed;
  writeFileSync(tarFile, execFileSync(program, args, { input: readFileSync(packed), maxBuffer: 1 << 28 }));
  return tarFile;
}

export function fileInTar(tarFile: string, path: string): string {
  return execFileSync('tar', ['-xOf', tarFile, `./${path}`], { encoding: 'utf8' });
}
