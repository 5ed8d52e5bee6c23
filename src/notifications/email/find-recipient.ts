// Who gets the mail when the configuration names nobody: the address of root@pam in Proxmox. The commands fail on hosts
// whose services are down, so its files are read next, and then the alias of root in the host's mail setup.

import { z } from 'zod';
import type { Host } from '../../host/host.ts';
import { parseSectionConfig, propertyOf } from '../../host/section-config.ts';
import { isMailAddress, isPublicMailAddress } from '../../util/mail-address.ts';

const commandTimeoutMs = 10_000;
const maxOutputBytes = 1024 * 1024;

const user = z.object({ userid: z.string().optional(), email: z.string().optional() });

/** The address, or undefined when nothing on this host names one. */
export async function findRecipient(host: Host, signal: AbortSignal): Promise<string | undefined> {
  for (const look of [askOneUser, askForUsers, askBackupServer, readPveUsers, readPbsUsers, readRootAlias]) {
    const found = (await look(host, signal))?.trim();
    if (found !== undefined && isMailAddress(found)) return found;
  }
  return undefined;
}

type Look = (host: Host, signal: AbortSignal) => Promise<string | undefined> | string | undefined;

const askOneUser: Look = async (host, signal) => {
  const answer = await askJson(
    host,
    ['pvesh', 'get', '/access/users/root@pam', '--output-format=json'],
    signal,
  );
  return user.safeParse(answer).data?.email;
};
const askForUsers: Look = (host, signal) =>
  askList(host, ['pveum', 'user', 'list', '--output-format=json'], signal);
const askBackupServer: Look = (host, signal) =>
  askList(host, ['proxmox-backup-manager', 'user', 'list', '--output-format=json'], signal);

async function askList(
  host: Host,
  argv: readonly [string, ...string[]],
  signal: AbortSignal,
): Promise<string | undefined> {
  const users = z.array(user).safeParse(await askJson(host, argv, signal)).data;
  return users?.find(({ userid }) => userid === 'root@pam')?.email;
}

async function askJson(
  host: Host,
  argv: readonly [string, ...string[]],
  signal: AbortSignal,
): Promise<unknown> {
  const result = await host.commands.run({ argv, timeoutMs: commandTimeoutMs, maxOutputBytes, signal });
  if (result.status !== 'ok') return undefined;
  try {
    return JSON.parse(result.stdout.toString('utf8'));
  } catch {
    // An answer that is no JSON is as good as none: the files come next.
    return undefined;
  }
}

/** `user:root@pam:1:0:First:Last:mail@example.net:comment:keys:` */
const readPveUsers: Look = (host) => {
  const line = (readText(host, '/etc/pve/user.cfg') ?? '')
    .split('\n')
    .find((candidate) => /^\s*user:\s*root@pam\s*:/.test(candidate));
  return line?.split(':')[6];
};

const readPbsUsers: Look = (host) => {
  const text = readText(host, '/etc/proxmox-backup/user.cfg') ?? '';
  const root = parseSectionConfig(text).find(({ type, id }) => type === 'user' && id === 'root@pam');
  return root === undefined ? undefined : propertyOf(root, 'email');
};

/** Only an address elsewhere counts: another local mailbox is the mail program's business. */
const readRootAlias: Look = (host) => {
  const alias = /^root:\s*(.+)$/m.exec(readText(host, '/etc/aliases') ?? '')?.[1];
  return alias
    ?.split(',')
    .map((part) => part.trim())
    .find(isPublicMailAddress);
};

function readText(host: Host, path: string): string | undefined {
  try {
    return host.fs.readTextIfExists(host.resolve(path));
  } catch {
    // Not readable (a dead cluster file system, rights): the next place is asked.
    return undefined;
  }
}
