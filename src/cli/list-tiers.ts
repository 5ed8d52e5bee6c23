// list --tier: which archive is on which tier, when its bytes there were proved, and why it stays.

import { exitCodeOf, type ExitCode } from '../errors.ts';
import { mergeTiers, type ArchiveOnTiers } from '../orchestrator/tiers/merge-tiers.ts';
import { readProofs } from '../orchestrator/tiers/proofs.ts';
import { surveyTiers, type SurveyedTier } from '../orchestrator/tiers/survey-tiers.ts';
import type { TierName } from '../storage/store.ts';
import { formatBytes, formatCount } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext } from './command.ts';
import { renderTierTable } from './tier-table.ts';
import { surveyRequest } from './tier-access.ts';

export async function listTiers(
  context: CommandContext,
  names: readonly TierName[],
  wantedHost: string | undefined,
): Promise<ExitCode> {
  const { host, global } = context;
  const request = await surveyRequest(context, names);
  const tiers = await surveyTiers(host, request);
  const provedOf = readProofs(host, request.config.places.state);
  const archives = mergeTiers(tiers, provedOf).filter(
    ({ hostname }) => wantedHost === undefined || hostname === wantedHost,
  );
  if (global.isJson) context.printJson(toJson(tiers, archives));
  else print(context, tiers, archives);
  if (request.known.problem !== undefined) context.warn(request.known.problem);
  for (const tier of tiers) tellProblem(context, tier);
  const isWhole =
    tiers.every(({ problem }) => problem === undefined) &&
    archives.every(({ copies }) => copies.every(({ archive }) => archive.problem === undefined));
  return exitCodeOf(isWhole && request.known.problem === undefined ? 'ok' : 'warnings');
}

export function tellProblem(context: CommandContext, { name, problem }: SurveyedTier): void {
  if (problem === undefined) return;
  context.warn(`the ${name} tier cannot be listed: ${problem.message}`);
  if (problem.hint !== undefined) context.note(problem.hint);
}

function print(
  context: CommandContext,
  tiers: readonly SurveyedTier[],
  archives: readonly ArchiveOnTiers[],
): void {
  const { level } = context.global;
  if (archives.length > 0) {
    const columns = tiers.map(({ name, problem }) => ({ name, isUnknown: problem !== undefined }));
    const isExplained = level === 'verbose' || level === 'debug';
    const options = { now: context.host.clock.now(), style: context.style, isExplained };
    context.print(renderTierTable(archives, columns, options).join('\n'));
  }
  for (const { name, location, plan, problem } of tiers) {
    if (problem !== undefined || plan === undefined) continue;
    const bytes = plan.archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const count = formatCount(plan.archives.length, 'archive');
    context.note(`${name}: ${count}, ${formatBytes(bytes)}, in ${printable(location)}`);
  }
}

function toJson(tiers: readonly SurveyedTier[], archives: readonly ArchiveOnTiers[]): object {
  return {
    tiers: tiers.map(({ name, location, problem }) => ({
      tier: name,
      location,
      state: problem === undefined ? 'ok' : 'unknown',
      ...(problem === undefined ? {} : { problem: problem.message }),
      ...(problem?.hint === undefined ? {} : { hint: problem.hint }),
    })),
    archives: archives.map(({ createdAt, copies, ...archive }) => ({
      ...archive,
      createdAt: createdAt.toISOString(),
      copies: copies.map(copyToJson),
    })),
  };
}

function copyToJson({ tier, archive, proved, decision }: ArchiveOnTiers['copies'][number]): object {
  const manifest = archive.archive?.manifest;
  return {
    tier,
    location: archive.location,
    sizeBytes: archive.sizeBytes,
    ...(archive.problem === undefined ? {} : { problem: archive.problem }),
    ...(manifest?.status === undefined ? {} : { status: manifest.status }),
    ...(manifest?.install_id === undefined ? {} : { installId: manifest.install_id }),
    ...(proved === undefined ? {} : { provedAt: proved.at.toISOString(), proof: proved.proof }),
    ...(decision === undefined
      ? {}
      : {
          verdict: decision.verdict,
          reasons: decision.reasons.map(({ rule, text }) => ({ rule, text })),
        }),
  };
}
