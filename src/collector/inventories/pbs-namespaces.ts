// NAME_namespaces.json for each datastore: asked from the backup server's tools, else read from the disk. Current tools
// only know the second way; the first is that of the existing edition.

import { posix } from 'node:path';
import { z } from 'zod';
import type { ConfigValues } from '../../config/options.ts';
import type { Finding } from '../../findings.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { mapFew, type InventoryResult } from './inventory.ts';
import { configuredDatastores, type Datastore } from './pbs-datastores-configured.ts';
import { namespaceDirectory, readLayout } from './pbs-datastores-layout.ts';

interface NamespaceRecord {
  /** `a/b`; empty for the root. */
  ns: string;
  /** On the host. */
  path: string;
  parent?: string;
  comment?: string;
}

const maxOutputBytes = 4 * 1024 * 1024;

/** The root namespace always exists: an empty list is no answer. */
const namespaceList = z.array(z.object({ ns: z.string(), comment: z.string().optional() })).min(1);
const toolAnswer = z.union([namespaceList, z.object({ data: namespaceList }).transform(({ data }) => data)]);

export async function inventoryPbsNamespaces(
  host: Host,
  _facts: HostFacts,
  values: ConfigValues,
): Promise<InventoryResult> {
  const ask = createToolQuestion(host, values.COMMAND_TIMEOUT);
  const datastores = configuredDatastores(host, values);
  const lists = await mapFew(datastores, async (datastore) => {
    const told = datastore.origin === 'config' ? await ask.namespacesOf(datastore) : undefined;
    return told ?? (await namespacesOnDisk(host, datastore, values.FS_IO_TIMEOUT));
  });
  const files = datastores.flatMap(({ key }, index) => {
    const list = lists[index];
    return list === undefined ? [] : [[`${key}_namespaces.json`, toDocument(list)] as const];
  });
  return { files: new Map(files), findings: ask.findings };
}

function toDocument(list: NamespaceRecord[]): string {
  const sorted = list.toSorted((a, b) => (a.ns < b.ns ? -1 : 1));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

/** A tool that hangs is not asked again: with many datastores, waiting for each would take hours. */
function createToolQuestion(host: Host, timeoutSeconds: number) {
  const hanging = new Set<string>();
  const findings: Finding[] = [];
  const run = async (argv: readonly [string, ...string[]]) => {
    if (hanging.has(argv[0])) return undefined;
    const result = await host.commands.run({
      argv,
      timeoutMs: timeoutSeconds * 1000,
      maxOutputBytes,
      signal: host.signal,
    });
    if (result.status === 'timeout' && !hanging.has(argv[0])) {
      hanging.add(argv[0]);
      findings.push(hangFinding(argv, timeoutSeconds));
    }
    return result.status === 'ok' ? result.stdout.toString('utf8') : undefined;
  };
  const namespacesOf = async (datastore: Datastore): Promise<NamespaceRecord[] | undefined> => {
    for (const argv of questions(datastore.name)) {
      const told = parseAnswer((await run(argv)) ?? '');
      if (told !== undefined)
        return told.map(({ ns, comment }) => ({
          ...recordOf(datastore, ns),
          ...(comment === undefined ? {} : { comment }),
        }));
    }
    return undefined;
  };
  return { findings, namespacesOf };
}

function questions(name: string): (readonly [string, ...string[]])[] {
  const json = '--output-format=json';
  const path = `/admin/datastore/${encodeURIComponent(name)}/namespace`;
  return [
    ['proxmox-backup-manager', 'datastore', 'namespace', 'list', name, json],
    ['proxmox-backup-debug', 'api', 'get', path, json],
  ];
}

function parseAnswer(text: string): z.infer<typeof toolAnswer> | undefined {
  try {
    return toolAnswer.parse(JSON.parse(text));
  } catch {
    // Not the answer of a tool that knows the question: the next one is asked.
    return undefined;
  }
}

function hangFinding(argv: readonly string[], timeoutSeconds: number): Finding {
  const commandLine = argv.join(' ');
  return {
    severity: 'warning',
    code: 'command-timeout',
    path: commandLine,
    message: `\`${commandLine}\` gave no answer within ${timeoutSeconds} s and was stopped; namespaces were read from the disk instead`,
  };
}

/** Undefined when the datastore cannot be looked at; the datastore inventory says why. */
async function namespacesOnDisk(
  host: Host,
  datastore: Datastore,
  timeoutSeconds: number,
): Promise<NamespaceRecord[] | undefined> {
  const { isDirectory, namespaces } = await readLayout(host, datastore, timeoutSeconds);
  return isDirectory ? [...namespaces.keys()].map((ns) => recordOf(datastore, ns)) : undefined;
}

function recordOf(datastore: Datastore, ns: string): NamespaceRecord {
  const path = posix.join(datastore.path, namespaceDirectory(ns));
  return ns === '' ? { ns, path } : { ns, path, parent: ns.split('/').slice(0, -1).join('/') };
}
