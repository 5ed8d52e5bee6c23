// The S3 endpoints that datastores may lie on.

import type { ConfigValues } from '../../config/options.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Host } from '../../host/host.ts';
import { pbsSectionIds } from './pbs-sections.ts';

export function listPbsS3Endpoints(host: Host, _facts: HostFacts, values: ConfigValues): string[] {
  return pbsSectionIds(host, values, 's3.cfg', ['s3client']);
}
