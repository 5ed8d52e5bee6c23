import { expect, test } from 'vitest';
import { inventoryPbsPxar } from '../../../src/collector/inventories/pbs-pxar.ts';
import { fakeHost } from '../host/fake-root.ts';
import { oneDatastore, parsed, pbsFacts, valuesOf } from './pbs-hosts.ts';

async function scan(config: Record<string, string> = {}, files: Record<string, string> = oneDatastore) {
  const host = fakeHost({ files });
  const result = await inventoryPbsPxar(host, pbsFacts, valuesOf(host, config));
  const names = [...result.files.keys()];
  const document = parsed(result.files.get('store/metadata.json') ?? 'null') as {
    is_complete: boolean;
    sample_directories: string[];
    sample_pxar_files: { relative_path: string; size_bytes: number; size_human: string; mod_time: string }[];
  } | null;
  return { names, document, findings: result.findings };
}

test('file archives of every namespace are listed, chunks and foreign files are not', async () => {
  const { names, document, findings } = await scan();
  expect(names).toEqual(['store/metadata.json']);
  expect(findings).toEqual([]);
  expect(document).toMatchObject({
    name: 'store',
    path: '/mnt/store',
    comment: 'main one',
    is_complete: true,
  });
  expect(document?.sample_pxar_files.map((file) => file.relative_path).sort()).toEqual([
    'ct/200/2026-01-02T03:04:05Z/root.pxar.didx',
    'ns/offsite/host/nas/2026-01-02T03:04:05Z/etc.pxar.didx',
  ]);
  expect(document?.sample_pxar_files.find(({ size_bytes }) => size_bytes === 3)).toMatchObject({
    size_human: '3 B',
    mod_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
  });
  expect(document?.sample_directories).toEqual(
    expect.arrayContaining(['vm', 'vm/100', 'ns/offsite', 'ns/offsite/host', 'ns/offsite/host/nas']),
  );
});

test('patterns of the user choose other names and take some out', async () => {
  const { document } = await scan({
    PXAR_FILE_INCLUDE_PATTERN: '*.fidx,*.didx',
    PXAR_FILE_EXCLUDE_PATTERN: 'etc.*',
  });
  expect(document?.sample_pxar_files.map((file) => file.relative_path).sort()).toEqual([
    'ct/200/2026-01-02T03:04:05Z/root.pxar.didx',
    'vm/100/2026-01-02T03:04:05Z/drive-scsi0.img.fidx',
  ]);
});

test('a datastore that is not there has no list', async () => {
  const { names, findings } = await scan(
    {},
    { '/etc/proxmox-backup/datastore.cfg': 'datastore: s\n\tpath /x\n' },
  );
  expect({ names, findings }).toEqual({ names: [], findings: [] });
});
