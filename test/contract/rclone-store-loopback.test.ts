// The suite of the Store contract on real servers: webdav (no hashes) and sftp (md5, sha1). Debian's rclone has no `serve s3`.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { hasPrograms } from '../support/needs.ts';
import { serveRemote, writeRcloneConfig, type RemoteServer } from '../support/rclone-remotes.ts';
import { rcloneUnderTest, type TestStoreOptions } from '../support/rclone-store.ts';
import { scratchDirectory, storeSuite } from '../support/store-suite.ts';

const skip = hasPrograms('rclone') ? false : 'rclone is not installed';

const servers: RemoteServer[] = [];
const serverOf = (kind: RemoteServer['kind']) => {
  const server = servers.find((candidate) => candidate.kind === kind);
  if (server === undefined) throw new Error(`${kind} is not served`);
  return server;
};
beforeAll(async () => {
  if (skip !== false) return;
  servers.push(await serveRemote('webdav'), await serveRemote('sftp'));
});
afterAll(() => {
  for (const server of servers) server.stop();
});

const onServer = (kind: RemoteServer['kind'], options: Partial<TestStoreOptions> = {}) => {
  const { port, directory } = serverOf(kind);
  const configFile = join(scratchDirectory(), 'rclone.conf');
  writeRcloneConfig(configFile, { nas: { kind, port } });
  const path = `host ${randomBytes(4).toString('hex')}/Sicherungen für später`;
  return rcloneUnderTest(join(directory, path), { remote: 'nas', path, configFile, ...options });
};
// WebDAV has no hashes: only reading back shows that a file of the same size is another.
storeSuite('webdav', () => onServer('webdav', { proof: { checksum: true, download: true } }), { skip });
storeSuite('sftp', () => onServer('sftp'), { skip });
