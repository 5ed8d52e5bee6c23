// gzip in-process: what every host can do, and the fallback for all that it cannot.

import { createGunzip, createGzip } from 'node:zlib';
import type { Codec } from '../codec.ts';
import { withCompressionErrors } from './compression-error.ts';

const chunkSize = 256 * 1024;

export const gz: Codec = {
  type: 'gz',
  extension: '.gz',
  levels: { min: 1, max: 9, default: 6 },
  programs: [],
  compress: (_host, { level }) => withCompressionErrors(createGzip({ level, chunkSize }), 'gzip', 'compress'),
  decompress: () => withCompressionErrors(createGunzip({ chunkSize }), 'gzip', 'decompress'),
};
