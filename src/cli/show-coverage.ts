// The coverage proof as a screen: what a rebuild needs and is not there first, then what is.

import type { OpenArchive } from '../archiver/open-archive.ts';
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
    ...order.flatMap((state) => rows.filter((row) => row.state === state).map((row) => rowLine(row, style))),
    ...databases.map((database) => databaseLine(database, style)),
  ].join('\n');
}

function rowLine({ state, what, why, detail }: CoverageRow, style: Style): string {
  const paint = {
    missing: style.red,
    empty: style.yellow,
    'left-out': style.yellow,
    absent: style.dim,
    present: style.green,
  };
  const because = detail === undefined ? '' : ` (${detail})`;
  return `  ${paint[state](words[state].padEnd(12))} ${printable(what)}: ${why}${because}`;
}

function databaseLine(
  { path, state, files, missing, changed, detail }: ProvedDatabase,
  style: Style,
): string {
  if (state === 'damaged')
    return `  ${style.red('DAMAGED'.padEnd(12))} ${path}${detail === undefined ? '' : `: ${detail}`}`;
  const differences = [
    ...(missing.length > 0 ? [`${formatCount(missing.length, 'file')} only in the database`] : []),
    ...(changed.length > 0
      ? [`${formatCount(changed.length, 'file')} changed between the two readings`]
      : []),
  ];
  const result = differences.length === 0 ? 'equal to the saved files of /etc/pve' : differences.join(', ');
  return `  ${style.green('opens'.padEnd(12))} ${path}: passes integrity_check, ${formatCount(files, 'file')}, ${result}`;
}
