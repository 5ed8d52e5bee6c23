// Copies that were good once and are not any more: no listing calls them good, and no good copy goes because of them.

import { appendFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasPrograms } from '../support/needs.ts';
import { archivesIn } from '../support/sandbox.ts';
import { createTierSandbox, jsonOf } from '../support/tiers.ts';

const noRclone = !hasPrograms('rclone');

interface Listed {
  archives: { copies: { tier: string; problem?: string; proof?: string; verdict?: string }[] }[];
}

describe('a copy that has another length than it was written with', () => {
  test.skipIf(noRclone).each([
    { kind: 'archive with sidecars that was cut short', bundled: 'false', spoil: cutShort },
    { kind: 'bundle that something was added to', bundled: 'true', spoil: addTo },
  ])(
    'is damaged in list and status, and keeps no place from a good one: an $kind (needs rclone)',
    async ({ bundled, spoil }) => {
      const sandbox = createTierSandbox({ env: { BUNDLE_ASSOCIATED_FILES: bundled } });
      const { run, secondary, cloud } = sandbox;
      const made = await run(['backup']);
      expect(made.code, made.stderr).toBe(0);
      expect((await run(['status'])).code).toBe(0);
      const [name = ''] = archivesIn(secondary);
      spoil(join(secondary, name));
      spoil(join(cloud, name));

      const listing = await run(['list', '--tier', 'all', '--json']);
      expect(listing.code).toBe(1);
      const copies = (jsonOf(listing) as Listed).archives.flatMap((archive) => archive.copies);
      const spoilt = copies.filter(({ tier }) => tier !== 'primary');
      expect(spoilt).toHaveLength(2);
      for (const copy of spoilt) {
        expect(copy).toMatchObject({ verdict: 'unreadable' });
        expect(copy.problem).toContain('damaged');
        expect(copy).not.toHaveProperty('proof');
      }
      expect((await run(['list', '--tier', 'all'])).stdout).not.toMatch(/read back|hash/);

      const status = await run(['status']);
      expect(status.code).toBe(1);
      expect(status.stdout).toContain('no good copy of this host on the secondary tier');
      expect(status.stdout).toContain('no good copy of this host on the cloud tier');
    },
    60_000,
  );
});

function cutShort(path: string): void {
  truncateSync(path, 1000);
}

function addTo(path: string): void {
  appendFileSync(path, 'more');
}
