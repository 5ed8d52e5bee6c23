// Keys and certificates of the fake hosts, made when a host is built: files with real ones would look like leaked
// secrets. Made once a process by openssl and ssh-keygen, since nothing depends on two hosts having different ones.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FixtureManifest } from './fixture-manifest.ts';

interface KeySet {
  certificate: string;
  privateKey: string;
  publicKey: string;
  sshPrivate: string;
  sshPublic: string;
}

/** Host path -> content. */
export type GeneratedFiles = Map<string, string | Buffer>;

let made: KeySet | undefined;

function keySet(): KeySet {
  made ??= makeKeySet();
  return made;
}

function makeKeySet(): KeySet {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-keys-'));
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  try {
    const subject = '/O=Test data/CN=fixture.example.net';
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    run(
      'openssl',
      'req',
      '-x509',
      ...kind,
      '-subj',
      subject,
      '-days',
      '3650',
      '-keyout',
      'key',
      '-out',
      'crt',
    );
    run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'test-data@example.net', '-f', 'ssh');
    return {
      certificate: read('crt'),
      privateKey: read('key'),
      publicKey: run('openssl', 'pkey', '-in', 'key', '-pubout'),
      sshPrivate: read('ssh'),
      sshPublic: read('ssh.pub'),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Bytes that look like key material, the same for the same label. */
export function testBytes(label: string, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let block = 0; block * 32 < length; block += 1) {
    blocks.push(createHash('sha256').update(`test data ${label} ${block}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

export function generateKeys(manifest: FixtureManifest): GeneratedFiles {
  const keys = keySet();
  const files: GeneratedFiles = new Map<string, string | Buffer>([
    ['/etc/ssh/ssh_host_ed25519_key', keys.sshPrivate],
    ['/etc/ssh/ssh_host_ed25519_key.pub', keys.sshPublic],
    ['/etc/ssl/private/ssl-cert-snakeoil.key', keys.privateKey],
    ['/etc/ssl/certs/ssl-cert-snakeoil.pem', keys.certificate],
    ['/usr/local/share/ca-certificates/house-ca.crt', keys.certificate],
    ['/usr/share/keyrings/debian-archive-keyring.gpg', testBytes('keyring', 512)],
  ]);
  if (manifest.layers.includes('layers/pve')) addPveKeys(files, keys, manifest.nodes ?? []);
  if (manifest.layers.includes('layers/pbs')) addPbsKeys(files, keys);
  if (manifest.layers.includes('layers/zfs-root')) {
    files.set('/etc/zfs/zpool.cache', testBytes('zpool.cache', 1468));
    files.set('/etc/hostid', Buffer.from([0x7e, 0x57, 0xda, 0x7a]));
  }
  return files;
}

function addPveKeys(files: GeneratedFiles, keys: KeySet, nodes: readonly string[]): void {
  files.set('/root/.ssh/id_rsa', keys.sshPrivate).set('/root/.ssh/id_rsa.pub', keys.sshPublic);
  files.set('/usr/share/keyrings/proxmox-archive-keyring.gpg', testBytes('proxmox keyring', 1024));
  const shared = {
    'pve-root-ca.pem': keys.certificate,
    'priv/pve-root-ca.key': keys.privateKey,
    'authkey.pub': keys.publicKey,
    'priv/authkey.key': keys.privateKey,
    'pve-www.key': keys.privateKey,
    'priv/authorized_keys': keys.sshPublic,
    'priv/known_hosts': nodes.map((node) => `${node} ${keys.sshPublic}`).join(''),
  };
  for (const [name, content] of Object.entries(shared)) files.set(`/etc/pve/${name}`, content);
  for (const node of nodes) {
    files.set(`/etc/pve/nodes/${node}/pve-ssl.pem`, keys.certificate);
    files.set(`/etc/pve/nodes/${node}/pve-ssl.key`, keys.privateKey);
    files.set(`/etc/pve/nodes/${node}/ssh_known_hosts`, `${node} ${keys.sshPublic.trimEnd()}`);
  }
  if (nodes.length === 1) return;
  files.set('/etc/corosync/authkey', testBytes('corosync', 256));
  files.set('/etc/pve/authkey.pub.old', keys.publicKey);
  files.set(`/etc/pve/nodes/${nodes[0] ?? ''}/pveproxy-ssl.pem`, keys.certificate);
  files.set(`/etc/pve/nodes/${nodes[0] ?? ''}/pveproxy-ssl.key`, keys.privateKey);
}

function addPbsKeys(files: GeneratedFiles, keys: KeySet): void {
  files.set('/usr/share/keyrings/proxmox-archive-keyring.gpg', testBytes('proxmox keyring', 1024));
  files.set('/etc/proxmox-backup/proxy.pem', keys.certificate);
  files.set('/etc/proxmox-backup/proxy.key', keys.privateKey);
  files.set('/etc/proxmox-backup/authkey.key', keys.privateKey);
  files.set('/etc/proxmox-backup/authkey.pub', keys.publicKey);
  files.set('/etc/proxmox-backup/csrf.key', `${testBytes('csrf', 32).toString('base64')}\n`);
}
