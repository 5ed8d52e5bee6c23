import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EnvironmentError, RunFailedError } from '../../../src/errors.ts';
import type { Host } from '../../../src/host/host.ts';
import { renderCommand, renderGuardUnits } from '../../../src/restore/network/guard-units.ts';
import {
  armGuard,
  confirmGuard,
  guardState,
  listGuards,
  revertGuard,
} from '../../../src/restore/network/guard.ts';
import { hasPrograms } from '../../support/needs.ts';
import { fakeHost } from '../host/fake-root.ts';

/**
 * Behaves like systemctl for these calls: units are files below the root, states are files in its run directory. A
 * started service runs its ExecStart and ExecStartPost at once.
 */
function systemctlStub(): string {
  return `root=$(dirname "$0")/../root
units=$root/etc/systemd/system; state=$root/run/state; mkdir -p "$state" "$units/timers.target.wants"
test "$1" = --no-ask-password && shift
verb=$1; shift
echo "$verb $*" >> "$root/calls"
for last in "$@"; do :; done
drop() { rm -f "$units/timers.target.wants/$1" "$state/enabled.$1"; }
case "$verb" in
  daemon-reload|reset-failed) ;;
  enable) test -f "$units/$last" || { echo "Unit $last not found" >&2; exit 1; }
    test -f "$root/refuse" && { echo "refused by test" >&2; exit 1; }
    touch "$state/enabled.$last" "$state/active.$last"; ln -sf "$units/$last" "$units/timers.target.wants/$last" ;;
  disable) drop "$last"; case "$*" in *--now*) rm -f "$state/active.$last" ;; esac ;;
  stop) rm -f "$state/active.$last" ;;
  is-enabled) test -f "$state/enabled.$last" ;;
  is-active) test -f "$state/active.$last" ;;
  show) if test -f "$state/failed.$last"; then echo ActiveState=failed
    elif test -f "$state/running.$last"; then echo ActiveState=activating
    else echo ActiveState=inactive; fi
    test -f "$state/ran.$last" && echo ExecMainStartTimestampMonotonic=77 || echo ExecMainStartTimestampMonotonic=0 ;;
  start) case "$last" in *.timer) touch "$state/active.$last"; exit 0 ;; esac
    touch "$state/ran.$last"
    sed -n 's/^ExecStart=//p' "$units/$last" > "$state/script"
    if sh -e "$state/script"; then drop "$(sed -n 's/^ExecStartPost=.* //p' "$units/$last")"; else touch "$state/failed.$last"; fi ;;
esac`;
}

function systemdHost(): Host {
  return fakeHost({
    files: { '/run/systemd/system/': '', '/etc/systemd/system/': '' },
    commands: { systemctl: systemctlStub() },
  });
}

function request(host: Host, command: [string, ...string[]] = ['/usr/bin/touch', host.resolve('/undone')]) {
  return { id: '20260101-120000', title: 'network configuration', commands: [command], timeoutSeconds: 180 };
}

const unitsOf = (host: Host) =>
  readdirSync(host.resolve('/etc/systemd/system')).filter((name) => name.includes('guard'));

