// What the kernel says about each bond: mode, members and their own addresses.

import { hostNames, readHostText } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';
import { oneDocument, type InventoryResult } from './inventory.ts';

const bondingDirectory = '/proc/net/bonding';

export function inventoryBonding(host: Host): Promise<InventoryResult> {
  const sections = hostNames(host, bondingDirectory).map(
    (name) => `# ${name}\n${readHostText(host, `${bondingDirectory}/${name}`) ?? ''}`,
  );
  return Promise.resolve(oneDocument(sections.join('\n')));
}
