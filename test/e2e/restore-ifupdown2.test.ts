// The network of a restore with ifupdown2, which Proxmox hosts have, on a booted Debian: checked before it is put in place, set up and
// taken back while the host runs, with a person at a terminal who says yes, no, or nothing.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { noContainer, startContainer, type Container } from '../support/container.ts';
import { hasPrograms } from '../support/needs.ts';
import {
  giveNetwork,
  installIfupdown2,
  interfaces,
  isReached,
  mustProxsave,
  proxsaveSession,
  read,
  runProxsave,
  waitUntil,
} from '../support/proxsave-machine.ts';
import type { TerminalSession } from '../support/terminal-session.ts';

const file = '/etc/network/interfaces';
const onlyNetwork = ['--include', 'network', '--only', 'network'] as const;

/** As the installer of Proxmox VE writes it, and a bridge for guests alone. */
const bridged = (more = '') => `auto lo
iface lo inet loopback

iface eth0 inet manual

auto vmbr0
iface vmbr0 inet static
	address 192.0.2.10/24
	gateway 192.0.2.1
	bridge-ports eth0
	bridge-stp off
	bridge-fd 0
${more}
auto vmbr1
iface vmbr1 inet manual
	bridge-ports none
	bridge-stp off
	bridge-fd 0

source /etc/network/interfaces.d/*
`;

const lacking = noContainer ?? (hasPrograms('tmux') ? undefined : 'tmux');

describe.skipIf(lacking !== undefined)(
  `the network of a restore with ifupdown2 (needs ${lacking ?? 'nothing'})`,
  { timeout: 120_000 },
  () => {
    let machine: Container;
    const sh = (script: string) => machine.must(['sh', '-ec', script]);
    const isBridged = () => sh('ip -br -4 address show').includes('vmbr0');
    const guards = () => sh('ls /etc/systemd/system').match(/proxsave-guard-\S+/gu) ?? [];
    /** An archive of this configuration; the host keeps its own. */
    const save = (text: string) => {
      machine.write(file, text);
      sh('rm -rf /var/lib/proxsave/backups');
      mustProxsave(machine, 'backup');
      machine.write(file, interfaces());
    };
    /** Up to the question whether the new network may stay. */
    const atQuestion = async (...flags: readonly string[]): Promise<TerminalSession> => {
      const directory = mkdtempSync(join(tmpdir(), 'proxsave-ifupdown2-'));
      onTestFinished(() => {
        rmSync(directory, { recursive: true, force: true });
      });
      const args = ['restore', 'latest', ...onlyNetwork, '--apply-network', ...flags];
      const session = proxsaveSession(machine, directory, ...args);
      await see(session, 'Type the name of this host (testbox)');
      session.type('testbox');
      session.press('Enter');
      // Impatience is no answer to a question that nobody has seen yet.
      await see(session, 'Putting contents and a snapshot aside');
      session.press('Enter', 'y', 'Enter');
      await waitUntil('it is asked', () => /Keep[\s│]+it\?|ended with/u.test(session.screen()));
      return session;
    };
    const see = (session: TerminalSession, text: string) =>
      waitUntil(`the screen shows ${text}`, () => session.screen().includes(text));
    const expectTakenBack = () => {
      expect(read(machine, file)).toBe(interfaces());
      expect(isBridged()).toBe(false);
      expect(isReached(machine, '192.0.2.10')).toBe(true);
      expect(guards()).toEqual([]);
    };

    beforeAll(async () => {
      machine = await startContainer();
      installIfupdown2(machine);
      await giveNetwork(machine);
    }, 960_000);
    afterAll(async () => {
      await machine.stop();
    });
    beforeEach(() => {
      for (const unit of guards()) sh(`systemctl disable --now ${unit}; rm /etc/systemd/system/${unit}`);
      sh('systemctl daemon-reload');
      machine.write(file, interfaces());
      sh('ifreload -a');
      expect(isReached(machine, '192.0.2.10')).toBe(true);
    });

    test('is refused before anything changes when ifupdown2 does not understand it', () => {
      for (const [bad, words] of [
        ['iface eth7 inet nonsense', 'unsupported address method'],
        ['auto eth7\niface eth7 inet static\n\taddress 999.0.2.1/24', 'invalid value "999.0.2.1/24"'],
      ] as const) {
        save(`${bridged()}\n${bad}\n`);
        const { stdout } = runProxsave(machine, 'restore', 'latest', '--yes', ...onlyNetwork);
        expect(stdout.replaceAll(/\s+/gu, ' ')).toContain(words);
        expect(read(machine, file)).toBe(interfaces());
      }
    });

    test('"yes" keeps it: the bridge has the address and the card', async () => {
      save(bridged());
      const session = await atQuestion('--confirm-within', '3000');
      expect(isBridged()).toBe(true);
      session.press('y');
      await see(session, 'ended with 0');
      expect(read(machine, file)).toBe(bridged());
      expect(isReached(machine, '192.0.2.10')).toBe(true);
      expect(guards()).toEqual([]);
      mustProxsave(machine, 'undo', '--yes', '--reload-network');
      expectTakenBack();
    });

    test('"no" takes it back at once; the question names a card that is not there and one without a link', async () => {
      sh('ip link add eth1 type veth peer name nowhere; ip link set nowhere down');
      save(bridged('\nauto eth1\niface eth1 inet manual\n\nauto eth9\niface eth9 inet manual\n'));
      const session = await atQuestion('--confirm-within', '3000');
      expect(isBridged()).toBe(true);
      const said = session.screen().replaceAll(/[\s│]+/gu, ' ');
      expect(said).toContain('network card eth1 has no link');
      expect(said).toContain('there is no network card eth9');
      session.press('n');
      await see(session, 'ended with 17');
      expect(session.screen()).toContain('the new network was not wanted');
      expectTakenBack();
      sh('ip link delete eth1');
    });

    test('a question that is not answered goes away with its time, and the network goes back', async () => {
      save(bridged());
      const session = await atQuestion('--confirm-within', '10');
      await waitUntil('it has ended', () => session.screen().includes('ended with'));
      expect(session.screen()).toContain('ended with 17');
      expect(session.screen()).toContain('nobody confirmed the new network in time');
      expectTakenBack();
    });

    test('Ctrl-C leaves the question, and the answer may come from elsewhere', async () => {
      save(bridged());
      const session = await atQuestion('--confirm-within', '3000');
      session.press('C-c');
      await see(session, 'not answered here');
      expect(guards()).toHaveLength(2);
      mustProxsave(machine, 'confirm');
      await see(session, 'ended with 0');
      expect(isBridged()).toBe(true);
      mustProxsave(machine, 'undo', '--yes', '--reload-network');
    });
  },
);
