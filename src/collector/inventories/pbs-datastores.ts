// pbs_datastore_inventory.json: what each datastore was made of when the backup ran, so that a person who rebuilds the
// server finds the right disks. Keys as the existing edition writes them where both have the same thing to say; the
// contents of files which that edition puts in (CHAP passwords among them) are left to the files themselves.

import { z } from 'zod';
import type { ConfigValues } from '../../config/options.ts';
import type { Finding } from '../../findings.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { mapFew, oneDocument, type InventoryResult } from './inventory.ts';
import { configuredDatastores, type Datastore } from './pbs-datastores-configured.ts';
import { readLayout, type DatastoreLayout, type GroupKind } from './pbs-datastores-layout.ts';

interface MountRecord {
  source: string;
  target: string;
  fstype: string;
  options: string;
}

interface SpaceRecord {
  size_bytes: number;
  used_bytes: number;
  free_bytes: number;
}

interface DatastoreRecord {
  name: string;
  path: string;
  comment?: string;
  sources: string[];
  origin: Datastore['origin'];
  cli_name?: string;
  output_key: string;
  backend?: string;
  backing_device?: string;
  maintenance_mode?: string;
  path_ok: boolean;
  path_is_dir: boolean;
  /** Why it could not be looked at, or not fully. */
  error?: string;
  markers: Record<string, boolean>;
  mount?: MountRecord;
  space?: SpaceRecord;
  namespaces: { ns: string; groups: Readonly<Record<GroupKind, number>> }[];
}

export async function inventoryPbsDatastores(
  host: Host,
  facts: HostFacts,
  values: ConfigValues,
): Promise<InventoryResult> {
  const datastores = configuredDatastores(host, values);
  if (datastores.length === 0) return { files: new Map(), findings: [] };
  const seen = await mapFew(datastores, async (datastore) => {
    const layout = await readLayout(host, datastore, values.FS_IO_TIMEOUT);
    const findings = problemFindings(datastore, layout, values.FS_IO_TIMEOUT);
    return { record: await describeDatastore(host, datastore, layout), findings };
  });
  const document = {
    generated_at: host.clock.now().toISOString(),
    hostname: facts.hostname,
    pbs_config_path: values.PBS_CONFIG_PATH,
    datastores: seen.map(({ record }) => record),
  };
  const findings = seen.flatMap((one) => one.findings);
  return oneDocument(`${JSON.stringify(document, null, 2)}\n`, findings);
}

async function describeDatastore(
  host: Host,
  datastore: Datastore,
  layout: DatastoreLayout,
): Promise<DatastoreRecord> {
  const { name, path, comment, origin, backend, backingDevice, maintenanceMode } = datastore;
  const isThere = layout.isDirectory;
  // JSON.stringify leaves out what is undefined.
  const optional = { comment, backend, backing_device: backingDevice, maintenance_mode: maintenanceMode };
  return {
    name,
    path,
    ...(optional as Partial<Record<keyof typeof optional, string>>),
    sources: [origin === 'config' ? 'datastore.cfg' : 'PBS_DATASTORE_PATH'],
    origin,
    ...(origin === 'config' ? { cli_name: name } : {}),
    output_key: datastore.key,
    path_ok: isThere,
    path_is_dir: isThere,
    ...(layout.state === 'complete' ? {} : { error: describeState(layout) }),
    markers: markersOf(layout.markers),
    // What does not answer `find` does not answer these either.
    ...(isThere && layout.state !== 'timeout' ? await describeMount(host, path) : {}),
    namespaces: isThere ? [...layout.namespaces].map(([ns, groups]) => ({ ns, groups })) : [],
  };
}

function markersOf(markers: ReadonlySet<string>): Record<string, boolean> {
  return {
    has_chunks: markers.has('.chunks'),
    has_lock: markers.has('.lock'),
    has_gc_status: markers.has('.gc-status'),
    has_vm_dir: markers.has('vm'),
    has_ct_dir: markers.has('ct'),
    has_host_dir: markers.has('host'),
    has_ns_dir: markers.has('ns'),
  };
}

function describeState({ state, reason }: DatastoreLayout): string {
  const words = { complete: '', partial: 'read in part', timeout: 'no answer', absent: 'not there' };
  const word = state === 'unreadable' ? 'not readable' : words[state];
  return reason === '' ? word : `${word}: ${reason}`;
}

function problemFindings(
  { name, path, backingDevice, maintenanceMode }: Datastore,
  { state, isDirectory, markers, reason }: DatastoreLayout,
  timeoutSeconds: number,
): Finding[] {
  const report = (severity: Finding['severity'], what: string, message: string, hint: string): Finding[] => [
    { severity, code: `datastore-${what}`, path, message: `datastore '${name}' at ${path} ${message}`, hint },
  ];
  if (state === 'timeout')
    return report(
      'warning',
      'hanging',
      `gave no answer within ${timeoutSeconds} s; its inventory is incomplete`,
      'a dead network mount or disk often is the cause; see FS_IO_TIMEOUT',
    );
  // Taken away or taken offline on purpose.
  if (backingDevice !== undefined || maintenanceMode !== undefined) return [];
  if (state === 'unreadable' || state === 'partial')
    return report(
      'warning',
      'unreadable',
      `could not be read: ${reason}`,
      'root must be able to read it; an NFS export with root_squash refuses that',
    );
  if (!isDirectory || !markers.has('.chunks'))
    return report('info', 'not-there', 'holds no chunk store now', 'is its file system mounted?');
  return [];
}

const findmntAnswer = z.object({
  filesystems: z
    .tuple([z.object({ source: z.string(), target: z.string(), fstype: z.string(), options: z.string() })])
    .rest(z.unknown()),
});
const mountTimeoutMs = 10_000;

/** Under another root only stubs are asked: the mounts of the running system would be the wrong ones. */
async function describeMount(
  host: Host,
  path: string,
): Promise<{ mount?: MountRecord; space?: SpaceRecord }> {
  const target = host.resolve(path);
  const ask = async (argv: readonly [string, ...string[]]) => {
    const request = { argv, timeoutMs: mountTimeoutMs, maxOutputBytes: 64 * 1024, signal: host.signal };
    const result = await host.commands.run(request);
    return result.status === 'ok' ? result.stdout.toString('utf8') : '';
  };
  const columns = 'SOURCE,TARGET,FSTYPE,OPTIONS';
  const mount = parseMount(await ask(['findmnt', '--json', '--output', columns, '--target', target]));
  const space = parseSpace(await ask(['df', '--block-size=1', '--output=size,used,avail', '--', target]));
  return { ...(mount === undefined ? {} : { mount }), ...(space === undefined ? {} : { space }) };
}

function parseMount(text: string): MountRecord | undefined {
  try {
    return findmntAnswer.parse(JSON.parse(text)).filesystems[0];
  } catch {
    // No findmnt, or none that knows: the record does without.
    return undefined;
  }
}

/** The line below the headings: three numbers. */
export function parseSpace(text: string): SpaceRecord | undefined {
  const [, size, used, free] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/m.exec(text) ?? [];
  if (size === undefined) return undefined;
  return { size_bytes: Number(size), used_bytes: Number(used), free_bytes: Number(free) };
}