describe('a guarded change', () => {
  test('is armed by a timer that a reboot starts again', async () => {
    const host = systemdHost();
    const before = Date.now();
    const guard = await armGuard(host, request(host));
    expect(guard.deadline.getTime()).toBeGreaterThanOrEqual(before + 180_000);
    expect(unitsOf(host)).toEqual([
      'proxsave-guard-20260101-120000.service',
      'proxsave-guard-20260101-120000.timer',
    ]);
    expect(readdirSync(host.resolve('/etc/systemd/system/timers.target.wants'))).toEqual([
      'proxsave-guard-20260101-120000.timer',
    ]);
    expect(await guardState(host, guard.id)).toBe('armed');
    expect(listGuards(host)).toEqual([guard.id]);
  });

  test('stays when it is confirmed, and nothing is left of the guard', async () => {
    const host = systemdHost();
    const { id } = await armGuard(host, request(host));
    expect(await confirmGuard(host, id)).toBe('confirmed');
    expect(unitsOf(host)).toEqual([]);
    expect(readdirSync(host.resolve('/etc/systemd/system/timers.target.wants'))).toEqual([]);
    expect(await confirmGuard(host, id)).toBe('none');
    expect(readdirSync(host.root)).not.toContain('undone');
  });

  test('is taken back at once on "no"', async () => {
    const host = systemdHost();
    const { id } = await armGuard(host, request(host));
    await revertGuard(host, id, 10_000);
    expect(readdirSync(host.root)).toContain('undone');
    expect(unitsOf(host)).toEqual([]);
  });

  test('keeps its timer when taking it back fails', async () => {
    const host = systemdHost();
    const { id } = await armGuard(host, request(host, ['/bin/false']));
    await expect(revertGuard(host, id, 10_000)).rejects.toThrow(RunFailedError);
    expect(await guardState(host, id)).toBe('failed');
    expect(unitsOf(host)).toHaveLength(2);
    expect(await confirmGuard(host, id)).toBe('too-late');
  });

  test('cannot be confirmed while or after it is taken back', async () => {
    const host = systemdHost();
    const { id } = await armGuard(host, request(host));
    const running = host.resolve(`/run/state/running.proxsave-guard-${id}.service`);
    writeFileSync(running, '');
    expect(await guardState(host, id)).toBe('reverting');
    expect(await confirmGuard(host, id)).toBe('too-late');
    rmSync(running);
    await host.commands.run({
      argv: ['systemctl', 'start', `proxsave-guard-${id}.service`],
      timeoutMs: 9_000,
      maxOutputBytes: 99,
    });
    expect(await guardState(host, id)).toBe('reverted');
    expect(await confirmGuard(host, id)).toBe('too-late');
    expect(unitsOf(host)).toEqual([]);
  });

  test('is refused without systemd, and leaves nothing when the timer does not start', async () => {
    const bare = fakeHost({
      files: { '/etc/systemd/system/': '' },
      commands: { systemctl: systemctlStub() },
    });
    await expect(armGuard(bare, request(bare))).rejects.toThrow(EnvironmentError);
    expect(unitsOf(bare)).toEqual([]);
    const refusing = systemdHost();
    writeFileSync(refusing.resolve('/refuse'), '');
    await expect(armGuard(refusing, request(refusing))).rejects.toThrow('refused by test');
    expect(unitsOf(refusing)).toEqual([]);
  });
});

describe('the units of a guard', () => {
  test('quote what systemd would take for its own', () => {
    expect(renderCommand(['/usr/bin/proxsave', 'undo', 'a b', '50%', '$HOME', 'q"\\'])).toBe(
      '/usr/bin/proxsave undo "a b" "50%%" "$$HOME" "q\\"\\\\"',
    );
    expect(() => renderCommand(['proxsave'])).toThrow(RangeError);
    expect(() => renderCommand(['/bin/sh', 'a\nb'])).toThrow(RangeError);
  });

  test.each([
    ['an id that leaves the directory', { id: '../x' }],
    ['no time', { timeoutSeconds: 0 }],
    ['no command', { commands: [] }],
  ])('are refused for %s', (_case, fault) => {
    const good = { id: 'x', title: 't', commands: [['/bin/true']] as [string][], timeoutSeconds: 60 };
    expect(() => renderGuardUnits({ ...good, ...fault })).toThrow(RangeError);
  });

  test.skipIf(!hasPrograms('systemd-analyze'))(
    'are what systemd-analyze accepts (needs systemd-analyze)',
    () => {
      const directory = mkdtempSync(join(tmpdir(), 'proxsave-guard-'));
      onTestFinished(() => {
        rmSync(directory, { recursive: true, force: true });
      });
      const units = renderGuardUnits({
        id: '20260101-120000',
        title: 'network 100% "new"',
        commands: [
          ['/bin/true', 'a b', '$x', '%'],
          ['/bin/sh', '-c', 'echo "$1"', 'sh', "it's"],
        ],
        timeoutSeconds: 180,
      });
      writeFileSync(join(directory, units.serviceName), units.service);
      writeFileSync(join(directory, units.timerName), units.timer);
      const verify = (name: string) =>
        spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', join(directory, name)], {
          encoding: 'utf8',
        });
      for (const name of [units.serviceName, units.timerName]) {
        const { status, stderr } = verify(name);
        expect({ status, about: stderr.split('\n').filter((line) => line.includes('proxsave')) }).toEqual({
          status: 0,
          about: [],
        });
      }
      // The judge does find faults.
      writeFileSync(
        join(directory, units.serviceName),
        units.service.replace('Type=oneshot', 'Type=nonsense'),
      );
      expect(verify(units.serviceName).stderr).toContain('nonsense');
      expect(readFileSync(join(directory, units.timerName), 'utf8')).toContain('OnActiveSec=180');
      expect(execFileSync('systemd-analyze', ['timespan', '180'], { encoding: 'utf8' })).toContain('3min');
    },
  );
});
