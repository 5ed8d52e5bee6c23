// bzip2: pbzip2 when several threads are wanted; each of the two programs stands in for the other.

import type { Codec } from '../codec.ts';
import { createProgramStage, firstInstalled } from './program-stage.ts';

export const bz2: Codec = {
  type: 'bz2',
  extension: '.bz2',
  levels: { min: 1, max: 9, default: 9 },
  programs: ['bzip2', 'pbzip2'],
  compress: (host, { level, threads }) => {
    const program = firstInstalled(host, threads > 1 ? ['pbzip2', 'bzip2'] : ['bzip2', 'pbzip2']);
    const threadOptions = program === 'pbzip2' ? [`-p${Math.max(1, threads)}`] : [];
    return createProgramStage(host, [program, `-${level}`, ...threadOptions, '-c'], 'compress');
  },
  decompress: (host) =>
    createProgramStage(host, [firstInstalled(host, ['bzip2', 'pbzip2']), '-d', '-c'], 'decompress'),
};
