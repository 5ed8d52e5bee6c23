// xz through the host's program. Its memory is capped: at level 9 it would take several GiB on a host with many cores, and
// with a cap it takes fewer threads by itself.

import type { Codec, CompressionSettings } from '../codec.ts';
import { createProgramStage } from './program-stage.ts';

export const xz: Codec = {
  type: 'xz',
  extension: '.xz',
  levels: { min: 0, max: 9, default: 6 },
  programs: ['xz'],
  compress: (host, settings) => {
    const options = [
      `-${settings.level}`,
      `-T${settings.threads}`,
      ...(isExtreme(settings) ? ['--extreme'] : []),
      ...memoryOptions(settings),
      '-c',
    ];
    return createProgramStage(host, ['xz', ...options], 'compress');
  },
  decompress: (host) => createProgramStage(host, ['xz', '-d', '-c'], 'decompress'),
};

/** The modes that ask for the slower, slightly better variant of a level. */
export function isExtreme(settings: CompressionSettings): boolean {
  return settings.mode === 'maximum' || settings.mode === 'ultra';
}

/** Options that cap the memory of xz and lzma. */
export function memoryOptions(settings: CompressionSettings): string[] {
  return settings.memoryLimitBytes === undefined ? [] : [`--memlimit-compress=${settings.memoryLimitBytes}`];
}
