// Puts one file on a remote, as a process that a test can kill: `node put-once.ts OPTIONS SOURCE NAME SIZE`.

import { asRealPath } from '../../src/host/host.ts';
import { hostWithoutPauses, rcloneStore, type TestStoreOptions } from './rclone-store.ts';

const [options = '{}', source = '', name = '', size = '0'] = process.argv.slice(2);
const { host } = hostWithoutPauses();
const store = rcloneStore(host, JSON.parse(options) as TestStoreOptions);
const { signal } = new AbortController();
await store.put({ source: asRealPath(source), name, sizeBytes: Number(size), signal });
