// gzip on several cores. What it writes is gzip, so reading needs no program.

import type { Codec } from '../codec.ts';
import { gz } from './gz.ts';
import { createProgramStage } from './program-stage.ts';

export const pigz: Codec = {
  type: 'pigz',
  extension: '.gz',
  levels: { min: 1, max: 9, default: 6 },
  programs: ['pigz'],
  compress: (host, { level, threads, mode }) => {
    const isBest = mode === 'maximum' || mode === 'ultra';
    const options = [
      ...(threads > 0 ? [`-p${threads}`] : []),
      `-${level}`,
      ...(isBest ? ['--best'] : []),
      '-c',
    ];
    return createProgramStage(host, ['pigz', ...options], 'compress');
  },
  decompress: (host) => gz.decompress(host),
};
