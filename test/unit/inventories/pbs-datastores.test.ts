import { describe, expect, test } from 'vitest';
import { inventoryPbsDatastores, parseSpace } from '../../../src/collector/inventories/pbs-datastores.ts';
import type { Host } from '../../../src/host/host.ts';
import { fakeHost } from '../host/fake-root.ts';
import { isRoot } from '../../support/needs.ts';
import { datastoreFile, oneDatastore, parsed, pbsFacts, valuesOf } from './pbs-hosts.ts';

interface Document {
  hostname: string;
  datastores: Record<string, unknown>[];
}

async function inventory(host: Host, config: Record<string, string> = {}) {
  const { files, findings } = await inventoryPbsDatastores(host, pbsFacts, valuesOf(host, config));
  const document = files.size === 0 ? undefined : (parsed(files.get('')) as Document);
  return { document, findings, text: files.get('') ?? '' };
}

const findmnt = `echo '{"filesystems":[{"source":"/dev/sdb1","target":"/mnt/store","fstype":"ext4","options":"rw"}]}'`;
const df = `printf '  1B-blocks   Used   Avail\\n 1000 400 600\\n'`;

describe('the datastore inventory', () => {
  test('says where each datastore lies, and what it holds by namespace and kind', async () => {
    const { document, findings } = await inventory(
      fakeHost({ files: oneDatastore, commands: { findmnt, df } }),
    );
    expect(findings).toEqual([]);
    expect(document?.hostname).toBe('pbs1.example.net');
    expect(document?.datastores).toEqual([
      {
        name: 'store',
        path: '/mnt/store',
        comment: 'main one',
        sources: ['datastore.cfg'],
        origin: 'config',
        cli_name: 'store',
        output_key: 'store',
        path_ok: true,
        path_is_dir: true,
        markers: {
          has_chunks: true,
          has_lock: true,
          has_gc_status: true,
          has_vm_dir: true,
          has_ct_dir: true,
          has_host_dir: false,
          has_ns_dir: true,
        },
        mount: { source: '/dev/sdb1', target: '/mnt/store', fstype: 'ext4', options: 'rw' },
        space: { size_bytes: 1000, used_bytes: 400, free_bytes: 600 },
        namespaces: expect.arrayContaining([
          { ns: '', groups: { vm: 2, ct: 1, host: 0 } },
          { ns: 'offsite', groups: { vm: 0, ct: 0, host: 1 } },
          { ns: 'offsite/deep', groups: { vm: 1, ct: 0, host: 0 } },
          { ns: 'ns', groups: { vm: 0, ct: 1, host: 0 } },
        ]) as unknown,
      },
    ]);
    expect(document?.datastores[0]?.namespaces).toHaveLength(4);
  });

  test('does without mount and space where nothing tells them', async () => {
    const { document } = await inventory(fakeHost({ files: oneDatastore, commands: { df: 'exit 1' } }));
    expect(document?.datastores[0]).not.toHaveProperty('mount');
    expect(document?.datastores[0]).not.toHaveProperty('space');
  });

  test('is not written where there is no datastore', async () => {
    expect(await inventory(fakeHost({ files: {} }))).toEqual({ document: undefined, findings: [], text: '' });
  });

  test('holds no configuration file', async () => {
    const files = { ...oneDatastore, '/etc/iscsi/iscsid.conf': 'node.session.auth.password = chap-secret\n' };
    expect((await inventory(fakeHost({ files }))).text).not.toContain('chap-secret');
  });

  test('takes paths with characters that mean something in expressions literally', async () => {
    const path = '/mnt/a+b (old) [1].x';
    const files = {
      [datastoreFile]: `datastore: s\n\tpath ${path}\n`,
      [`${path}/.chunks/`]: '',
      [`${path}/ns/a/vm/1/`]: '',
    };
    const { document } = await inventory(fakeHost({ files }));
    expect(document?.datastores[0]?.namespaces).toContainEqual({
      ns: 'a',
      groups: { vm: 1, ct: 0, host: 0 },
    });
  });
});

