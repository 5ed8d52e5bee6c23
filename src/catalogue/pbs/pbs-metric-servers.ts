// External metric servers, with their tokens.

import { pbsFiles, staged } from '../pbs-items.ts';
import type { Area } from '../types.ts';

export const pbsMetricServersArea: Area = {
  id: 'pbs-metric-servers',
  title: 'Metric servers',
  about: 'Where the server sends its metrics, and the tokens for it.',
  product: 'pbs',
  toggles: ['BACKUP_PBS_METRIC_SERVERS'],
  items: pbsFiles({ ...staged('pbs_host'), secret: true }, 'metricserver.cfg'),
};
