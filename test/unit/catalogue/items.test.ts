import { expect, test } from 'vitest';
import { areaById, areas, areasOf } from '../../../src/catalogue/index.ts';
import { files, information, systemCommand } from '../../../src/catalogue/items.ts';

test('a command line becomes an argument list, and its output lies among the system commands', () => {
  expect(systemCommand('ip -j addr show', 'ip_addr.json', { onFailure: 'info' })).toEqual({
    kind: 'command',
    argv: ['ip', '-j', 'addr', 'show'],
    output: 'var/lib/proxsave-info/commands/system/ip_addr.json',
    category: 'proxsave_info',
    restore: { how: 'export' },
    across: 'safe',
    onFailure: 'info',
  });
});

test('paths share what is said once', () => {
  expect(files({ ...information, secret: true }, '/a', '/b')).toEqual([
    { kind: 'file', path: '/a', ...information, secret: true },
    { kind: 'file', path: '/b', ...information, secret: true },
  ]);
});

test('areas are found by id and by product', () => {
  expect(areaById('ssh')?.title).toBe('SSH');
  expect(areaById('nonsense')).toBeUndefined();
  expect([...areasOf('pve'), ...areasOf('pbs'), ...areasOf('host')]).toHaveLength(areas.length);
  expect(areasOf('pbs').map(({ id }) => id)).toContain('pbs-datastores');
});
