// Real remotes for tests: rclone itself serves a directory on a loopback port, and a configuration file for rclone that
// knows them.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RemoteServer {
  kind: 'webdav' | 'sftp';
  port: number;
  /** What is served. */
  directory: string;
  stop(): void;
}

const password = 'loopback-only';

/** Serves a new directory on a free port; `stop` ends it and removes the directory. */
export async function serveRemote(kind: RemoteServer['kind']): Promise<RemoteServer> {
  const directory = mkdtempSync(join(tmpdir(), `proxsave-${kind}-`));
  const login = ['--user', 'tester', '--pass', password];
  // Without a cache of directories: tests put files there behind its back.
  const argv = [
    'serve',
    kind,
    '--config=',
    '--addr',
    '127.0.0.1:0',
    ...login,
    '--dir-cache-time=0s',
    directory,
  ];
  const child = spawn('rclone', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    return { kind, port: await portOf(child), directory, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const port = /(?:started on|listening on) .*?127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`rclone serve ended with ${code ?? 'a signal'}: ${said}`)));
  });
}

export interface RemoteSettings {
  kind: RemoteServer['kind'];
  port: number;
  /** Default: the right one. */
  password?: string;
}

/** Sections of rclone.conf by name: a server, or lines as they stand. */
export type RemoteSections = Readonly<Record<string, RemoteSettings | string>>;

export function renderRcloneConfig(sections: RemoteSections): string {
  return Object.entries(sections)
    .map(([name, section]) => `[${name}]\n${typeof section === 'string' ? section : linesFor(section)}\n`)
    .join('\n');
}

export function writeRcloneConfig(path: string, sections: RemoteSections): void {
  writeFileSync(path, renderRcloneConfig(sections), { mode: 0o600 });
}

function linesFor({ kind, port, password: given = password }: RemoteSettings): string {
  const obscured = execFileSync('rclone', ['obscure', given], { encoding: 'utf8' }).trim();
  return kind === 'webdav'
    ? `type = webdav\nurl = http://127.0.0.1:${port}\nvendor = other\nuser = tester\npass = ${obscured}`
    : `type = sftp\nhost = 127.0.0.1\nport = ${port}\nuser = tester\npass = ${obscured}`;
}
