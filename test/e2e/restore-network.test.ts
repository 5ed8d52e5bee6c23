// The network of a restore on a booted Debian: guarded when it is changed at once, never one by which the host cannot be reached
// any more. Reached means: from the network behind its card, by SSH.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noContainer, startContainer, type Container } from '../support/container.ts';
import {
  addressesOf,
  giveNetwork,
  interfaces,
  isReached,
  mustProxsave,
  read,
  runProxsave,
  startProxsave,
  waitUntil,
} from '../support/proxsave-machine.ts';

const another = '198.51.100.7/32';
const file = '/etc/network/interfaces';
const only = ['restore', 'latest', '--yes', '--include', 'network', '--only', 'network'] as const;

describe.skipIf(noContainer !== undefined)(
  `the network of a restore (needs ${noContainer ?? 'nothing'})`,
  { timeout: 120_000 },
  () => {
    let machine: Container;
    const sh = (script: string) => machine.must(['sh', '-ec', script]);
    const hasAnother = () => addressesOf(machine).includes('198.51.100.7/32');
    const guards = () => sh('ls /etc/systemd/system').match(/proxsave-guard-\S+/gu) ?? [];
    const idOf = () => /^\S+(?= {2}applied)/mu.exec(mustProxsave(machine, 'undo', '--list'))?.[0] ?? '';
    const live = (seconds: number) => [...only, '--apply-network', '--confirm-within', String(seconds)];
    /** Restores the network with the other address, up to the question whether it may stay. */
    const apply = async (name: string, seconds: number) => {
      const restore = startProxsave(machine, name, ...live(seconds));
      await waitUntil('the guard waits', () => guards().some((unit) => unit.endsWith('.timer')));
      await waitUntil('the new network is up', hasAnother);
      return restore;
    };

    beforeAll(async () => {
      machine = await startContainer();
      await giveNetwork(machine);
      machine.write(file, interfaces(another));
      mustProxsave(machine, 'backup');
    }, 960_000);
    afterAll(async () => {
      await machine.stop();
    });
    beforeEach(() => {
      for (const unit of guards()) sh(`systemctl disable --now ${unit}; rm /etc/systemd/system/${unit}`);
      sh('systemctl daemon-reload; ip address flush dev eth0; ifdown --force eth0 2>/dev/null || true');
      machine.write(file, interfaces());
      sh('ifup --force eth0');
      expect(hasAnother()).toBe(false);
      expect(isReached(machine, '192.0.2.10')).toBe(true);
    });

    test('is in place for the next boot by default, and the running one stays as it is', async () => {
      mustProxsave(machine, ...only);
      expect(read(machine, file)).toContain(another);
      expect(hasAnother()).toBe(false);
      expect(guards()).toEqual([]);
      await machine.reboot();
      expect(hasAnother()).toBe(true);
      expect(isReached(machine, '192.0.2.10')).toBe(true);
    });

    test('is one by which the host is reached, though name, card and disks are of another machine', async () => {
      const name = read(machine, '/etc/hostname');
      const ownFstab = read(machine, '/etc/fstab');
      const ofOther = interfaces(undefined, '203.0.113.5/24').replaceAll('eth0', 'enp9s0');
      const disk = 'UUID=0b5e3f6e-1111-4c4c-8a8a-0123456789ab';
      machine.write(file, ofOther);
      machine.write('/etc/fstab', `${disk} / ext4 defaults 0 1\n${disk} /data ext4 defaults 0 2\n`);
      machine.write('/etc/hostname', 'other\n');
      const path = { env: { BACKUP_PATH: '/var/lib/other' } };
      const backup = machine.run(['/opt/proxsave/proxsave', 'backup'], path);
      expect(backup.code, backup.stderr).toBe(0);
      machine.write(file, interfaces());
      machine.write('/etc/fstab', ownFstab);
      machine.write('/etc/hostname', name);
      const restore = runProxsave(machine, 'restore', '--from', '/var/lib/other', '--yes', '--with-review');
      expect([0, 1], restore.stdout + restore.stderr).toContain(restore.code);
      expect(read(machine, '/etc/fstab')).not.toContain(`${disk} / `);
      await machine.reboot();
      expect(isReached(machine, '192.0.2.10')).toBe(true);
      mustProxsave(machine, 'undo', '--yes');
      expect(read(machine, file)).toBe(interfaces());
      expect(read(machine, '/etc/hostname')).toBe(name);
    });

    test('goes back by itself when nobody confirms it', async () => {
      const restore = await apply('late', 15);
      expect(read(machine, file)).toContain(another);
      await waitUntil('it has ended', () => restore.code() !== undefined);
      expect(restore.code(), restore.said()).toBe(17);
      expect(restore.said()).toContain('nobody confirmed the new network in time');
      expect(read(machine, file)).toBe(interfaces());
      expect(hasAnother()).toBe(false);
      expect(isReached(machine, '192.0.2.10')).toBe(true);
      expect(guards()).toEqual([]);
    });

    test('stays when it is confirmed', async () => {
      const restore = await apply('confirmed', 15);
      mustProxsave(machine, 'confirm');
      await waitUntil('it has ended', () => restore.code() !== undefined);
      expect(restore.code(), restore.said()).toBe(0);
      expect(guards()).toEqual([]);
      sh('sleep 16');
      expect(hasAnother()).toBe(true);
      expect(read(machine, file)).toContain(another);
    });

    test('goes back at once on "no", long before its time', async () => {
      const restore = await apply('no', 3_000);
      mustProxsave(machine, 'undo', idOf(), '--yes');
      expect(hasAnother()).toBe(false);
      expect(read(machine, file)).toBe(interfaces());
      await waitUntil('it has ended', () => restore.code() !== undefined);
      expect(restore.code(), restore.said()).toBe(17);
      expect(guards()).toEqual([]);
    });

    test('is settled once: it can neither be confirmed twice nor taken back past its guard', async () => {
      mustProxsave(machine, ...only);
      const [other = ''] = /^\S+/u.exec(mustProxsave(machine, 'undo', '--list')) ?? [];
      machine.write(file, interfaces());
      const restore = await apply('settled', 3_000);
      const id = idOf();
      expect(id).not.toBe(other);
      restore.signal('HUP');
      await waitUntil('it has ended', () => restore.code() !== undefined);
      const undoOther = runProxsave(machine, 'undo', other, '--yes');
      expect([undoOther.code, undoOther.stderr]).toEqual([
        16,
        expect.stringContaining('waits to be confirmed'),
      ]);
      const again = runProxsave(machine, ...only);
      expect([again.code, again.stderr]).toEqual([16, expect.stringContaining(`proxsave confirm ${id}`)]);
      // By hand, with the words that the guard uses: it is the guard all the same that takes it back.
      mustProxsave(machine, 'undo', id, '--yes', '--reload-network');
      expect(hasAnother()).toBe(false);
      expect(guards()).toEqual([]);
      for (const args of [['confirm'], ['confirm', id]]) {
        const { code, stderr } = runProxsave(machine, ...args);
        expect([code, stderr]).toEqual([2, expect.stringContaining('nothing waits to be confirmed')]);
      }
    });

    test('is gone for good when its guard was cut off between the undo and its own end', async () => {
      const restore = await apply('cut', 3_000);
      const id = idOf();
      restore.signal('KILL');
      await waitUntil('it is dead', () => restore.code() === 137);
      const service = `/etc/systemd/system/proxsave-guard-${id}.service`;
      const unit = read(machine, service);
      const cutOff = unit
        .replace(/^ExecStartPost=.*$/mu, 'ExecStartPost=/bin/false')
        .replace(/^Restart=.*$/mu, '');
      machine.write(service, cutOff);
      sh('systemctl daemon-reload');
      expect(machine.run(['systemctl', 'start', `proxsave-guard-${id}.service`]).code).not.toBe(0);
      expect(hasAnother()).toBe(false);
      machine.write(service, unit);
      sh(`systemctl daemon-reload; systemctl start proxsave-guard-${id}.service`);
      expect(machine.run(['systemctl', 'is-enabled', `proxsave-guard-${id}.timer`]).code).not.toBe(0);
      expect(read(machine, file)).toBe(interfaces());
      expect(runProxsave(machine, 'backup', '--dry-run').code).toBe(0);
    });

    test('goes back though the connection is lost and the restore is dead', async () => {
      const restore = await apply('lost', 15);
      restore.signal('HUP');
      await waitUntil('it has ended', () => restore.code() !== undefined);
      expect(restore.said()).toMatch(/proxsave confirm \S+/u);
      expect(hasAnother()).toBe(true);
      await waitUntil('it went back', () => !hasAnother());
      await waitUntil('the file, too', () => read(machine, file) === interfaces());
    });

    test('goes back after a loss of power, and backups hold still until then', async () => {
      await apply('power', 20);
      await machine.crash();
      expect(hasAnother()).toBe(true);
      const backup = runProxsave(machine, 'backup');
      expect(backup.code, backup.stderr).toBe(16);
      expect(backup.stderr).toContain('waits to be confirmed');
      await waitUntil('it went back', () => !hasAnother());
      await waitUntil('the file, too', () => read(machine, file) === interfaces());
      await waitUntil('backups go on', () => runProxsave(machine, 'backup', '--dry-run').code === 0);
      await machine.reboot();
      expect(hasAnother()).toBe(false);
      expect(isReached(machine, '192.0.2.10')).toBe(true);
    });

    test('can be confirmed after a reboot', async () => {
      await apply('later', 30);
      await machine.reboot();
      const id = idOf();
      mustProxsave(machine, 'confirm', id);
      expect(guards()).toEqual([]);
      expect(hasAnother()).toBe(true);
      mustProxsave(machine, 'undo', id, '--yes', '--reload-network');
      expect(hasAnother()).toBe(false);
    });

    test('is taken back at once when the host loses its link and its default route by it', () => {
      const broken = `ip route del default; ip -n lan link set lan0 down`;
      machine.write(
        '/etc/network/if-up.d/breaks',
        `#!/bin/sh\ncase "$IFACE" in eth0) grep -q 198.51 ${file} && { ${broken}; } ;; esac; exit 0\n`,
        0o755,
      );
      const { code, stderr } = runProxsave(machine, ...live(3_000));
      sh('rm /etc/network/if-up.d/breaks; ip -n lan link set lan0 up');
      expect(code, stderr).toBe(17);
      expect(stderr).toContain('there is no default route any more');
      expect(stderr).toContain('network card eth0 has lost its link');
      expect(read(machine, file)).toBe(interfaces());
      expect(hasAnother()).toBe(false);
      expect(isReached(machine, '192.0.2.10')).toBe(true);
    });
  },
);
