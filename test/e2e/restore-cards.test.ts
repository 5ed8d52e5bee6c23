// Onto other network cards with a person at a terminal: which card is which is asked in a table, and the answer is worth the same
// as `--map` and `--skip-network`. And every question can be left without a change.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasPrograms } from '../support/needs.ts';
import { hostFacts, restore, restoredHost, savedHost } from '../support/restore-host.ts';
import { launcher } from '../support/run-program.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startSession, type TerminalSession } from '../support/terminal-session.ts';

/** A card on the bus, as sysfs shows it. */
function card(name: string, mac: string, slot: string, index: number): Record<string, string> {
  const device = `/sys/devices/pci0000:00/0000:00:${slot}.0`;
  return {
    [`${device}/net/${name}/address`]: `${mac}\n`,
    [`${device}/net/${name}/ifindex`]: `${index}\n`,
    [`${device}/net/${name}/operstate`]: 'up\n',
    [`${device}/net/${name}/device`]: `-> ../../../0000:00:${slot}.0`,
    [`/sys/class/net/${name}`]: `-> ../../devices/pci0000:00/0000:00:${slot}.0/net/${name}`,
  };
}

const configured = `auto lo
iface lo inet loopback

iface eno1 inet manual
iface eno2 inet manual

auto vmbr0
iface vmbr0 inet static
\taddress 192.0.2.1/24
\tgateway 192.0.2.254
\tbridge-ports eno1

auto vmbr1
iface vmbr1 inet manual
\tbridge-ports eno2
`;

const savedThere = () =>
  savedHost({
    ...restoredHost,
    ...card('eno1', '02:00:00:00:00:01', '1e', 2),
    ...card('eno2', '02:00:00:00:00:02', '1f', 3),
    '/etc/network/interfaces': configured,
  });

const otherCards = () =>
  createSandbox({
    files: {
      ...restoredHost,
      ...card('ens18', '02:00:00:00:00:98', '12', 2),
      ...card('ens19', '02:00:00:00:00:99', '13', 3),
    },
  });

const interfacesOf = ({ root }: Sandbox) => readFileSync(join(root, 'etc/network/interfaces'), 'utf8');

const tableQuestion = 'Network cards of the backup';
const lastQuestion = 'Type the name of this host (node1)';

/** At the table, having said that everything comes back. */
async function atTable(here: Sandbox, archive: string, flags = '--mode full'): Promise<TerminalSession> {
  const command = `${launcher} restore --root ${here.root} --from ${archive} ${flags}`;
  const session = startSession(here.base, command, here.env);
  await session.waitFor(tableQuestion);
  return session;
}

async function goOn(session: TerminalSession): Promise<void> {
  await session.waitFor(lastQuestion);
  session.type('node1');
  session.press('Enter');
  await session.waitFor('Take it all back');
}

