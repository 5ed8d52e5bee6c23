// The relay as a service under a real systemd: it starts from the unit that `proxsave relay unit` prints, hardened as that is,
// keeps its hosts over restarts and reboots, and administration by root does not get in its way.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noContainer, projectInContainer, startContainer, type Container } from '../support/container.ts';
import { until } from '../support/run-program.ts';
import { makeCertificate } from '../support/smtp-receiver.ts';

const proxsave = `${projectInContainer}/proxsave`;
const config = `TELEGRAM_BOT_TOKEN=1234567:PLANTED-token-of-the-relay
TELEGRAM_CHAT_ID=-1001
SMTP_HOST=127.0.0.1
RELAY_LISTEN=127.0.0.1:8765
`;

describe.skipIf(noContainer !== undefined)(
  `the relay under systemd (needs ${noContainer ?? 'nothing'})`,
  () => {
    let machine: Container;
    beforeAll(async () => {
      machine = await startContainer();
      machine.write('/etc/proxsave/backup.env', config, 0o600);
      const unit = machine.must([proxsave, 'relay', 'unit']);
      machine.write('/etc/systemd/system/proxsave-relay.service', unit);
      machine.must(['systemctl', 'daemon-reload']);
    }, 960_000);
    afterAll(async () => {
      await machine.stop();
    });

    const health = () =>
      machine.run([
        `${projectInContainer}/node_modules/.bin/node`,
        '-e',
        'fetch("http://127.0.0.1:8765/v1/health").then(async (r) => console.log(r.status, await r.text()), (e) => console.log(String(e.cause)))',
      ]).stdout;
    const isHealthy = () => health().startsWith('200 {"status":"ok"}');
    const pair = (code: string, url = 'http://127.0.0.1:8765') =>
      machine.run([proxsave, 'notify', 'pair', '--relay', url, '--code-fd', '0', '--json'], { input: code });
    const journal = () => machine.must(['journalctl', '-u', 'proxsave-relay', '-o', 'cat', '--no-pager']);

    test('starts from its unit, whatever root did to its state before', async () => {
      // The state directory is then there, owned by root.
      const code = machine.must([proxsave, 'relay', 'code']);
      machine.must(['systemctl', 'enable', '--now', 'proxsave-relay']);
      await until('the relay answers', isHealthy);
      expect(journal()).toContain('listening on http://127.0.0.1:8765, sends by telegram and mail');
      const paired = pair(code);
      expect(paired.code, paired.stderr + journal()).toBe(0);
      expect(JSON.parse(paired.stdout)).toMatchObject({ channels: ['telegram', 'mail'] });
    });

    test('is not root and can get no more rights', () => {
      const pid = machine.must(['systemctl', 'show', '-P', 'MainPID', 'proxsave-relay']).trim();
      const status = machine.must(['cat', `/proc/${pid}/status`]);
      expect(status).toMatch(/^Uid:\t[1-9]\d{3,}\t/m);
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).toMatch(/^Seccomp:\t2$/m);
    });

    test('keeps its hosts over a restart, a kill and a reboot', async () => {
      const hosts = () =>
        (JSON.parse(machine.must([proxsave, 'relay', 'hosts', '--json'])) as { hosts: object[] }).hosts;
      expect(hosts()).toHaveLength(1);
      machine.must(['systemctl', 'restart', 'proxsave-relay']);
      await until('it answers after a restart', isHealthy);
      // The wait before a restart is the unit's own affair.
      machine.write(
        '/run/systemd/system/proxsave-relay.service.d/soon.conf',
        '[Service]\nRestartSec=100ms\n',
      );
      machine.must(['systemctl', 'daemon-reload']);
      machine.must(['systemctl', 'kill', '-s', 'KILL', 'proxsave-relay']);
      await until('systemd starts it again', () => {
        const restarts = machine.must(['systemctl', 'show', '-P', 'NRestarts', 'proxsave-relay']).trim();
        return restarts === '1' && isHealthy();
      });
      await machine.reboot();
      await until('it answers after a reboot', isHealthy);
      expect(hosts()).toHaveLength(1);
      const again = pair(machine.must([proxsave, 'relay', 'code']));
      expect(again.code, again.stderr).toBe(0);
      expect(hosts()).toHaveLength(2);
    });

    test('a machine that was lost and restored has its hosts again, with the secrets that they know', async () => {
      const state = '/var/lib/private/proxsave-relay';
      const hosts = () => machine.must([proxsave, 'relay', 'hosts', '--json']);
      const ids = () =>
        (JSON.parse(hosts()) as { hosts: { hostId: string }[] }).hosts.map(({ hostId }) => hostId);
      const [before, key] = [ids(), machine.must(['cat', `${state}/relay.key`])];
      const backup = machine.run([proxsave, 'backup', '--only', 'own-config']);
      expect(backup.code, backup.stderr).toBeLessThan(2);
      machine.must(['systemctl', 'stop', 'proxsave-relay']);
      machine.must(['rm', '-rf', '/var/lib/proxsave-relay', state]);
      const restored = machine.run([proxsave, 'restore', 'latest', '--only', 'own-config', '--yes']);
      expect(restored.code, restored.stdout + restored.stderr).toBeLessThan(2);
      // The user that the service had is gone; systemd gives it the files anew.
      machine.must(['chown', '-R', '12345:12345', state]);
      machine.must(['systemctl', 'start', 'proxsave-relay']);
      await until('it answers after the restore', isHealthy);
      expect(ids()).toEqual(before);
      expect(machine.must(['cat', `${state}/relay.key`])).toBe(key);
      const again = pair(machine.must([proxsave, 'relay', 'code']));
      expect(again.code, again.stderr + journal()).toBe(0);
    }, 120_000);

    test('an orderly stop is no failure, and nothing in the journal is secret', () => {
      machine.must(['systemctl', 'stop', 'proxsave-relay']);
      expect(machine.run(['systemctl', 'is-failed', 'proxsave-relay']).stdout.trim()).toBe('inactive');
      expect(journal()).toMatch(/stopped/);
      expect(machine.must(['journalctl', '--no-pager'])).not.toContain('PLANTED');
    });

    test('with TLS it gets certificate and key, which only root may read, as credentials', async () => {
      const { cert, key } = makeCertificate();
      machine.write('/etc/proxsave/relay.crt', cert, 0o600);
      machine.write('/etc/proxsave/relay.key', key, 0o600);
      const files =
        'RELAY_TLS_CERT_FILE=/etc/proxsave/relay.crt\nRELAY_TLS_KEY_FILE=/etc/proxsave/relay.key\n';
      machine.write(
        '/etc/proxsave/backup.env',
        `${config}${files}RELAY_CA_FILE=/etc/proxsave/relay.crt\n`,
        0o600,
      );
      machine.write('/etc/systemd/system/proxsave-relay.service', machine.must([proxsave, 'relay', 'unit']));
      machine.must(['systemctl', 'daemon-reload']);
      machine.must(['systemctl', 'start', 'proxsave-relay']);
      await until('it listens', () => journal().includes('listening on https://127.0.0.1:8765'));
      const paired = pair(machine.must([proxsave, 'relay', 'code']), 'https://127.0.0.1:8765');
      expect(paired.code, paired.stdout + paired.stderr).toBe(0);
      machine.must(['systemctl', 'stop', 'proxsave-relay']);
    });

    test('refuses to start without a way to send, and says so in the journal', async () => {
      machine.write('/etc/proxsave/backup.env', 'RELAY_LISTEN=127.0.0.1:8765\n', 0o600);
      machine.run(['systemctl', 'start', 'proxsave-relay']);
      await until('the journal says why', () =>
        journal().includes('the relay has neither a Telegram bot nor a mail server to send with'),
      );
      machine.must(['systemctl', 'stop', 'proxsave-relay']);
    });
  },
);