describe('a datastore of a special kind', () => {
  test('lies below the mount point of removable ones; that it is away is no finding', async () => {
    const text = 'datastore: usb\n\tbacking-device 1234-ABCD\n\tpath stores/one\n';
    const { document, findings } = await inventory(fakeHost({ files: { [datastoreFile]: text } }));
    expect(findings).toEqual([]);
    expect(document?.datastores[0]).toMatchObject({
      path: '/mnt/datastore/usb/stores/one',
      backing_device: '1234-ABCD',
      path_ok: false,
      error: expect.stringContaining('not there') as unknown,
    });
  });

  test('on S3 or under maintenance says so', async () => {
    const text =
      'datastore: cloud\n\tbackend type=s3,client=b,bucket=x\n\tmaintenance-mode type=offline\n\tpath /cache\n';
    const { document, findings } = await inventory(fakeHost({ files: { [datastoreFile]: text } }));
    expect(findings).toEqual([]);
    expect(document?.datastores[0]).toMatchObject({
      backend: 'type=s3,client=b,bucket=x',
      maintenance_mode: 'type=offline',
    });
  });

  test('that the user names besides is listed once, as an override', async () => {
    const files = { ...oneDatastore, '/srv/old/.chunks/': '' };
    const config = { PBS_DATASTORE_PATH: '/mnt/store,/srv/old' };
    const { document } = await inventory(fakeHost({ files }), config);
    expect(document?.datastores.map(({ name, origin }) => [name, origin])).toEqual([
      ['store', 'config'],
      ['old', 'override'],
    ]);
    expect(document?.datastores[1]).not.toHaveProperty('cli_name');
  });
});

describe('a datastore in trouble', () => {
  test('that holds no chunk store is worth a line', async () => {
    const files = { [datastoreFile]: 'datastore: s\n\tpath /mnt/empty\n', '/mnt/empty/': '' };
    const { findings } = await inventory(fakeHost({ files }));
    expect(findings.map(({ severity, code, path }) => [severity, code, path])).toEqual([
      ['info', 'datastore-not-there', '/mnt/empty'],
    ]);
  });

  test('whose file system hangs is a warning after FS_IO_TIMEOUT; the others are described', async () => {
    const files = { ...oneDatastore };
    files[datastoreFile] += '\ndatastore: dead\n\tpath /mnt/dead\n';
    const { document, findings } = await inventory(withHangingFind(fakeHost({ files })), {
      FS_IO_TIMEOUT: '1',
    });
    expect(findings.map(({ severity, code, path }) => [severity, code, path])).toEqual([
      ['warning', 'datastore-hanging', '/mnt/dead'],
    ]);
    expect(document?.datastores[0]).toMatchObject({ name: 'store', path_ok: true });
    expect(document?.datastores[1]).toMatchObject({ name: 'dead', path_ok: false, error: 'no answer' });
  });

  test.skipIf(isRoot)('that must not be read is a warning [skipped for root, who may read all]', async () => {
    const host = fakeHost({ files: oneDatastore });
    host.fs.changeMode(host.resolve('/mnt/store/vm'), 0);
    const { document, findings } = await inventory(host);
    host.fs.changeMode(host.resolve('/mnt/store/vm'), 0o755);
    expect(findings[0]).toMatchObject({ severity: 'warning', code: 'datastore-unreadable' });
    expect(document?.datastores[0]?.error).toMatch(/read in part.*Permission denied/);
  });
});

/** A dead mount stops every program that looks at it; here a program that sleeps stands for the stopped one. */
function withHangingFind(host: Host): Host {
  const run: Host['tools']['run'] = (request) => {
    const isDead = request.argv.some((argument) => argument.endsWith('/mnt/dead'));
    return host.tools.run(isDead ? { ...request, argv: ['sleep', '600'] } : request);
  };
  return { ...host, tools: { ...host.tools, run } };
}

test('the space of a file system is the line of three numbers', () => {
  expect(parseSpace('1B-blocks Used Avail\n10 4 6\n')).toEqual({
    size_bytes: 10,
    used_bytes: 4,
    free_bytes: 6,
  });
  expect(parseSpace('1B-blocks Used Avail\n- - -\n')).toBeUndefined();
  expect(parseSpace('')).toBeUndefined();
});