describe.skipIf(!hasPrograms('tmux'))(
  'on other network cards, at a terminal (where tmux is installed)',
  () => {
    test('each card is shown with what it may be, and Enter takes what is proposed', async () => {
      const there = await savedThere();
      const here = otherCards();
      const session = await atTable(here, there.archive);
      expect(session.screen()).toMatch(
        /eno1 {2}02:00:00:00:00:01 {2}0000:00:1e\.0 .*-> {2}ens18 \(a guess\)/u,
      );
      expect(session.screen()).toMatch(
        /eno2 {2}02:00:00:00:00:02 {2}0000:00:1f\.0 .*-> {2}ens19 \(a guess\)/u,
      );
      session.press('Enter');
      await session.waitFor('The same without questions: --map eno1=ens18,eno2=ens19');
      await goOn(session);

      const twin = otherCards();
      const map = ['--map', 'eno1=ens18,eno2=ens19'];
      const { code, stderr } = await restore(twin, ['--from', there.archive, '--yes', ...map]);
      expect(code, stderr).toBeLessThanOrEqual(1);
      expect(interfacesOf(here)).toBe(configured.replaceAll('eno1', 'ens18').replaceAll('eno2', 'ens19'));
      expect(interfacesOf(twin)).toBe(interfacesOf(here));
    });

    test('another card is chosen, and whoever had it is left out until it gets one', async () => {
      const there = await savedThere();
      const here = otherCards();
      const session = await atTable(here, there.archive);
      session.press('Down', 'Enter');
      await session.waitFor('Which card of this host is eno1');
      expect(session.screen()).toContain('02:00:00:00:00:99');
      session.press('Down', 'Enter');
      await session.waitFor('ens19 (as you said)');
      expect(session.screen()).toMatch(/eno2 .*-> {2}left out/u);
      session.press('Down', 'Enter');
      await session.waitFor('Which card of this host is eno2');
      session.press('Up', 'Up', 'Enter');
      await session.waitFor('ens18 (as you said)');
      session.press('Up', 'Up', 'Enter');
      await goOn(session);
      expect(interfacesOf(here)).toBe(configured.replaceAll('eno1', 'ens19').replaceAll('eno2', 'ens18'));
    });

    test('a card without a counterpart is commented out', async () => {
      const there = await savedThere();
      const here = otherCards();
      const session = await atTable(here, there.archive);
      session.press('Down', 'Down', 'Enter');
      await session.waitFor('Which card of this host is eno2');
      session.press('Down', 'Enter');
      await session.waitFor('left out (as you said)');
      session.press('Up', 'Up', 'Enter');
      await session.waitFor('--map eno1=ens18,eno2=none');
      await goOn(session);
      expect(interfacesOf(here)).toContain('# no such network card on this host: iface eno2 inet manual');
      expect(interfacesOf(here)).toContain('bridge-ports none');
    });

    test('the network of this host stays when that is chosen, and the rest comes back', async () => {
      const there = await savedThere();
      const here = otherCards();
      const own = interfacesOf(here);
      const session = await atTable(here, there.archive);
      session.press('Up', 'Enter');
      await session.waitFor('--skip-network');
      session.press('C-c');
      await session.waitFor('ended with 130');
      expect(interfacesOf(here)).toBe(own);
    });

    test.each([
      ['--only cron,dns'],
      ['--mode full --skip network'],
      ['--mode full --skip-network'],
      ['--map eno1=ens18,eno2=none --mode full'],
    ])('with %s nothing is asked about cards', async (flags) => {
      const there = await savedThere();
      const here = otherCards();
      rmSync(join(here.root, 'etc/cron.d/job'));
      const command = `${launcher} restore --root ${here.root} --from ${there.archive} ${flags}`;
      const session = startSession(here.base, command, here.env);
      await session.waitFor(lastQuestion);
      expect(session.screen()).not.toContain(tableQuestion);
    });

    test.each(['C-c', 'Escape'])('%s at any question changes nothing', { timeout: 240_000 }, async (key) => {
      const there = await savedThere();
      const questions: [string, string[]][] = [
        ['Where is the backup?', ['Up', 'Enter']],
        ['File, directory, or remote:path', [there.backups, 'Enter']],
        ['What shall come back?', ['Down', 'Down', 'Down', 'Enter']],
        ['Which areas?', ['a', 'Enter']],
        [tableQuestion, ['Down', 'Enter']],
        ['Which card of this host is eno1', ['Enter']],
        [lastQuestion, []],
      ];
      for (const [left] of questions) {
        const here = otherCards();
        const before = hostFacts(here);
        const session = startSession(here.base, `${launcher} restore --root ${here.root}`, here.env);
        for (const [question, answer] of questions) {
          // The question about one card leads back to the table.
          if (question === lastQuestion) session.press('Up', 'Enter');
          await session.waitFor(question);
          if (question === left) break;
          session.press(...answer);
        }
        session.press(key);
        await session.waitFor('ended with 130');
        expect(session.screen(), left).toContain('nothing was changed');
        expect(hostFacts(here), left).toEqual(before);
      }
    });
  },
);

test.each([
  ['a card that the backup has not', 'eno7=ens18', 'the backup has no network card eno7'],
  ['a card that this host has not', 'eno1=nosuch', 'this host has no network card nosuch'],
  ['one card for two', 'eno1=ens18,eno2=ens18', 'eno1 and eno2 cannot both be ens18'],
  ['a bridge', 'vmbr0=ens18', 'the backup has no network card vmbr0'],
  ['the same card twice', 'eno1=ens18,eno1=ens19', '--map names eno1 twice'],
])('--map with %s is refused with what there is, and nothing is changed', async (_case, map, words) => {
  const there = await savedThere();
  const here = otherCards();
  const before = hostFacts(here);
  const { code, stderr } = await restore(here, ['--from', there.archive, '--yes', '--map', map]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  expect(hostFacts(here)).toEqual(before);
});

test('--apply-network says so when the network is left alone', async () => {
  const there = await savedThere();
  const here = otherCards();
  const { code, stderr } = await restore(here, ['--from', there.archive, '--yes', '--apply-network']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('--apply-network had nothing to do')]);
  expect(stderr).toContain('--include network');
});
