import { describe, expect, test } from 'vitest';
import { areas } from '../../../src/catalogue/index.ts';
import { areaEffects, effectsOf } from '../../../src/restore/plan/services.ts';
import type { PlanEntry } from '../../../src/restore/plan/restore-plan.ts';
import { isLifeline, mayBeKilled } from '../../../src/restore/services/touchable-units.ts';
import { unitFileEffects } from '../../../src/restore/services/unit-files.ts';

describe('services that a plan concerns', () => {
  test('belong to areas of the catalogue', () => {
    const known = areas.map(({ id }) => id);
    for (const { area } of areaEffects) expect(known).toContain(area);
  });

  test('are never the network or remote access, but for a reload of the latter', () => {
    for (const { area, units } of areaEffects) {
      for (const { unit, how } of units) {
        if (isLifeline(unit))
          expect({ area, unit, how }).toEqual({ area: 'ssh', unit: 'ssh.service', how: 'reload' });
      }
    }
  });

  test('are only those that read what changes', () => {
    const units = (paths: string[]) =>
      effectsOf(new Set(['mail', 'time']), paths).services.map(({ unit, how }) => `${how} ${unit}`);
    expect(units(['etc/postfix/main.cf'])).toEqual(['reload postfix.service']);
    expect(units(['etc/chrony/chrony.conf'])).toEqual(['restart chrony.service']);
    expect(units(['etc/timezone'])).toEqual([]);
    expect(effectsOf(new Set(['cron'])).services).toEqual([
      { unit: 'cron.service', how: 'stop', areas: ['cron'] },
    ]);
  });

  test('packet filter rules and networks wait for the next boot', () => {
    const { services, rebootReasons } = effectsOf(new Set(['firewall', 'network']));
    expect(services).toEqual([]);
    expect(rebootReasons).toHaveLength(2);
  });
});

test('units whose end cuts off the admin or the node are not stopped, or not killed', () => {
  const lifelines = [
    'networking.service',
    'ssh.service',
    'ssh@3-1.service',
    'ifup@eno1.service',
    'session-4.scope',
  ];
  for (const unit of lifelines)
    expect([unit, isLifeline(unit), mayBeKilled(unit)]).toEqual([unit, true, false]);
  for (const unit of ['pve-ha-lrm.service', 'pve-cluster.service', 'corosync.service'])
    expect([unit, isLifeline(unit), mayBeKilled(unit)]).toEqual([unit, false, false]);
  expect([isLifeline('cron.service'), mayBeKilled('cron.service')]).toEqual([false, true]);
});

describe('unit files in a plan', () => {
  const state = { kind: 'file', mode: 0o644, uid: 0, gid: 0, size: 1, mtimeNs: '0' } as const;
  const entry = (path: string, before: PlanEntry['before'] = null): PlanEntry => ({
    path,
    type: path.includes('.wants/') ? 'symlink' : 'file',
    area: 'services',
    action: before === null ? 'create' : 'replace',
    reason: '',
    notes: [],
    secret: false,
    after: state,
    before,
  });
  const unit = 'etc/systemd/system/mine.service';
  const wants = 'etc/systemd/system/multi-user.target.wants/mine.service';

  test('name what is enabled anew and what changed', () => {
    expect(unitFileEffects({ entries: [entry(unit), entry(wants)] })).toEqual({
      needsDaemonReload: true,
      newlyEnabled: ['mine.service'],
      changed: ['mine.service'],
    });
    expect(unitFileEffects({ entries: [entry(wants, state)] }).newlyEnabled).toEqual([]);
    expect(unitFileEffects({ entries: [entry(`${unit}.d/limits.conf`, state)] }).changed).toEqual([
      'mine.service',
    ]);
  });

  test('let systemd read its files anew, as mount tables do, and nothing else does', () => {
    const reloads = (path: string) => unitFileEffects({ entries: [entry(path, state)] }).needsDaemonReload;
    expect(['etc/fstab', 'etc/crypttab', unit].map(reloads)).toEqual([true, true, true]);
    expect(['etc/systemd/journald.conf', 'etc/hosts'].map(reloads)).toEqual([false, false]);
  });
});
