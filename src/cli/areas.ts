// proxsave areas: what each area holds here and now, its toggle, and how it comes back.

import { areaById } from '../catalogue/index.ts';
import { describeComeback, describeSource } from '../catalogue/comeback.ts';
import type { Area, Item } from '../catalogue/types.ts';
import { exitCodeOf } from '../errors.ts';
import { planBackup, type AreaPlan } from '../orchestrator/plan-backup.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import type { Style } from '../ui/style.ts';
import { wrapText } from '../ui/wrap-text.ts';
import type { Command } from './command.ts';
import { unknownArea } from './select-entries.ts';

/** The screens are as wide everywhere, so that they can be compared and printed. */
const screenColumns = 80;

export const areasCommand: Command = {
  name: 'areas',
  summary: 'List what is saved, area by area, and how it comes back',
  arguments: [
    { name: 'area', description: 'show these areas item by item', isOptional: true, isVariadic: true },
  ],
  options: [],
  examples: [
    { what: 'What each area holds on this host', command: 'proxsave areas' },
    { what: 'Every path of one area, and how it comes back', command: 'proxsave areas network' },
  ],
  exits: ['permission'],
  run: async (context, input) => {
    const config = context.config.load();
    const plan = await planBackup(context.host, config, { only: [], skip: [] });
    const wanted = input.args.map((id) => {
      const area = areaById(id);
      if (area === undefined) throw unknownArea(id);
      return area;
    });
    const rows = plan.areas.filter(
      (row) => wanted.length === 0 || wanted.some((area) => area.id === row.areaId),
    );
    if (context.global.isJson) {
      context.printJson({ hostname: plan.hostname, areas: rows.map(toJson) });
    } else if (wanted.length > 0) {
      const byId = new Map(rows.map((row) => [row.areaId, row]));
      const views = wanted.map((area) => renderArea(area, byId.get(area.id), context.style));
      context.print(views.join('\n\n'));
    } else {
      context.print(renderTable(rows, context.style));
    }
    return exitCodeOf('ok');
  },
};

type AreaState = 'present' | 'absent' | 'not this product' | 'disabled';

function stateOf(row: AreaPlan): AreaState {
  if (row.state === 'not-this-product') return 'not this product';
  if (row.state === 'disabled') return 'disabled';
  const makesDocuments = areaById(row.areaId)?.items.some(({ kind }) => kind === 'inventory') === true;
  return row.files + row.links + row.commands > 0 || makesDocuments ? 'present' : 'absent';
}

function comebacksOf(area: Area): string[] {
  return [...new Set(area.items.map((item) => describeComeback(item.restore)))];
}

function toJson(row: AreaPlan): object {
  const area = areaById(row.areaId);
  return {
    id: row.areaId,
    title: row.title,
    product: area?.product,
    state: stateOf(row),
    ...(row.reason === undefined ? {} : { reason: row.reason }),
    files: row.files,
    links: row.links,
    bytes: row.bytes,
    commands: row.commands,
    toggles: area?.toggles,
    comesBack: area === undefined ? [] : comebacksOf(area),
    items: area?.items.map((item) => ({
      what: describeSource(item),
      kind: item.kind,
      category: item.category,
      comesBack: describeComeback(item.restore),
      across: item.across,
      secret: item.secret === true,
      ...(item.essential === undefined ? {} : { essential: item.essential }),
    })),
  };
}

function renderTable(rows: readonly AreaPlan[], style: Style): string {
  const head = [
    'area'.padEnd(20),
    'here'.padEnd(9),
    'files',
    'size'.padStart(11),
    'cmds'.padStart(6),
    '  toggle',
  ].join('');
  const here = rows.filter((row) => row.state !== 'not-this-product');
  return [
    style.bold(head),
    ...here.flatMap(tableLines),
    '',
    ...elsewhereLines(rows),
    '`proxsave areas AREA` shows its paths and how each comes back.',
  ].join('\n');
}

/** Several toggles stand below each other: all of them must be on. */
function tableLines(row: AreaPlan): string[] {
  const state = stateOf(row);
  const cells = [
    row.areaId.padEnd(20),
    state.padEnd(9),
    (row.files === 0 ? '' : String(row.files)).padStart(5),
    (row.files === 0 ? '' : formatBytes(row.bytes)).padStart(11),
    (row.commands === 0 ? '' : String(row.commands)).padStart(6),
  ].join('');
  const [toggle = '', ...more] = areaById(row.areaId)?.toggles ?? [];
  return [`${cells}  ${toggle}`.trimEnd(), ...more.map((name) => `${' '.repeat(cells.length + 2)}${name}`)];
}

/** One paragraph a reason, instead of a line for each area of a product that is not installed. */
function elsewhereLines(rows: readonly AreaPlan[]): string[] {
  const elsewhere = rows.filter((row) => row.state === 'not-this-product');
  const groups = Map.groupBy(elsewhere, ({ reason }) => reason ?? '');
  return [...groups].flatMap(([reason, members]) => [
    ...wrapText(`${reason}: ${members.map(({ areaId }) => areaId).join(', ')}`, screenColumns),
    '',
  ]);
}

function renderArea(area: Area, row: AreaPlan | undefined, style: Style): string {
  const toggles = area.toggles.length === 0 ? 'none, always saved' : area.toggles.join(', ');
  return [
    `${style.bold(area.id)}: ${area.title}`,
    ...paragraph(area.about, 2),
    ...(row === undefined ? [] : [`  here: ${describeHere(row)}`]),
    `  toggle: ${toggles}`,
    ...area.items.flatMap((item) => [`  ${describeSource(item)}`, ...paragraph(describeItem(item), 6)]),
  ].join('\n');
}

function describeHere(row: AreaPlan): string {
  if (row.reason !== undefined) return `${stateOf(row)} (${row.reason})`;
  const counts = [
    row.files > 0 ? `${formatCount(row.files, 'file')}, ${formatBytes(row.bytes)}` : '',
    row.links > 0 ? formatCount(row.links, 'link') : '',
    row.commands > 0 ? formatCount(row.commands, 'command') : '',
  ];
  return [stateOf(row), ...counts.filter((text) => text !== '')].join(', ');
}

function describeItem(item: Item): string {
  const notes = [
    describeComeback(item.restore),
    item.across === 'review' ? 'elsewhere only when asked for by name' : '',
    item.secret === true ? 'secret' : '',
    item.essential === undefined ? '' : `essential: ${item.essential}`,
    item.toggles === undefined ? '' : `only with ${item.toggles.join(', ')}`,
  ];
  return notes.filter((text) => text !== '').join('; ');
}

function paragraph(text: string, indent: number): string[] {
  return wrapText(text, screenColumns - indent).map((line) => `${' '.repeat(indent)}${line}`);
}
