import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitName } from '../../../src/restore/network/interface-names.ts';
import { parseInterfaces, stanzasOf } from '../../../src/restore/network/interfaces-grammar.ts';
import type { Management } from '../../../src/restore/network/network-types.ts';
import { interfacesOf, inventoryOf, plan, type CardSample } from './network-samples.ts';

const names = ['eno1', 'eno2', 'eno3', 'nic0'] as const;
const macs = ['aa:00:00:00:00:01', 'aa:00:00:00:00:02', 'aa:00:00:00:00:03', 'aa:00:00:00:00:04'] as const;

/** Cards with names of their own; addresses and places may be shared, as in bonds and behind odd firmware. */
const cards: fc.Arbitrary<CardSample[]> = fc
  .tuple(
    fc.shuffledSubarray([...names], { minLength: 1 }),
    fc.array(fc.constantFrom(...macs), { minLength: 4, maxLength: 4 }),
    fc.array(fc.constantFrom('1f.6', '02.0', '03.0'), { minLength: 4, maxLength: 4 }),
  )
  .map(([chosen, addresses, places]) =>
    chosen.map((name, index) => ({ name, mac: addresses[index] ?? macs[0], pci: places[index] ?? '1f.6' })),
  );

const manual = fc
  .array(fc.tuple(fc.constantFrom(...names), fc.option(fc.constantFrom(...names), { nil: null })), {
    maxLength: 3,
  })
  .map((pairs) => new Map<string, string | null>(pairs));

function configOf(used: readonly CardSample[]): string {
  const ports = used.map(({ name }) => name);
  const [first = 'eno1'] = ports;
  return [
    ...ports.map((name) => `iface ${name} inet manual`),
    `auto bond0\niface bond0 inet manual\n\tbond-slaves ${ports.join(' ')}`,
    `auto vmbr0\niface vmbr0 inet static\n\taddress 192.0.2.11/24\n\tgateway 192.0.2.1\n\tbridge-ports bond0`,
    `iface ${first}.7 inet manual`,
    '',
  ].join('\n');
}

test('no card gets two roles, and a plan that is called safe names only cards of this host, each once', () => {
  let safePlans = 0;
  fc.assert(
    fc.property(cards, cards, manual, (archived, live, wanted) => {
      const config = configOf(archived);
      const result = plan(config, inventoryOf(...archived), inventoryOf(...live), { manual: wanted });
      const { pairs } = result.mapping;
      const targets = pairs.flatMap(({ to }) => to ?? []);
      expect(new Set(targets).size).toBe(targets.length);
      expect(new Set(pairs.map(({ from }) => from)).size).toBe(pairs.length);
      if (result.verdict !== 'safe') {
        expect(result.reasons.length).toBeGreaterThan(0);
        return;
      }
      safePlans += 1;
      expect(result.mapping.conflicts).toEqual([]);
      const stanzas = stanzasOf(parseInterfaces(interfacesOf(result))).map(({ name }) => name);
      expect(new Set(stanzas).size).toBe(stanzas.length);
      for (const name of stanzas.filter((each) => !['bond0', 'vmbr0'].includes(each)))
        expect(live.map((card) => card.name)).toContain(splitName(name).base);
    }),
    { numRuns: 300 },
  );
  // The property says something only if such plans occur.
  expect(safePlans).toBeGreaterThan(10);
});

test('the address by which the host is reached is in every plan that keeps it', () => {
  fc.assert(
    fc.property(
      cards,
      fc.constantFrom('', '.7'),
      fc.constantFrom('198.51.100.7/24', '2001:db8::7/64'),
      (sample, vlanTag, address) => {
        const [card] = sample;
        const management: Management = {
          interface: 'vmbr0',
          cards: [card?.name ?? ''],
          vlanTag,
          method: 'static',
          address,
          gateway: address.includes(':') ? '2001:db8::1' : '198.51.100.1',
        };
        const inventory = inventoryOf(...sample);
        const identity = new Map(sample.map(({ name }) => [name, name]));
        const text = interfacesOf(
          plan(configOf(sample), inventory, inventory, { management, manual: identity }),
        );
        const stanzas = stanzasOf(parseInterfaces(text));
        const holders = stanzas.filter(({ options }) =>
          options.some(({ keyword, words }) => keyword === 'address' && words[0] === address),
        );
        expect(holders).toHaveLength(1);
        const gateways = stanzas.flatMap(({ options }) =>
          options.filter(({ keyword }) => keyword === 'gateway').map(({ words }) => words[0]),
        );
        expect(gateways.filter((gateway) => gateway?.includes(':') === address.includes(':'))).toEqual([
          management.gateway,
        ]);
      },
    ),
  );
});
