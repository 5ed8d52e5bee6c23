// The coverage proof as a screen: what a rebuild needs and is not there first, then what is.

import type { OpenArchive } from '../archiver/read/open-archive.ts';
import { exitCodeOf, type ExitCode } from '../errors.ts';
import {
  proveCoverage,
  type CoverageProof,
  type ProvedDatabase,
} from '../orchestrator/coverage/prove-coverage.ts';
import { countStates } from '../orchestrator/coverage/coverage.ts';
import type { CoverageRow, CoverageState } from '../orchestrator/coverage/coverage-watch.ts';
import { createWorkDirectory } from '../orchestrator/work-directory.ts';
import type { Style } from '../ui/style.ts';
import { wrapText } from '../ui/wrap-text.ts';
import { formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext } from './command.ts';

export async function showCoverage(context: CommandContext, archive: OpenArchive): Promise<ExitCode> {
  const work = createWorkDirectory(context.host, context.config.load().places.run);
  try {
    const proof = await proveCoverage(context.host, archive, work.path());
    if (context.global.isJson) context.printJson({ type: 'summary', path: archive.path, ...proof });
    else context.print(renderCoverage(proof, context.style));
    return exitOf(proof);
  } finally {
    work.remove();
  }
}

function exitOf({ rows, databases }: CoverageProof): ExitCode {
  if (databases.some(({ state }) => state === 'damaged')) return exitCodeOf('verification');
  const hasGap =
    rows.some(({ state }) => state === 'missing') || databases.some(({ missing }) => missing.length > 0);
  return exitCodeOf(hasGap ? 'warnings' : 'ok');
}

const words: Readonly<Record<CoverageState, string>> = {
  missing: 'MISSING',
  empty: 'empty',
  'left-out': 'left out',
  absent: 'not on host',
  present: 'present',
};

export function renderCoverage({ rows, databases }: CoverageProof, style: Style): string {
  const counts = countStates(rows);
  const order: readonly CoverageState[] = ['missing', 'empty', 'left-out', 'present', 'absent'];
  const needed = rows.length - counts.absent;
  return [
    '',
    style.bold(`What a rebuild of this host needs: ${counts.present} of ${needed} are in the archive`),
    ...order
      .flatMap((state) => rows.filter((row) => row.state === state))
      .flatMap((row) => rowLines(row, style)),
    ...databases.flatMap((database) => databaseLines(database, style)),
  ].join('\n');
}

function rowLines({ state, what, why, detail }: CoverageRow, style: Style): string[] {
  const paint = {
    missing: style.red,
    empty: style.yellow,
    'left-out': style.yellow,
    absent: style.dim,
    present: style.green,
  };
  const because = detail === undefined ? '' : ` (${detail})`;
  return labelled(paint[state], words[state], `${printable(what)}: ${why}${printable(because)}`);
}

function databaseLines(database: ProvedDatabase, style: Style): string[] {
  const { path, state, files, detail } = database;
  const name = printable(path);
  if (state === 'damaged') {
    const because = detail ?? 'it was when it was saved, and lies in the archive as it was';
    return labelled(style.red, 'DAMAGED', `${name}: ${printable(because)}`);
  }
  const result = `${name}: passes integrity_check, ${formatCount(files, 'file')}, ${comparison(database)}`;
  return labelled(style.green, 'opens', result);
}

function comparison({ missing, changed }: ProvedDatabase): string {
  const differences = [
    ...(missing.length > 0 ? [`${formatCount(missing.length, 'file')} only in the database`] : []),
    ...(changed.length > 0
      ? [`${formatCount(changed.length, 'file')} changed between the two readings`]
      : []),
  ];
  return differences.length === 0 ? 'equal to the saved files of /etc/pve' : differences.join(', ');
}

const labelColumns = 13;
const textColumns = 80 - 2 - labelColumns;

function labelled(paint: (text: string) => string, label: string, text: string): string[] {
  const [first = '', ...more] = wrapText(text, textColumns);
  const indent = ' '.repeat(2 + labelColumns);
  return [`  ${paint(label.padEnd(labelColumns))}${first}`, ...more.map((line) => `${indent}${line}`)];
}
