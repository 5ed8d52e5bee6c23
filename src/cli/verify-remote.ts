// verify of a copy on a remote without reading all of it: what size and hash prove, and what they do not.

import { exitCodeOf, type ExitCode } from '../errors.ts';
import { checkCopy, type CopyCheck } from '../orchestrator/tiers/check-copy.ts';
import { findOnTier } from '../orchestrator/tiers/find-on-tier.ts';
import type { ListedTier, TierArchive } from '../orchestrator/tiers/list-tier.ts';
import { readProofs, recordProof } from '../orchestrator/tiers/proofs.ts';
import { withoutUndefined } from '../util/without-undefined.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext } from './command.ts';
import { pingVerify } from './ping-verify.ts';
import { programName } from './program-name.ts';

export async function verifyRemote(
  context: CommandContext,
  tier: ListedTier,
  words: string,
): Promise<ExitCode> {
  const { host } = context;
  const { values, places } = context.config.load();
  const { store } = tier;
  const archive = await findOnTier(tier, words, host.signal);
  const key = { tier: store.tier, location: store.location, name: archive.name };
  const check = await checkCopy(host, {
    store,
    archive,
    primary: values.BACKUP_PATH,
    known: readProofs(host, places.state)(key),
    signal: host.signal,
  });
  if (check.isProved) {
    const { hash, sizeBytes } = check;
    const hashFields = withoutUndefined({ hash: hash?.hash, hashValue: hash?.value });
    recordProof(host, places.state, key, {
      at: host.clock.now(),
      proof: 'remote-hash',
      sizeBytes,
      ...hashFields,
    });
  }
  if (context.global.isJson) printJson(context, archive, check);
  else print(context, archive, check);
  await pingVerify(context, { isGood: check.isGood, text: textOf(archive, check) });
  if (!check.isGood) return exitCodeOf('verification');
  return exitCodeOf(check.isProved ? 'ok' : 'warnings');
}

function textOf({ location }: TierArchive, { isGood, problems, notProved }: CopyCheck): string {
  const verdict = isGood ? 'nothing wrong was found' : 'damaged, or another file';
  return [`${location}: ${verdict}`, ...problems, ...notProved.map((line) => `not proved: ${line}`)].join(
    '\n',
  );
}

function printJson(context: CommandContext, archive: TierArchive, check: CopyCheck): void {
  const { isGood: ok, isProved, proved, notProved, problems, sizeBytes, hash } = check;
  context.printJson({
    type: 'summary',
    path: archive.location,
    tier: archive.tier,
    ok,
    level: 'remote',
    isProved,
    proved,
    notProved,
    problems: problems.map((message) => ({ code: 'copy-differs', message })),
    problemCount: problems.length,
    sizeBytes,
    ...withoutUndefined({ hash: hash?.hash, hashValue: hash?.value }),
  });
}

function print(context: CommandContext, { location }: TierArchive, check: CopyCheck): void {
  const { style } = context;
  const verdict = check.isGood
    ? check.isProved
      ? style.green('good, as far as the remote tells')
      : style.yellow('nothing wrong was found, but its content was not proved')
    : style.red('damaged, or another file');
  context.print(`${verdict}: ${printable(location)}`);
  for (const line of check.problems) context.print(`  ${style.red('problem')}     ${printable(line)}`);
  for (const line of check.proved) context.print(`  ${style.green('proved')}      ${printable(line)}`);
  for (const line of check.notProved) context.print(`  ${style.yellow('not proved')}  ${printable(line)}`);
  context.print(
    `To read every byte: ${style.bold(`${programName(context)} verify ${printable(location)} --deep`)}`,
  );
}
