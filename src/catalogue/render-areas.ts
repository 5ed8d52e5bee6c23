// docs/areas.md, made from the catalogue.

import { areas } from './index.ts';
import { describeComeback, describeSource } from './comeback.ts';
import type { Area, Item, Product } from './types.ts';

const productTitles: Readonly<Record<Product, string>> = {
  pve: 'Proxmox VE',
  pbs: 'Proxmox Backup Server',
  host: 'Every host',
};

export function renderAreas(): string {
  const parts = (['pve', 'pbs', 'host'] as const).flatMap((product) => [
    `## ${productTitles[product]}`,
    '',
    ...areas.filter((area) => area.product === product).flatMap(renderArea),
  ]);
  return [
    '# What is saved, and how it comes back',
    '',
    '<!-- Made from src/catalogue by `npm run docs`. Do not edit. -->',
    '',
    '`proxsave areas` shows what each area holds on your host. `--only` and `--skip` take the ids. A path that two areas',
    'could claim belongs to the one that names it most exactly, also when that one is switched off.',
    '',
    'Items marked **review** are not applied across a major version or onto other hardware unless asked for by name.',
    'Items marked **essential** are what a rebuild of the host cannot do without.',
    '',
    ...parts,
  ].join('\n');
}

function renderArea(area: Area): string[] {
  const toggles =
    area.toggles.length === 0 ? 'always saved' : area.toggles.map((toggle) => `\`${toggle}\``).join(', ');
  return [
    `### ${area.id}`,
    '',
    `${area.title}. ${area.about} Toggle: ${toggles}.`,
    '',
    '| what | comes back | notes |',
    '| --- | --- | --- |',
    ...area.items.map(
      (item) =>
        `| ${cell(sourceCell(item))} | ${cell(describeComeback(item.restore))} | ${cell(notesOf(item))} |`,
    ),
    '',
  ];
}

function sourceCell(item: Item): string {
  const source = describeSource(item);
  return source.includes('`') || source.includes(' ') ? source : `\`${source}\``;
}

function notesOf(item: Item): string {
  return [
    item.essential === undefined ? '' : `**essential**: ${item.essential}`,
    item.across === 'review' ? '**review**' : '',
    item.secret === true ? 'secret' : '',
    ...(item.toggles ?? []).map((toggle) => `\`${toggle}\``),
  ]
    .filter((note) => note !== '')
    .join('; ');
}

/** A bar would end the table's cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
