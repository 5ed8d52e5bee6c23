// What commands need to work with tiers: configuration, installation id, and where a tier tells what it noticed.

import { detectHostname } from '../host/detect-hostname.ts';
import { readInstallId } from '../orchestrator/install-id.ts';
import { enabledTiers, demandEnabled, tierNames } from '../orchestrator/tiers/open-tiers.ts';
import { readState } from '../orchestrator/tiers/plan-tier.ts';
import type { SurveyRequest, TierAccess } from '../orchestrator/tiers/survey-tiers.ts';
import type { TierName } from '../storage/store.ts';
import type { CommandContext, CommandInput, OptionSpec } from './command.ts';

export const tiersOption: OptionSpec = {
  flags: '--tier <tier>',
  description: 'only this tier: primary, secondary, cloud; all: every one that is enabled',
  choices: [...tierNames, 'all'],
};

/** Enabled ones; without the flag all. @throws UsageError for one that is switched off */
export function tiersGiven(context: CommandContext, input: CommandInput): readonly TierName[] {
  const config = context.config.load();
  const given = input.text('tier') ?? 'all';
  const name = tierNames.find((known) => known === given);
  if (name === undefined) return enabledTiers(config);
  demandEnabled(config, name);
  return [name];
}

export function tierAccess(context: CommandContext): TierAccess {
  const config = context.config.load();
  return {
    config,
    installId: readInstallId(context.host, config.places.state),
    report: ({ severity, message }) => {
      if (severity === 'info') context.note(message);
      else context.warn(message);
    },
  };
}

/** For stores that a command opens: marks unfinished files. */
export function installedHere(context: CommandContext): string {
  return tierAccess(context).installId ?? 'none';
}

export async function surveyRequest(
  context: CommandContext,
  tiers: readonly TierName[],
): Promise<SurveyRequest> {
  const { host } = context;
  const access = tierAccess(context);
  return {
    ...access,
    hostname: await detectHostname(host),
    known: readState(host, access.config),
    tiers,
    signal: host.signal,
  };
}
