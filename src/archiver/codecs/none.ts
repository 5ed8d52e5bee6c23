import { PassThrough } from 'node:stream';
import type { Codec } from '../codec.ts';

export const none: Codec = {
  type: 'none',
  extension: '',
  levels: null,
  programs: [],
  compress: () => new PassThrough(),
  decompress: () => new PassThrough(),
};
