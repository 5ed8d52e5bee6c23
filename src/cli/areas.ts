// proxsave areas: what each area holds here and now, its toggle, and how it comes back.

import { areaById } from '../catalogue/index.ts';
import { describeComeback, describeSource } from '../catalogue/comeback.ts';
import type { Area } from '../catalogue/types.ts';
import { exitCodeOf } from '../errors.ts';
import { planBackup, type AreaPlan } from '../orchestrator/plan-backup.ts';
import { formatBytes } from '../util/format.ts';
import type { Style } from '../ui/style.ts';
import type { Command } from './command.ts';
import { unknownArea } from './select-entries.ts';

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
      context.print(wanted.map((area) => renderArea(area, context.style)).join('\n\n'));
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
  return row.files + row.links > 0 || row.commands > 0 ? 'present' : 'absent';
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
  const head = style.bold(
    `${'area'.padEnd(20)}${'here'.padEnd(18)}${'files'.padStart(7)}${'size'.padStart(11)}  toggle`,
  );
  const lines = rows.map((row) => {
    const toggles = areaById(row.areaId)?.toggles ?? [];
    const state = stateOf(row);
    const counts = state === 'present' ? [String(row.files), formatBytes(row.bytes)] : ['', ''];
    return `${row.areaId.padEnd(20)}${state.padEnd(18)}${(counts[0] ?? '').padStart(7)}${(counts[1] ?? '').padStart(11)}  ${toggles.join(', ')}`;
  });
  return [head, ...lines, '', '`proxsave areas AREA` shows its paths and how each comes back.'].join('\n');
}

function renderArea(area: Area, style: Style): string {
  const toggles = area.toggles.length === 0 ? 'none, always saved' : area.toggles.join(', ');
  return [
    `${style.bold(area.id)}: ${area.title}`,
    `  ${area.about}`,
    `  toggle: ${toggles}`,
    ...area.items.map((item) => {
      const marks = [
        item.across === 'review' ? 'review' : '',
        item.secret === true ? 'secret' : '',
        item.essential === undefined ? '' : 'essential',
      ];
      const notes = marks.filter((mark) => mark !== '').join(', ');
      return `  ${describeSource(item).padEnd(44)} ${describeComeback(item.restore)}${notes === '' ? '' : ` [${notes}]`}`;
    }),
  ].join('\n');
}
