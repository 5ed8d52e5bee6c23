// The tiers that are directories: in this process (primary), and through a process that can be given up (secondary),
// on the file systems that people use.

import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { asRealPath, type RealPath } from '../../src/host/host.ts';
import { createDirectoryStore } from '../../src/storage/directory-store.ts';
import { createSecondaryStore } from '../../src/storage/secondary-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { mountBindfs, mountLoop, mountTmpfs, noBindfs, noLoop, noTmpfs } from '../support/mounts.ts';
import { scratchDirectory, storeSuite, type StoreUnderTest } from '../support/store-suite.ts';

const host = createHost();

function underTest(path: RealPath, open: (installId: string) => Store): StoreUnderTest {
  const installId = randomUUID();
  return {
    store: open(installId),
    rawNames: () => readdirSync(path).sort(),
    plant: (name, content) => {
      writeFileSync(join(path, name), content);
    },
    unfinishedNames: {
      own: `.proxsave-${installId}-0123abcd.partial`,
      foreign: `.proxsave-${randomUUID()}-0123abcd.partial`,
    },
  };
}

function inProcess(path: RealPath): StoreUnderTest {
  return underTest(path, (installId) => createDirectoryStore(host, 'primary', path, { installId }));
}

function isolated(path: RealPath): StoreUnderTest {
  return underTest(path, (installId) => {
    const store = createSecondaryStore(host, {
      path,
      values: { MIN_DISK_SPACE_SECONDARY_GB: 0, FS_IO_TIMEOUT: 30, SECONDARY_REQUIRE_MOUNT: 'auto' },
      installId,
      stateDirectory: scratchDirectory(),
      report: () => undefined,
    });
    onTestFinished(store.close);
    return store;
  });
}

/** Not the root of a file system: that may hold lost+found. */
function below(mounted: string): RealPath {
  const path = join(mounted, 'backups');
  mkdirSync(path);
  return asRealPath(path);
}

storeSuite('a plain directory', () => inProcess(scratchDirectory()));
storeSuite('a plain directory, through a worker', () => isolated(scratchDirectory()));
storeSuite('an ext4 image, through a worker', () => isolated(below(mountLoop('ext4').path)), {
  skip: noLoop('ext4'),
});
storeSuite(
  'a FAT image with a fixed owner, through a worker',
  () => isolated(below(mountLoop('vfat', { options: ['uid=1234', 'gid=1234', 'umask=022'] }).path)),
  { skip: noLoop('vfat') },
);
storeSuite(
  'a share that keeps no owner and mode, through a worker',
  async () => {
    const options = ['--force-user=1234', '--force-group=1234', '--chown-deny', '--chmod-deny'];
    const mount = await mountBindfs([...options, '--create-with-perms=0755']);
    return isolated(below(mount.path));
  },
  { skip: noBindfs() },
);
storeSuite('tmpfs, in process', () => inProcess(below(mountTmpfs(scratchDirectory()).path)), {
  skip: noTmpfs(),
});
