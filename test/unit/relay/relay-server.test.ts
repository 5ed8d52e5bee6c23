import { chmodSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  readRelayCredentials,
  relaySecretFile,
} from '../../../src/notifications/relay-client/relay-credentials.ts';
import { pairWithRelay } from '../../../src/notifications/relay-client/pair-with-relay.ts';
import { sendTelegramByRelay } from '../../../src/notifications/relay-client/relay-client.ts';
import { createPairingCode, listRelayHosts } from '../../../src/relay/manage-relay.ts';
import { startRelay } from '../../../src/relay/start-relay.ts';
import { relayPaths } from '../../../src/util/relay-protocol.ts';
import { hasPrograms } from '../../support/needs.ts';
import { makeCertificate } from '../../support/smtp-receiver.ts';
import { botToken, machine, neverAborts, pairedHost, rawRequest, startTestRelay } from './relay-setup.ts';

const account = { TELEGRAM_BOT_TOKEN: botToken, TELEGRAM_CHAT_ID: '1' };
const start = (keys: Record<string, string>) => {
  const { host, config } = machine('relay', keys);
  return startRelay(host, config, neverAborts);
};

test('tells that it is well to anybody, and nothing else', async () => {
  const { relay } = await startTestRelay();
  expect(await rawRequest(relay.address, relayPaths.health, { method: 'GET' })).toMatchObject({
    status: 200,
    body: { status: 'ok' },
  });
  for (const [method, path] of [
    ['GET', relayPaths.telegram],
    ['POST', '/'],
    ['GET', '/v1/hosts'],
    ['PUT', relayPaths.pair],
  ]) {
    expect((await rawRequest(relay.address, path!, { method: method! })).status).toBe(404);
  }
});

test('ends when its signal aborts, and when it is closed', async () => {
  const aborted = await startTestRelay();
  aborted.abort();
  await aborted.relay.closed;
  await expect(rawRequest(aborted.relay.address, relayPaths.health, { method: 'GET' })).rejects.toThrow(
    'ECONNREFUSED',
  );
  const closed = await startTestRelay();
  await closed.relay.close();
  await closed.relay.closed;
});

describe('a relay that cannot work does not start', () => {
  test.each([
    [{ ...account, RELAY_LISTEN: 'relay.example.net:1' }, 'not an address with a port'],
    [{ ...account, RELAY_LISTEN: '127.0.0.1' }, 'not an address with a port'],
    [{ ...account, RELAY_LISTEN: '0.0.0.0:0' }, 'without TLS would serve every network'],
    [{ ...account, RELAY_LISTEN: '[::]:0' }, 'without TLS would serve every network'],
    [{ ...account, RELAY_LISTEN: '192.0.2.1:0' }, 'this machine has no address 192.0.2.1'],
    [{ ...account, RELAY_TLS_CERT_FILE: '/cert.pem' }, 'one is empty'],
    [
      { ...account, RELAY_TLS_CERT_FILE: '/none', RELAY_TLS_KEY_FILE: '/none' },
      'cannot read RELAY_TLS_CERT_FILE',
    ],
    [{ RELAY_LISTEN: '127.0.0.1:0' }, 'neither a Telegram bot nor a mail server'],
  ])('%j', async (keys, problem) => {
    await expect(start(keys)).rejects.toThrow(problem);
  });

  test('because its port is in use', async () => {
    const { relay } = await startTestRelay();
    const { port } = new URL(relay.address);
    await expect(start({ ...account, RELAY_LISTEN: `127.0.0.1:${port}` })).rejects.toThrow(
      `port ${port} of 127.0.0.1 is in use`,
    );
  });

  test('because others may read its key', async () => {
    const { host, config } = machine('relay', { ...account, RELAY_LISTEN: '127.0.0.1:0' });
    await createPairingCode(host, config);
    chmodSync(host.resolve('/var/lib/proxsave-relay/relay.key'), 0o644);
    await expect(startRelay(host, config, neverAborts)).rejects.toThrow('others may read it');
  });

  test('because its database was written by a newer version', async () => {
    const { host, config } = machine('relay', account);
    await createPairingCode(host, config);
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(host.resolve('/var/lib/proxsave-relay/relay.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(listRelayHosts(host, config)).rejects.toThrow('newer version');
  });

  test('because its database is none', async () => {
    const { host, config } = machine('relay', account);
    await createPairingCode(host, config);
    writeFileSync(host.resolve('/var/lib/proxsave-relay/relay.db'), 'x'.repeat(10_000));
    await expect(listRelayHosts(host, config)).rejects.toThrow('cannot open the state of the relay');
  });
});

test.skipIf(!hasPrograms('openssl'))(
  'over TLS, hosts that trust its certificate pair and send (needs openssl)',
  async () => {
    const certificate = makeCertificate();
    const keys = { RELAY_TLS_CERT_FILE: '/etc/relay/cert.pem', RELAY_TLS_KEY_FILE: '/etc/relay/key.pem' };
    const files = { '/etc/relay/cert.pem': certificate.cert, '/etc/relay/key.pem': certificate.key };
    const running = await startTestRelay(keys, {}, files);
    expect(running.relay.address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const { code } = await createPairingCode(running.host, running.config);
    const trusting = machine(
      'pve1',
      { RELAY_URL: running.relay.address, RELAY_CA_FILE: '/ca.pem' },
      { '/ca.pem': certificate.cert },
    );
    const request = { url: running.relay.address, code, secretFile: relaySecretFile(trusting.config) };
    // Nobody vouches for it until RELAY_CA_FILE does.
    await expect(pairWithRelay(trusting.host, request)).rejects.toThrow('certificate');
    await pairWithRelay(trusting.host, { ...request, caFile: trusting.config.values.RELAY_CA_FILE! });
    const message = { text: 'over TLS', format: 'text', is_silent: false } as const;
    const delivery = await sendTelegramByRelay(trusting.host, trusting.config, message, neverAborts);
    expect(delivery).toMatchObject({ status: 'sent' });
    expect(running.telegram.messages).toMatchObject([{ body: { text: 'over TLS' } }]);
  },
);

describe('the file with the secret of a host', () => {
  test('that others may read is refused', async () => {
    const paired = await pairedHost(await startTestRelay(), 'pve1');
    chmodSync(relaySecretFile(paired.config), 0o640);
    expect(() => readRelayCredentials(paired.host, paired.config)).toThrow('others may read it');
  });

  test('that holds something else is refused without being quoted', async () => {
    const paired = await pairedHost(await startTestRelay(), 'pve1');
    writeFileSync(relaySecretFile(paired.config), '{"secret":"PLANTED"}', { mode: 0o600 });
    expect(() => readRelayCredentials(paired.host, paired.config)).toThrow(
      /^(?!.*PLANTED).*is not a file that pairing/,
    );
  });

  test('lies where RELAY_SECRET_FILE says', () => {
    const { config } = machine('pve1', { RELAY_SECRET_FILE: '/etc/proxsave/other.secret' });
    expect(relaySecretFile(config)).toMatch(/\/etc\/proxsave\/other\.secret$/);
  });
});
