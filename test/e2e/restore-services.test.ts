// A restore on a booted Debian with systemd: everything comes back as it was saved, the undo brings back the wreck, and services
// that ran before run after, whatever happens meanwhile.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { noContainer, startContainer, type Container } from '../support/container.ts';
import { hasPrograms } from '../support/needs.ts';
import {
  manifestOf,
  mustProxsave,
  proxsaveSession,
  read,
  runProxsave,
  startProxsave,
  stateOf,
  waitUntil,
} from '../support/proxsave-machine.ts';

const restore = ['restore', 'latest', '--yes', '--with-review'] as const;

describe.skipIf(noContainer !== undefined)(
  `a restore on a host with systemd (needs ${noContainer ?? 'nothing'})`,
  { timeout: 240_000 },
  () => {
    let machine: Container;
    const sh = (script: string) => machine.must(['sh', '-ec', script]);
    const manifest = () => manifestOf(machine, '/etc', '/root', '/usr/local/bin', '/var/spool/cron');
    const wreck = () =>
      sh(`rm -f /etc/cron.d/job /etc/crontab /root/.profile
        echo '# another' >>/etc/ssh/sshd_config; chmod 0777 /etc/ssh/sshd_config
        ln -sfn /etc/passwd /etc/cron.d/link; chown 1:1 /usr/local/bin/tool
        rm -f /etc/systemd/system/mine.service /etc/systemd/system/multi-user.target.wants/mine.service
        for n in $(seq 50); do echo wreck >/etc/cron.d/many-$n; done`);

    beforeAll(async () => {
      machine = await startContainer();
      machine.write('/etc/cron.d/job', '* * * * * root true\n');
      machine.write('/usr/local/bin/tool', '#!/bin/sh\n', 0o750);
      machine.write(
        '/etc/systemd/system/mine.service',
        '[Service]\nExecStart=sleep infinity\n[Install]\nWantedBy=multi-user.target\n',
      );
      sh(`ln -s job /etc/cron.d/link; systemctl enable mine.service
        for n in $(seq 50); do echo "# $n" >/etc/cron.d/many-$n; done`);
      mustProxsave(machine, 'backup');
    }, 960_000);
    afterAll(async () => {
      await machine.stop();
    });
    beforeEach(() => {
      sh('systemctl daemon-reload; systemctl reset-failed; systemctl start cron.service ssh.service');
    });

    test('brings everything back, tells the services, and the undo brings back the wreck', () => {
      const saved = manifest();
      wreck();
      const wrecked = manifest();
      const cronBefore = machine.must(['systemctl', 'show', '-P', 'MainPID', 'cron.service']);
      const said = mustProxsave(machine, ...restore);
      expect(manifest()).toEqual(saved);
      expect(stateOf(machine, 'cron.service')).toBe('active');
      expect(machine.must(['systemctl', 'show', '-P', 'MainPID', 'cron.service'])).not.toBe(cronBefore);
      expect(stateOf(machine, 'ssh.service')).toBe('active');
      // systemd has read the unit that came back; nothing started it, and that is said.
      expect(machine.must(['systemctl', 'is-enabled', 'mine.service']).trim()).toBe('enabled');
      expect(stateOf(machine, 'mine.service')).toBe('inactive');
      expect(said).toContain('systemctl start mine.service');

      mustProxsave(machine, 'undo', '--yes');
      expect(manifest()).toEqual(wrecked);
      expect(stateOf(machine, 'cron.service')).toBe('active');
      mustProxsave(machine, ...restore);
      expect(manifest()).toEqual(saved);
      expect(
        machine.run(['systemctl', 'list-units', '--all', 'proxsave-services*', '--plain']).stdout,
      ).toMatch(/^0 loaded units/mu);
    });

    test('leaves a service that did not run as it is', () => {
      wreck();
      sh('systemctl stop cron.service');
      mustProxsave(machine, ...restore);
      expect(stateOf(machine, 'cron.service')).toBe('inactive');
    });

    test('starts what it stopped when it is killed, and the undo or the resume ends what was begun', async () => {
      const saved = manifest();
      for (const ending of [
        ['undo', '--yes'],
        ['restore', '--resume'],
      ]) {
        wreck();
        const wrecked = manifest();
        const killed = startProxsave(machine, 'killed', ...restore);
        await waitUntil('cron is stopped', () => stateOf(machine, 'cron.service') !== 'active');
        killed.signal('KILL');
        await waitUntil('it is dead', () => killed.code() === 137);
        await waitUntil('cron runs again', () => stateOf(machine, 'cron.service') === 'active');
        const [id = ''] =
          /^\S+(?= {2}(?:cut off|prepared))/mu.exec(mustProxsave(machine, 'undo', '--list')) ?? [];
        expect(id).not.toBe('');
        mustProxsave(machine, ...ending, id);
        expect(manifest()).toEqual(ending[0] === 'undo' ? wrecked : saved);
        expect(stateOf(machine, 'cron.service')).toBe('active');
      }
    });

    test('goes on when the terminal is gone, and is taken back as a whole or done as a whole', async () => {
      const saved = manifest();
      wreck();
      const wrecked = manifest();
      const hungUp = startProxsave(machine, 'hungup', ...restore);
      await waitUntil('cron is stopped', () => stateOf(machine, 'cron.service') !== 'active');
      hungUp.signal('HUP');
      hungUp.signal('INT');
      hungUp.signal('INT');
      await waitUntil('it has ended', () => hungUp.code() !== undefined);
      expect(stateOf(machine, 'cron.service')).toBe('active');
      expect(manifest()).toEqual(hungUp.code() === 0 ? saved : wrecked);
      mustProxsave(machine, ...restore);
    });

    test.skipIf(!hasPrograms('tmux'))(
      'ends what it began when its terminal is really gone (where tmux is installed)',
      async () => {
        const saved = manifest();
        wreck();
        const wrecked = manifest();
        const directory = mkdtempSync(join(tmpdir(), 'proxsave-services-'));
        onTestFinished(() => {
          rmSync(directory, { recursive: true, force: true });
        });
        const session = proxsaveSession(machine, directory, ...restore);
        await waitUntil('cron is stopped', () => stateOf(machine, 'cron.service') !== 'active');
        session.hangUp();
        await waitUntil('it has ended', () => machine.run(['pgrep', '-f', 'src/main.ts restore']).code !== 0);
        expect(stateOf(machine, 'cron.service')).toBe('active');
        expect([saved, wrecked]).toContainEqual(manifest());
        mustProxsave(machine, ...restore);
      },
    );

    test('on a host without systemd does its work, says what is to be told to whom, and guards no network', () => {
      const without = (...args: readonly string[]) =>
        machine.run([
          ...['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /run/systemd && exec "$@"', 'sh'],
          ...['/opt/proxsave/proxsave', ...args],
        ]);
      const saved = manifest();
      wreck();
      const cron = machine.must(['systemctl', 'show', '-P', 'MainPID', 'cron.service']);
      const { code, stdout, stderr } = without(...restore);
      expect(code, stderr).toBe(0);
      expect(manifest()).toEqual(saved);
      expect(machine.must(['systemctl', 'show', '-P', 'MainPID', 'cron.service'])).toBe(cron);
      expect(stdout).toContain('systemctl try-restart cron.service');

      machine.write('/etc/network/interfaces', 'auto lo\niface lo inet loopback\n# another\n');
      const before = read(machine, '/etc/network/interfaces');
      const live = without(...restore, '--include', 'network', '--apply-network');
      expect([live.code, live.stderr]).toEqual([
        3,
        expect.stringContaining('systemd does not run this host'),
      ]);
      expect(read(machine, '/etc/network/interfaces')).toBe(before);
      runProxsave(machine, ...restore);
      expect(manifest()).toEqual(saved);
    });

    test('kills a service that does not stop, after a countdown, and starts it again', () => {
      machine.write(
        '/etc/systemd/system/cron.service.d/stubborn.conf',
        `[Service]\nExecStart=\nExecStart=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'\nTimeoutStopSec=1h\nKillMode=control-group\n`,
      );
      sh('systemctl daemon-reload; systemctl restart --no-block cron.service; sleep 1');
      wreck();
      const { code, stdout, stderr } = runProxsave(machine, ...restore);
      expect(code, stdout + stderr).toBe(0);
      expect(stderr).toMatch(/stopping cron\.service \(\d+ s left\)/u);
      expect(stderr).toContain('cron.service does not stop: it is killed');
      expect(stateOf(machine, 'cron.service')).toBe('active');
      sh(
        'rm -r /etc/systemd/system/cron.service.d; systemctl daemon-reload; systemctl kill -s KILL cron.service || :; sleep 1',
      );
    });

    test('changes nothing when systemctl gives no answer to a stop', () => {
      machine.write(
        '/opt/slow/systemctl',
        `#!/bin/sh\ncase " $* " in *" stop --no-block "*) sleep 3600 ;; esac\nexec /usr/bin/systemctl "$@"\n`,
        0o755,
      );
      wreck();
      const before = manifest();
      const { code, stderr } = machine.run(['/opt/proxsave/proxsave', ...restore], {
        env: { PATH: '/opt/slow:/usr/sbin:/usr/bin:/sbin:/bin' },
      });
      expect(code, stderr).toBe(4);
      expect(stderr).toContain(
        'cron.service does not stop: systemctl gave no answer. Nothing of the host was changed',
      );
      expect(manifest()).toEqual(before);
      expect(stateOf(machine, 'cron.service')).toBe('active');
      mustProxsave(machine, ...restore);
    });

    test('says which service does not come up, and where to look', () => {
      machine.write('/etc/systemd/system/cron.service.d/broken.conf', '[Service]\nExecStartPre=/bin/false\n');
      sh('systemctl daemon-reload; rm -f /etc/cron.d/job');
      const { code, stderr } = runProxsave(machine, ...restore);
      expect(code, stderr).toBe(1);
      expect(stderr).toContain('cron.service was running before and does not run now');
      expect(stderr).toContain('journalctl -b -n 50 -u cron.service');
      sh('rm -r /etc/systemd/system/cron.service.d; systemctl daemon-reload');
    });

    test('reboots into a host that runs', async () => {
      await machine.reboot();
      expect(machine.run(['systemctl', 'is-system-running']).stdout.trim()).toBe('running');
      expect(stateOf(machine, 'mine.service')).toBe('active');
      expect(read(machine, '/etc/cron.d/job')).toBe('* * * * * root true\n');
    });
  },
);
