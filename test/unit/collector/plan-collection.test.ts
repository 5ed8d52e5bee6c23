// Catalogue + facts + configuration -> plan. Pure values in, a value out.

import { describe, expect, test } from 'vitest';
import type { Area, Item } from '../../../src/catalogue/types.ts';
import { claimedPaths } from '../../../src/catalogue/claimed-paths.ts';
import { planCollection, type PlanInput } from '../../../src/collector/plan-collection.ts';
import { ownerAt, positionOf } from '../../../src/catalogue/ownership.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { detectFacts } from '../../../src/host/detect-facts.ts';
import type { HostFacts } from '../../../src/host/facts.ts';

const emptyHost = createHost({ root: '/nonexistent-root', env: { PATH: '' } });
const facts: HostFacts = await detectFacts(emptyHost);
const pveFacts: HostFacts = { ...facts, pve: { version: '8.4.1', evidence: 'test' } };

const base = { category: 'filesystem', restore: { how: 'replace' }, across: 'safe' } as const;
const file = (path: string, more: Partial<Item> = {}): Item =>
  ({ kind: 'file', path, ...base, ...more }) as Item;

function area(id: string, items: readonly Item[], more: Partial<Area> = {}): Area {
  return { id, title: id, about: id, product: 'host', toggles: [], items, ...more };
}

function plan(areas: readonly Area[], env: Record<string, string> = {}, more: Partial<PlanInput> = {}) {
  const { values } = loadConfig(createHost({ root: '/nonexistent-root', env }));
  const input = { areas, facts, values, knownPlaces: {}, selection: { only: [], skip: [] }, ...more };
  const result = planCollection(input);
  const ownerOf = (path: string) => ownerAt(positionOf(result.ownership, path))?.areaId;
  const stateOf = (id: string) => result.areas.find((planned) => planned.area.id === id)?.status;
  return { ...result, ownerOf, stateOf };
}

describe('an area', () => {
  const ssh = area('ssh', [file('/etc/ssh/sshd_config')], { toggles: ['BACKUP_SSH_KEYS'] });
  const pve = area('pve-config', [file('/etc/pve/storage.cfg')], { product: 'pve' });

  test('is enabled when all its toggles are on', () => {
    expect(plan([ssh]).stateOf('ssh')).toEqual({ state: 'enabled' });
  });

  test('is disabled by its toggle, which the reason names, and keeps its claims', () => {
    const { stateOf, ownerOf } = plan([ssh], { BACKUP_SSH_KEYS: 'false' });
    expect(stateOf('ssh')).toEqual({ state: 'disabled', reason: 'BACKUP_SSH_KEYS=false' });
    expect(ownerOf('/etc/ssh/sshd_config')).toBe('ssh');
  });

  test('of a product that is not installed gives its paths up', () => {
    const { stateOf, ownerOf } = plan([pve]);
    expect(stateOf('pve-config')).toEqual({ state: 'not-this-product', reason: 'PVE is not installed' });
    expect(ownerOf('/etc/pve/storage.cfg')).toBeUndefined();
    expect(plan([pve], {}, { facts: pveFacts }).ownerOf('/etc/pve/storage.cfg')).toBe('pve-config');
  });

  test('is disabled by --skip, and by --only of others; --skip wins over --only', () => {
    const select = (only: string[], skip: string[]) =>
      plan([ssh, pve], {}, { selection: { only, skip }, facts: pveFacts });
    expect(select([], ['ssh']).stateOf('ssh')).toMatchObject({ state: 'disabled' });
    expect(select(['pve-config'], []).stateOf('ssh')).toMatchObject({ state: 'disabled' });
    expect(select(['pve-config'], []).stateOf('pve-config')).toEqual({ state: 'enabled' });
    expect(select(['ssh'], ['ssh']).stateOf('ssh')).toEqual({ state: 'disabled', reason: 'named by --skip' });
  });
});

describe('an item', () => {
  test('is left out by a toggle of its own, and keeps its claim', () => {
    const { areas, ownerOf } = plan([area('a', [file('/x', { toggles: ['BACKUP_SSH_KEYS'] })])], {
      BACKUP_SSH_KEYS: 'no',
    });
    expect(areas[0]?.items[0]?.isEnabled).toBe(false);
    expect(ownerOf('/x')).toBe('a');
  });

  test('that does not apply to this host gives its path up', () => {
    const item = file('/etc/zfs', { when: (known) => known.usesZfs });
    expect(plan([area('zfs', [item])]).ownerOf('/etc/zfs')).toBeUndefined();
    const zfsFacts = { ...facts, usesZfs: true };
    expect(plan([area('zfs', [item])], {}, { facts: zfsFacts }).ownerOf('/etc/zfs')).toBe('zfs');
  });

  test('whose path is a key follows the configuration', () => {
    const item: Item = { kind: 'tree', path: { option: 'PVE_CONFIG_PATH' }, ...base };
    const { ownerOf } = plan([area('a', [item])], { PVE_CONFIG_PATH: '/mnt/pve/../pve2/' });
    expect(ownerOf('/mnt/pve2')).toBe('a');
  });

  test('whose place only the run knows is skipped when the run does not know it', () => {
    const item: Item = { kind: 'file', path: { known: 'config-file' }, ...base };
    const values = plan([]).values;
    expect(claimedPaths(item, { values, knownPlaces: {} })).toEqual([]);
    expect(claimedPaths(item, { values, knownPlaces: { 'config-file': '/etc/x.env' } })).toEqual([
      '/etc/x.env',
    ]);
  });

  test('of listed paths claims each once, in a plain form', () => {
    const item: Item = { kind: 'listed', option: 'CUSTOM_BACKUP_PATHS', ...base };
    const { values } = plan([], { CUSTOM_BACKUP_PATHS: '/srv/a, /srv/a/, /srv/x/../b' });
    expect(claimedPaths(item, { values, knownPlaces: {} })).toEqual(['/srv/a', '/srv/b']);
  });

  test('that is a command or an inventory claims nothing', () => {
    const command: Item = { kind: 'command', argv: ['true'], output: 'x', ...base };
    expect(claimedPaths(command, plan([]))).toEqual([]);
  });
});
