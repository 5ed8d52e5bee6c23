// The plan of a restore on one screen: both hosts side by side, what happens in each area and why, what is left to do.

import type { Style } from '../ui/style.ts';
import {
  changesHost,
  handsOut,
  type PlanEntry,
  type PreflightVerdict,
  type RestorePlan,
} from '../restore/plan/restore-plan.ts';
import type { NetworkPlan } from '../restore/network/network-types.ts';
import type { Chore } from '../orchestrator/restore/afterwards.ts';
import { wrapText } from '../ui/wrap-text.ts';
import { formatAge, formatBytes, formatCount, formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';

export interface PlanScreen {
  plan: RestorePlan;
  network: NetworkPlan | undefined;
  /** Of the preview: commands are told at the end. */
  chores: readonly Chore[];
  /** Sentences on what could not be checked or proved. */
  doubts: readonly string[];
  /** Every path with its reason. */
  withFiles: boolean;
  style: Style;
  columns: number;
  now: Date;
}

/** Narrower than this nothing could be read; a terminal that does not know its width says 0. */
const leastColumns = 60;

export function renderPlanScreen(given: PlanScreen): string {
  const screen = { ...given, columns: Math.max(leastColumns, given.columns) };
  const { plan, style, withFiles } = screen;
  return [
    ...headLines(screen),
    ...preflightLines(screen),
    '',
    ...areaLines(screen),
    ...askedLines(plan),
    ...readingLines(plan),
    '',
    ...networkLines(screen),
    ...effectLines(screen),
    ...(withFiles
      ? ['', style.bold('Paths'), ...plan.entries.flatMap((entry) => fileLines(entry, screen))]
      : []),
    '',
  ].join('\n');
}

function headLines({ plan, style, now }: PlanScreen): string[] {
  const { archive, host } = plan;
  const created = new Date(archive.createdAt);
  const below = host.root === '/' ? '' : ` (below ${printable(host.root)})`;
  return [
    style.bold(`Restore onto ${printable(host.hostname)}${below}`),
    `  from ${printable(archive.location)}`,
    `  made ${formatLocalTime(created)}, ${formatAge(created, now)}, of ${printable(archive.hostname)}`,
    '',
  ];
}

function preflightLines({ plan, style, columns }: PlanScreen): string[] {
  const marks = { pass: style.green('ok  '), warn: style.yellow('look'), fail: style.red('FAIL') } as const;
  const wide = Math.max(16, Math.floor((columns - 30) / 2));
  const cell = (text: string) => cut(printable(text === '' ? 'not known' : text), wide).padEnd(wide);
  const rows = plan.preflight.flatMap((verdict) => [
    `  ${marks[verdict.verdict]} ${verdict.check.padEnd(17)} ${cell(verdict.backup)} ${cell(verdict.host)}`.trimEnd(),
    ...verdictLines(verdict, columns).map((line) => style.dim(line)),
  ]);
  return [`       ${''.padEnd(17)} ${'backup'.padEnd(wide)} this host`, ...rows];
}

function verdictLines({ verdict, message }: PreflightVerdict, columns: number): string[] {
  if (verdict === 'pass') return [];
  return wrapText(printable(message), columns - 9).map((line) => `         ${line}`);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Reasons by which somebody leaves things out on purpose: they are counted once, not repeated in each area. */
const asked = /^(?:not named by --only|named by --skip|.* is not part of this restore)/u;
const forReading = 'for reading and for work by hand';

/** A directory with nothing of its own to say is no news. */
const quietDirectory = 'a directory: made where something in it comes back';

function isTold({ action, reason }: PlanEntry): boolean {
  if (action === 'same' || reason === quietDirectory) return false;
  return !(action === 'skip' && asked.test(reason)) && !(action === 'export' && reason === forReading);
}

function areaLines({ plan, style, columns }: PlanScreen): string[] {
  const told = plan.areas.flatMap(({ id, title }) => {
    const entries = plan.entries.filter((entry) => entry.area === id && isTold(entry));
    if (entries.length === 0) return [];
    const heading = id === '' ? title : `${title} (${printable(id)})`;
    return [
      `  ${heading}: ${countWords(entries)}`,
      ...reasonLines(entries, columns).map((line) => style.dim(line)),
    ];
  });
  const same = plan.entries.filter(({ action }) => action === 'same').length;
  const tail = same === 0 ? [] : [`  ${formatCount(same, 'path')} here already as saved`];
  return [style.bold('What happens'), ...(told.length === 0 ? ['  nothing changes'] : told), ...tail];
}

const words: readonly [string, (entry: PlanEntry) => boolean][] = [
  ['create', (entry) => entry.action === 'create'],
  ['replace', (entry) => entry.action === 'replace'],
  ['merge', (entry) => entry.action === 'merge' && changesHost(entry)],
  ['put in place as a set', (entry) => entry.action === 'stage' && changesHost(entry)],
  ['hand out', handsOut],
  ['leave', (entry) => !changesHost(entry) && !handsOut(entry)],
];

export function countWords(entries: readonly PlanEntry[]): string {
  return words
    .map(([word, holds]) => [word, entries.filter(holds).length] as const)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
}

const shownReasons = 4;

/** Why things are left alone, handed out or merged, with the number of paths that share a reason. */
export function reasonLines(entries: readonly PlanEntry[], columns: number): string[] {
  const counts = new Map<string, PlanEntry[]>();
  for (const entry of entries) {
    if (entry.action === 'create' || entry.action === 'replace') continue;
    for (const text of [`${verbOf(entry)}: ${entry.reason}`, ...entry.notes])
      counts.set(text, [...(counts.get(text) ?? []), entry]);
  }
  const rows = [...counts].sort(([, a], [, b]) => b.length - a.length);
  const lines = rows.slice(0, shownReasons).flatMap(([text, of]) => {
    const who = of.length === 1 ? `/${printable(of[0]?.path ?? '')}` : `${of.length} paths`;
    return wrapText(`${who}: ${printable(text)}`, columns - 6).map(
      (line, index) => `${index === 0 ? '    ' : '      '}${line}`,
    );
  });
  const more = rows.length - shownReasons;
  return more > 0
    ? [...lines, `    and ${formatCount(more, 'more reason')}: --files shows each path`]
    : lines;
}

export function verbOf(entry: PlanEntry): string {
  if (handsOut(entry)) return 'handed out';
  if (changesHost(entry)) return entry.action === 'stage' ? 'put in place' : `${entry.action}d`;
  return 'left alone';
}

function askedLines({ entries }: RestorePlan): string[] {
  const count = entries.filter(({ action, reason }) => action === 'skip' && asked.test(reason)).length;
  return count === 0 ? [] : [`  ${formatCount(count, 'path')} left out as asked`];
}

function readingLines({ entries }: RestorePlan): string[] {
  const count = entries.filter(
    ({ action, reason, type }) => action === 'export' && reason === forReading && type === 'file',
  ).length;
  return count === 0
    ? []
    : [`  ${formatCount(count, 'file')} about the backed-up host handed out, for reading`];
}

function networkLines({ plan, network, style }: PlanScreen): string[] {
  const isConcerned = plan.entries.some(
    (entry) => entry.strategy === 'network' && (changesHost(entry) || handsOut(entry)),
  );
  if (network === undefined || !isConcerned) return [];
  const pairs = network.mapping.pairs.map(
    ({ from, to, by }) => `  ${from} is ${to ?? 'left out'} here (${by})`,
  );
  const guesses = network.mapping.suggestions
    .filter(({ from }) => network.usedCards.some(({ name }) => name === from))
    .map(({ from, to }) => `  --map ${from}=${to ?? 'none'} would be a guess`);
  const notes = network.notes
    .filter(({ severity }) => severity !== 'info')
    .map(({ what, file }) => `  ${printable(file === undefined ? what : `${file}: ${what}`)}`);
  const lines = [...pairs, ...guesses, ...notes];
  return lines.length === 0 ? [] : [style.bold('Network cards'), ...lines, ''];
}

function effectLines({ plan, chores, doubts, style, columns }: PlanScreen): string[] {
  const { sizes, services, rebootReasons } = plan;
  const changes = plan.entries.filter(changesHost).length;
  const row = (head: string, text: string) =>
    wrapText(text, columns - 14).map((line, index) => `  ${(index === 0 ? head : '').padEnd(11)} ${line}`);
  const bytes = `${formatCount(changes, 'path')}, ${formatBytes(sizes.writeBytes)}; snapshot ${formatBytes(sizes.snapshotBytes)}, handed out ${formatBytes(sizes.exportBytes)}`;
  return [
    ...row('changes', bytes),
    ...row(
      'services',
      services.length === 0
        ? 'none is concerned'
        : services.map(({ unit, how }) => `${unit} (${how})`).join(', '),
    ),
    ...row('reboot', rebootReasons.length === 0 ? 'not needed' : `needed: ${rebootReasons.join('; ')}`),
    ...chores.flatMap(({ what }, index) => row(index === 0 ? 'by hand' : '', printable(what))),
    ...doubts.flatMap((text, index) => row(index === 0 ? style.yellow('doubts') : '', printable(text))),
  ];
}

function fileLines(entry: PlanEntry, { style }: PlanScreen): string[] {
  const action = handsOut(entry) ? 'hand out' : entry.action;
  const text = `  ${action.padEnd(8)} /${printable(entry.path)}  ${style.dim(printable(entry.reason))}`;
  return [text, ...entry.notes.map((note) => `           ${style.dim(printable(note))}`)];
}
