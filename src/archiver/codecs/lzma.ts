// The old .lzma format; both programs come with xz-utils, where `lzma` may be missing as an alternative's link.

import type { Codec } from '../codec.ts';
import type { Host } from '../../host/host.ts';
import { createProgramStage } from './program-stage.ts';
import { isExtreme, memoryOptions } from './xz.ts';

export const lzma: Codec = {
  type: 'lzma',
  extension: '.lzma',
  levels: { min: 0, max: 9, default: 6 },
  programs: ['lzma', 'xz'],
  compress: (host, settings) => {
    const level = `-${settings.level}${isExtreme(settings) ? 'e' : ''}`;
    return createProgramStage(host, [...program(host), level, ...memoryOptions(settings), '-c'], 'compress');
  },
  decompress: (host) => createProgramStage(host, [...program(host), '-d', '-c'], 'decompress'),
};

function program(host: Host): [string, ...string[]] {
  const usesXz = host.tools.find('lzma') === undefined && host.tools.find('xz') !== undefined;
  return usesXz ? ['xz', '--format=lzma'] : ['lzma'];
}
